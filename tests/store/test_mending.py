# ruff: noqa: ASYNC240 - files are damaged here, and nothing else runs meanwhile
"""Damaged databases: the program starts, saves what can be read, and deletes nothing."""

import asyncio
import os
import sqlite3
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.errors import NewerStore, StoreError
from chat_tui.events import Finished, StreamEvent, TextDelta
from chat_tui.folding import fold
from chat_tui.message import blank_reply, user_message
from chat_tui.store.backups import backups_of
from chat_tui.store.mending import damage_of
from chat_tui.store.migrations import CURRENT
from chat_tui.store.presence import Presence
from chat_tui.store.store import Store

PAGE = 4096


@asynccontextmanager
async def opened(path: Path, told: list[str] | None = None) -> AsyncIterator[Store]:
    store = Store(path, tell=None if told is None else told.append)
    try:
        yield store
    finally:
        await store.close()


def talk(number: int, turns: int = 6, words: int = 60) -> Conversation:
    conversation = Conversation(title=f"talk {number}")
    for turn in range(turns):
        said = user_message(f"question {number}.{turn} " * words, parent=conversation.leaf)
        conversation.add(said)
        blank = blank_reply(parent=said.id, provider="demo", model="m")
        events: list[StreamEvent] = [
            TextDelta(f"answer {number}.{turn} " * words),
            Finished("stop"),
        ]
        conversation.add(fold(events, blank))
    return conversation


async def filled(path: Path, talks: int = 12) -> list[Conversation]:
    made = [talk(number) for number in range(talks)]
    async with opened(path) as store:
        await store.create(*made)
    return made


async def texts(store: Store) -> set[str]:
    found: set[str] = set()
    for one in await store.list():
        found |= {message.text for message in await store.load(one.id)}
    return found


def all_texts(made: list[Conversation]) -> set[str]:
    return {message.text for one in made for message in one}


def set_aside(path: Path) -> list[Path]:
    found = path.parent.glob(f"{path.name}.corrupt-*")
    return sorted(one for one in found if not one.name.endswith(("-wal", "-shm")))


async def test_a_damaged_page_costs_what_was_on_it_and_no_more(path: Path) -> None:
    made = await filled(path)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // PAGE // 2 * PAGE
    damaged[middle : middle + 3 * PAGE] = b"\xff" * (3 * PAGE)
    path.write_bytes(damaged)
    told: list[str] = []
    async with opened(path, told) as store:
        await store.check()
        kept = await texts(store)
    assert len(kept & all_texts(made)) > len(all_texts(made)) * 0.8
    (aside,) = set_aside(path)
    assert aside.read_bytes() == bytes(damaged)
    assert len(told) == 1
    assert "the database was damaged" in told[0]
    assert damage_of(path) == ""


