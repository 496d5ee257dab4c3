"""Keys in a file: for its owner alone, after the keyring, and said in no error."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat_tui.errors import AuthFailed
from chat_tui.keys.file import drop_key, read_key, write_key
from chat_tui.keys.keeping import check_key, drop_kept, keep_key
from chat_tui.keys.secrets import DefaultKey, KeyringKey, Secret, probe, resolve
from tests.file_keyring import FileKeyring

CANARY = "sk-canary-4f1d0b"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keys.toml"


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[FileKeyring]:
    ring = FileKeyring(tmp_path / "keyring.json")
    with ring.in_use():
        yield ring


async def found(source: DefaultKey | KeyringKey) -> str | None:
    secret = await resolve(source, {}, provider="flow")
    return secret.reveal() if secret else None


def test_a_key_is_written_for_the_user_alone_and_read_again(file: Path) -> None:
    write_key(file, "flow", CANARY)
    write_key(file, 'odd "name"', "other")
    assert (read_key(file, "flow"), read_key(file, 'odd "name"')) == (CANARY, "other")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_that_is_not_there_is_none(file: Path) -> None:
    assert read_key(file, "flow") == ""
    assert not drop_key(file, "flow")
    assert not file.exists()


def test_writers_at_the_same_time_lose_nobodys_key(file: Path) -> None:
    names = [f"key-{number}" for number in range(40)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda name: write_key(file, name, CANARY), names))
    assert [read_key(file, name) for name in names] == [CANARY] * len(names)
    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda name: drop_key(file, name), names))
    assert [read_key(file, name) for name in names] == [""] * len(names)


def test_a_key_that_is_dropped_leaves_the_others(file: Path) -> None:
    write_key(file, "a", CANARY)
    write_key(file, "b", CANARY)
    assert drop_key(file, "a")
    assert (read_key(file, "a"), read_key(file, "b")) == ("", CANARY)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_file_that_others_can_get_at_is_refused_with_what_to_run(file: Path, mode: int) -> None:
    write_key(file, "flow", CANARY)
    file.chmod(mode)
    for act in (lambda: read_key(file, "flow"), lambda: write_key(file, "b", "x")):
        with pytest.raises(AuthFailed, match="can be read or changed by others") as raised:
            act()
        assert raised.value.hint == f"chmod 600 {file}"
    assert CANARY in file.read_text()


@pytest.mark.parametrize(
    "content", [f"flow = {CANARY}", f"[flow]\nkey = '{CANARY}'", "\xff", "flow = 1", "a" * 300_000]
)
def test_a_file_that_is_no_table_of_texts_is_refused_and_not_quoted(
    file: Path, content: str
) -> None:
    file.parent.mkdir()
    file.touch(0o600)
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(AuthFailed, match="is no table of lines") as raised:
        read_key(file, "flow")
    assert CANARY not in f"{raised.value} {raised.value.hint} {raised.value.__cause__}"


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(file: Path) -> None:
    file.parent.mkdir()
    os.mkfifo(file, 0o600)
    with pytest.raises(AuthFailed, match="is not a file"):
        read_key(file, "flow")


async def test_the_file_comes_after_the_keyring(file: Path, ring: FileKeyring) -> None:
    write_key(file, "flow", "from-the-file")
    for source in (DefaultKey(None, "flow", file=file), KeyringKey("flow", file=file)):
        assert await found(source) == "from-the-file"
        state = await probe(source, {})
        assert (state.ready, state.origin) == (True, "file")
        ring.set_password("chat-tui", "flow", CANARY)
        assert await found(source) == CANARY
        assert (await probe(source, {})).origin == "keyring"
        ring.delete_password("chat-tui", "flow")


@pytest.fixture
def unsafe_file(file: Path) -> Path:
    write_key(file, "flow", CANARY)
    file.chmod(0o644)
    return file


async def test_an_unsafe_file_is_an_error_also_where_no_key_is_needed(unsafe_file: Path) -> None:
    source = DefaultKey(None, "flow", required=False, file=unsafe_file)
    with pytest.raises(AuthFailed, match="is not used"):
        await found(source)
    state = await probe(source, {})
    assert not state.ready
    assert "chmod 600" in state.reason


async def test_a_key_is_kept_in_the_keyring_and_a_stale_one_leaves_the_file(
    file: Path, ring: FileKeyring
) -> None:
    write_key(file, "flow", "old")
    assert "keyring" in await keep_key("flow", Secret(CANARY), file)
    assert ring.entries() == {"chat-tui/flow": CANARY}
    assert read_key(file, "flow") == ""


async def test_where_there_is_no_keyring_the_file_keeps_the_key(file: Path) -> None:
    assert await keep_key("flow", Secret(CANARY), file) == f"the file {file}"
    assert await found(DefaultKey(None, "flow", file=file)) == CANARY
    with pytest.raises(AuthFailed, match="not stored"):
        await keep_key("flow", Secret(CANARY), None)


async def test_a_key_that_is_to_be_in_the_file_leaves_the_keyring(
    file: Path, ring: FileKeyring
) -> None:
    ring.set_password("chat-tui", "flow", "old")
    await keep_key("flow", Secret(CANARY), file, in_file=True)
    assert ring.entries() == {}
    assert await found(DefaultKey(None, "flow", file=file)) == CANARY


async def test_a_kept_key_is_removed_from_everywhere(file: Path, ring: FileKeyring) -> None:
    ring.set_password("chat-tui", "flow", CANARY)
    write_key(file, "flow", CANARY)
    assert len(await drop_kept("flow", file)) == 2
    assert await drop_kept("flow", file) == []
    assert ring.entries() == {}


@pytest.mark.parametrize("text", ["", " \n", "a b", "a\nb", "a\x1b[2J", "schlüssel", "a\0"])
def test_what_is_no_key_is_not_taken(text: str) -> None:
    with pytest.raises(AuthFailed, match="this is not a key"):
        check_key(text)


def test_spaces_around_a_key_are_not_of_it() -> None:
    assert check_key(f"  {CANARY}\r\n").reveal() == CANARY