async def test_what_cannot_be_read_comes_from_the_backup(path: Path) -> None:
    made = await filled(path)
    async with opened(path) as store:
        assert await store.back_up() is not None
    damaged = bytearray(path.read_bytes())
    for page in range(8, len(damaged) // PAGE, 2):
        damaged[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(damaged)
    told: list[str] = []
    async with opened(path, told) as store:
        await store.check()
        assert await texts(store) >= all_texts(made)
    assert "from the backup of" in told[0]


async def test_an_empty_file_in_place_of_the_database_is_filled_from_the_backup(path: Path) -> None:
    made = await filled(path, 2)
    async with opened(path) as store:
        assert await store.back_up() is not None
    path.write_bytes(b"")
    async with opened(path) as store:
        assert await texts(store) == all_texts(made)


async def test_a_header_that_is_overwritten_costs_nothing(path: Path) -> None:
    made = await filled(path)
    with path.open("r+b") as file:
        file.write(os.urandom(100))
    async with opened(path) as store:
        assert await texts(store) == all_texts(made)


async def test_a_first_page_that_is_overwritten_costs_nothing(path: Path) -> None:
    made = await filled(path)
    with path.open("r+b") as file:
        file.write(b"\xff" * PAGE)
    async with opened(path) as store:
        assert await texts(store) == all_texts(made)


async def test_a_mended_database_is_searched_and_written(path: Path) -> None:
    await filled(path)
    with path.open("r+b") as file:
        file.write(b"\xff" * PAGE)
    async with opened(path) as store:
        assert await store.search("answer 3")
        await store.create(talk(99))
        await store.tidy()
        assert len(await store.list()) == 13
        assert len(await store.search('"99.0"')) == 2


async def test_a_log_that_is_no_log_does_no_harm(path: Path) -> None:
    made = await filled(path)
    path.with_name(f"{path.name}-wal").write_bytes(os.urandom(10 * PAGE))
    async with opened(path) as store:
        await store.check()
        assert await texts(store) == all_texts(made)


async def test_a_file_that_somebody_else_has_open_is_not_put_aside(path: Path) -> None:
    await filled(path)
    other = Presence(path.parent)
    other.enter()
    path.write_bytes(b"\xff" * PAGE * 20)
    async with opened(path) as store:
        with pytest.raises(StoreError, match="another chat-tui has it open"):
            await store.list()
        assert set_aside(path) == []
        other.leave()
        assert await store.list() == []
    assert len(set_aside(path)) == 1


async def test_a_sound_database_is_left_alone(path: Path) -> None:
    await filled(path, 2)
    told: list[str] = []
    async with opened(path, told) as store:
        await store.check()
        assert len(await store.list()) == 2
    assert told == []
    assert set_aside(path) == []


async def test_a_row_that_cannot_be_read_does_not_hide_what_is_written_later(path: Path) -> None:
    (broken, *_) = await filled(path, 1)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE message SET outcome = '{' WHERE seq = 2")
    async with opened(path) as store:
        with pytest.raises(StoreError) as kept:
            await store.load(broken.id)
        later = talk(2)
        await store.create(later)
        assert len(await store.load(later.id)) == 12
    assert "cannot be read from the database" in str(kept.value)


class Sound:
    """A database without damage, as bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    path = tmp_path_factory.mktemp("sound") / "conversations.db"
    asyncio.run(filled(path, 4))
    return Sound(path.read_bytes())


async def starts(folder: Path, data: bytes) -> set[str]:
    """Start on a file as the program does, and use what is there; then look that nothing is gone."""
    folder = folder / "started"  # the other files in there are pytest's
    folder.mkdir(exist_ok=True)
    path = folder / "conversations.db"
    for old in folder.glob("*"):
        if old.is_file():
            old.unlink()
    path.write_bytes(data)
    async with opened(path) as store:
        try:
            await store.recover()
        except NewerStore:  # nothing else tells a version a little higher from a flipped one
            assert data[60:63] == b"\0\0\0"
            assert data[63] > CURRENT
            with suppress(StoreError):
                await store.list()
            assert set_aside(path) or path.read_bytes() == data
            return set()
        await store.check()
        found: set[str] = set()
        for one in await store.list():
            with suppress(StoreError):  # a value in a row, which no check of the file can find
                found |= {message.text for message in await store.load(one.id)}
        await store.search("answer")
        new = talk(1, turns=1, words=1)
        await store.create(new)
        assert len(await store.load(new.id)) == 2
    assert damage_of(path) == ""
    aside = set_aside(path)
    assert not aside or aside[0].read_bytes() == data
    return found


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(60, struct.pack(">i", -5), id="version-below-zero"),
        pytest.param(60, struct.pack(">i", 0), id="version-none"),
        pytest.param(60, struct.pack(">i", 256 + CURRENT), id="version-absurd"),
        pytest.param(60, struct.pack(">i", 2**31 - 1), id="version-highest"),
        pytest.param(18, b"\x03", id="not-to-be-written"),
        pytest.param(19, b"\x03", id="not-to-be-read"),
    ],
)
async def test_a_header_with_a_wrong_number_costs_nothing(
    sound: Sound, tmp_path: Path, place: int, value: bytes
) -> None:
    data = sound.data[:place] + value + sound.data[place + len(value) :]
    assert len(await starts(tmp_path, data)) == 4 * 12
    assert len(set_aside(tmp_path / "started" / "conversations.db")) == 1


async def test_a_version_a_little_higher_is_read_and_left_alone(sound: Sound, path: Path) -> None:
    data = sound.data[:63] + bytes([CURRENT + 1]) + sound.data[64:]
    path.parent.mkdir()
    path.write_bytes(data)
    async with opened(path) as store:
        with pytest.raises(NewerStore):
            await store.recover()
        await store.check()
        assert len(await texts(store)) == 4 * 12
    assert path.read_bytes() == data
    assert set_aside(path) == []


async def test_an_index_in_which_a_row_cannot_be_found_is_mended(
    sound: Sound, tmp_path: Path
) -> None:
    path = tmp_path / "sound.db"
    path.write_bytes(sound.data)
    with closing(sqlite3.connect(path)) as connection:
        page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_conversation_1'"
        ).fetchone()
    start = (page - 1) * page_bytes
    place = sound.data.index(b"-", start, start + page_bytes)  # in the first key on that page
    data = sound.data[: place - 1] + b"\xff" + sound.data[place:]
    assert len(await starts(tmp_path, data)) == 4 * 12
    assert len(set_aside(tmp_path / "started" / "conversations.db")) == 1


async def test_a_table_with_another_rule_is_mended(sound: Sound, tmp_path: Path) -> None:
    data = sound.data.replace(b"'truncated', 'filtered'", b"'truncated', 'filtexed'")
    assert data != sound.data
    assert len(await starts(tmp_path, data)) == 4 * 12
    assert len(set_aside(tmp_path / "started" / "conversations.db")) == 1


FLIPS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=12
)


@settings(max_examples=20)
@given(flips=FLIPS, in_header=st.booleans())
async def test_flipped_bytes_never_keep_the_program_from_starting(
    sound: Sound,
    tmp_path_factory: pytest.TempPathFactory,
    flips: list[tuple[float, int]],
    in_header: bool,
) -> None:
    await starts(tmp_path_factory.getbasetemp(), flipped(sound.data, flips, in_header=in_header))


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=500)
@given(flips=FLIPS, in_header=st.booleans())
async def test_many_more_flipped_bytes_do_not_either(
    sound: Sound,
    tmp_path_factory: pytest.TempPathFactory,
    flips: list[tuple[float, int]],
    in_header: bool,
) -> None:
    await starts(tmp_path_factory.getbasetemp(), flipped(sound.data, flips, in_header=in_header))


def flipped(data: bytes, flips: list[tuple[float, int]], *, in_header: bool) -> bytes:
    changed = bytearray(data)
    for where, change in flips:
        changed[int(where * (600 if in_header else len(data)))] ^= change
    return bytes(changed)


@settings(max_examples=10)
@given(keep=st.floats(0, 1, exclude_max=True))
async def test_truncated_files_never_keep_the_program_from_starting(
    sound: Sound, tmp_path_factory: pytest.TempPathFactory, keep: float
) -> None:
    data = sound.data[: int(keep * len(sound.data))]
    await starts(tmp_path_factory.getbasetemp(), data)


async def test_backups_are_whole_and_the_seven_newest_stay(path: Path) -> None:
    await filled(path, 1)
    async with opened(path) as store:
        for _ in range(9):
            assert await store.back_up(always=True) is not None
        assert await store.back_up() is None  # there is one of this day
    copies = backups_of(path)
    assert len(copies) == 7
    for copy in copies:
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM message").fetchone() == (12,)
