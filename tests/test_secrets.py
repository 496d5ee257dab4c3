"""Keys are found where they are named, and seen nowhere."""

import asyncio
import contextlib
import copy
import gc
import json
import os
import pickle
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoBackend
from keyring.compat import properties
from keyring.errors import KeyringError, KeyringLocked

from chat_tui.errors import AuthFailed
from chat_tui.keys import command as key_command
from chat_tui.keys import entries as keyring_entries
from chat_tui.keys import secrets
from chat_tui.keys.secrets import (
    CommandKey,
    DefaultKey,
    EnvKey,
    KeyRing,
    KeyringKey,
    KeySource,
    KeyState,
    NoKey,
    PlainKey,
    Secret,
    asks_keyring,
    describe,
    probe,
    resolve,
)

CANARY = "sk-canary-4f1d0b"


class FileBackend(KeyringBackend):
    """A keyring in a file, which can be made to refuse and to wait."""

    priority = 1

    def __init__(self, path: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring 25.7 leaves it untyped
        self.path = path
        self.refusal: Exception | None = None
        self.gate: threading.Event | None = None
        self.asked = False

    def get_password(self, service: str, username: str) -> str | None:
        self.asked = True
        if self.gate:
            self.gate.wait()
        if self.refusal:
            raise self.refusal
        entries = json.loads(self.path.read_text())
        found = entries.get(f"{service}/{username}")
        return None if found is None else str(found)

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = json.loads(self.path.read_text())
        self.path.write_text(json.dumps(entries | {f"{service}/{username}": password}))


class HangingBackend(KeyringBackend):
    """A keyring that does not even say whether it is there."""

    gate: ClassVar[threading.Event | None] = None
    asked: ClassVar["queue.Queue[threading.Thread] | None"] = None

    @properties.classproperty
    def priority(cls) -> float:
        if cls.gate is not None and cls.asked is not None:
            cls.asked.put(threading.current_thread())
            cls.gate.wait()
        raise RuntimeError("not for any other test")


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[FileBackend]:
    path = tmp_path / "keyring.json"
    path.write_text("{}")
    before = keyring.get_keyring()
    mine = FileBackend(path)
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


def first_bytes(pipe: int) -> asyncio.Future[bytes]:
    """What comes first out of a pipe; nothing once nobody holds its other end."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[bytes] = loop.create_future()

    def take() -> None:
        loop.remove_reader(pipe)
        came.set_result(os.read(pipe, 1))

    loop.add_reader(pipe, take)
    return came


def program(text: str, *arguments: str) -> CommandKey:
    return CommandKey((sys.executable, "-c", text, *arguments))


async def found(source: KeySource, environ: dict[str, str] | None = None) -> str | None:
    secret = await resolve(source, environ or {}, provider="flow")
    return secret.reveal() if secret else None


async def refused(source: KeySource, environ: dict[str, str] | None = None) -> AuthFailed:
    with pytest.raises(AuthFailed) as raised:
        await resolve(source, environ or {}, provider="flow")
    said = f"{raised.value.message} {raised.value.hint}"
    assert said.isprintable()
    assert CANARY not in said
    return raised.value


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret(CANARY)
    assert secret.reveal() == CANARY
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>30}", f"{secret!r}", "%s" % secret]  # noqa: UP031 - the old way of formatting is tested too
    shown += [repr(PlainKey(secret)), repr({"key": secret}), describe(PlainKey(secret))]
    assert not [one for one in shown if CANARY in one]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(CANARY), protocol=protocol)


def test_a_secret_is_not_copied() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy({"key": Secret(CANARY)})


def test_secrets_are_equal_when_their_values_are() -> None:
    assert Secret("é") == Secret("é")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2


async def test_a_variable_is_read_and_stripped() -> None:
    assert await found(EnvKey("K"), {"K": f" {CANARY}\n"}) == CANARY


@pytest.mark.parametrize("environ", [{}, {"K": ""}, {"K": " \n"}])
async def test_an_empty_variable_is_named(environ: dict[str, str]) -> None:
    error = await refused(EnvKey("K"), environ)
    assert error.message == "K is not set"
    assert "api_key of provider 'flow'" in error.hint


@pytest.mark.parametrize("value", ["a\x1b[2J", "a\r\nb", "a b", "schlüssel", "a\x7f", "a\x00b"])
async def test_a_value_that_cannot_stand_in_a_header_is_refused(value: str) -> None:
    error = await refused(EnvKey("K"), {"K": value})
    assert "variable K holds is not a key" in error.message
    assert value not in error.message


async def test_the_first_line_of_a_command_is_the_key() -> None:
    assert await found(program(f"print('  {CANARY}\\r\\nsecond')"), dict(os.environ)) == CANARY


async def test_a_command_has_no_shell() -> None:
    command = program("import sys; print(sys.argv[1])", "$(id);`id`")
    assert await found(command, dict(os.environ)) == "$(id);`id`"


async def test_a_command_gets_the_environment_and_no_input() -> None:
    text = "import os, sys; assert sys.stdin.read() == ''; print(os.environ['MINE'])"
    assert await found(program(text), {**os.environ, "MINE": "value"}) == "value"


async def test_part_of_a_line_that_is_too_long_is_not_taken_for_the_key() -> None:
    error = await refused(program("print('x' * 3_000_000)"), dict(os.environ))
    assert error.message.endswith("printed something too long for a key")


async def test_much_output_after_the_key_does_no_harm() -> None:
    text = f"print('{CANARY}'); print('x' * 3_000_000)"
    assert await found(program(text), dict(os.environ)) == CANARY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"import sys; print('{CANARY}'); sys.exit(3)", "failed with exit code 3"),
        (f"import sys; sys.exit('{CANARY}')", "failed with exit code 1"),
        ("pass", "printed no key"),
        (f"print(); print('{CANARY}')", "printed no key"),
        (f"print('{CANARY}\\x1b[0m')", "is not a key"),
        (f"print('{CANARY} and more')", "is not a key"),
        (f"import sys; sys.stdout.buffer.write(b'{CANARY}\\xff')", "is not a key"),
        ("import os; os.kill(os.getpid(), 9)", "failed with exit code -9"),
    ],
)
async def test_a_command_that_gives_no_key_is_named_but_not_quoted(text: str, said: str) -> None:
    error = await refused(program(text), dict(os.environ))
    assert said in error.message
    assert "api_key of provider 'flow'" in error.message
    assert error.kind == "auth"


@pytest.mark.parametrize("argv", [("/nonexistent/program",), ("/",), ("a\0b",)])
async def test_a_command_that_cannot_be_run_is_an_error(argv: tuple[str, ...]) -> None:
    error = await refused(CommandKey(argv))
    assert "api_key of provider 'flow' cannot be run" in error.message


HOLD = "import os, signal; pipe = os.open({!r}, os.O_WRONLY); os.write(pipe, b'x'); signal.pause()"


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[int]:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    yield reader
    os.close(reader)


async def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_command, "LOOKUP_LIMIT_S", 0.2)
    error = await refused(program("import signal; signal.pause()"), dict(os.environ))
    assert "api_key of provider 'flow' took over" in error.message


@pytest.mark.parametrize("grandchild", [False, True])
async def test_a_cancelled_command_is_killed_with_its_children(
    tmp_path: Path, pipe: int, grandchild: bool
) -> None:
    text = HOLD.format(str(tmp_path / "pipe"))
    if grandchild:
        text = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {text!r}])"
    started = first_bytes(pipe)
    asking = asyncio.create_task(found(program(text), dict(os.environ)))
    assert await started == b"x"
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await first_bytes(pipe) == b""


async def test_a_keyring_entry_is_found(backend: FileBackend) -> None:
    backend.set_password("chat-tui", "work", CANARY)
    assert await found(KeyringKey("work")) == CANARY


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (None, "the keyring has no entry chat-tui/work"),
        (KeyringLocked(CANARY), "the keyring is locked"),
        (KeyringError(CANARY), "the keyring failed"),
        (RuntimeError(CANARY), "the keyring failed"),
    ],
)
async def test_a_keyring_that_gives_nothing_says_why(
    backend: FileBackend, refusal: Exception | None, said: str
) -> None:
    backend.refusal = refusal
    error = await refused(KeyringKey("work"))
    assert said in error.message
    assert "chat-tui keys set flow" in error.hint
    assert (await probe(KeyringKey("work"), {})).reason == said


@pytest.mark.parametrize(
    "source",
    [
        EnvKey("SET"),
        KeyringKey("work"),
        program("print('x')"),
        PlainKey(Secret(CANARY)),
        DefaultKey("SET", "flow", required=False),
        DefaultKey("BLANK", "flow", required=False),
        DefaultKey("MISSING", "flow", required=False),
        DefaultKey(None, "flow", required=False),
        NoKey(),
    ],
    ids=repr,
)
async def test_it_is_known_beforehand_whether_the_keyring_is_asked(
    backend: FileBackend, source: KeySource
) -> None:
    environ = {"SET": CANARY, "BLANK": " "}
    backend.refusal = KeyringLocked("asked")
    with contextlib.suppress(AuthFailed):
        await resolve(source, environ, provider="flow")
    assert asks_keyring(source, environ) is backend.asked


def test_a_keyring_that_hangs_while_it_is_looked_for_keeps_nobody_from_leaving(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()
    asked: queue.Queue[threading.Thread] = queue.Queue()
    monkeypatch.setattr(HangingBackend, "gate", gate)
    monkeypatch.setattr(HangingBackend, "asked", asked)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"{__name__}.HangingBackend")
    monkeypatch.setattr(keyring_entries, "LOAD_LIMIT_S", 0.001)
    keyring_entries.load_keyring()
    thread = asked.get()
    assert thread.daemon
    gate.set()
    thread.join()


async def test_no_keyring_on_this_system_is_no_key(backend: FileBackend) -> None:
    keyring.set_keyring(NoBackend())  # type: ignore[no-untyped-call]  # keyring 25.7 leaves it untyped
    assert "no keyring on this system" in (await refused(KeyringKey("work"))).message
    assert await found(DefaultKey("K", "flow", required=False)) is None


async def test_a_keyring_that_is_not_installed_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "no keyring on this system" in (await refused(KeyringKey("work"))).message


async def test_a_keyring_that_does_not_answer_is_not_waited_for(
    backend: FileBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring_entries, "LOOKUP_LIMIT_S", 0.05)
    backend.gate = threading.Event()
    error = await refused(KeyringKey("work"))
    backend.gate.set()
    assert "did not answer" in error.message


async def test_the_usual_variable_comes_before_the_keyring(backend: FileBackend) -> None:
    backend.set_password("chat-tui", "flow", "from-the-keyring")
    source = DefaultKey("K", "flow")
    assert await found(source, {"K": CANARY}) == CANARY
    assert await found(source, {"K": ""}) == "from-the-keyring"


async def test_a_service_that_needs_a_key_and_has_none_is_refused(backend: FileBackend) -> None:
    error = await refused(DefaultKey("K", "flow"))
    assert error.message == "no key for provider 'flow'"
    assert error.hint == "set K, or: chat-tui keys set flow"


async def test_a_plain_key_and_no_key_are_what_they_are() -> None:
    assert await found(PlainKey(Secret(CANARY))) == CANARY
    assert await found(NoKey()) is None


@pytest.mark.parametrize(
    ("source", "environ", "state"),
    [
        (EnvKey("K"), {"K": CANARY}, KeyState(True, "variable K")),
        (EnvKey("K"), {"K": ""}, KeyState(False, "K is not set")),
        (CommandKey(("/nonexistent", CANARY)), {}, KeyState(True, "command /nonexistent")),
        (PlainKey(Secret(CANARY)), {}, KeyState(True, "written in the configuration")),
        (NoKey(), {}, KeyState(True, "no key")),
        (DefaultKey("K", "flow"), {"K": CANARY}, KeyState(True, "variable K")),
        (DefaultKey("K", "flow"), {}, KeyState(False, "K is not set")),
        (DefaultKey("K", "flow", required=False), {}, KeyState(True, "no key")),
        (DefaultKey(None, "mine"), {}, KeyState(True, "keyring entry chat-tui/mine")),
        (KeyringKey("mine"), {}, KeyState(True, "keyring entry chat-tui/mine")),
        (KeyringKey("other"), {}, KeyState(False, "the keyring has no entry chat-tui/other")),
    ],
)
async def test_a_probe_says_whether_a_key_is_there(
    backend: FileBackend, source: KeySource, environ: dict[str, str], state: KeyState
) -> None:
    backend.set_password("chat-tui", "mine", CANARY)
    assert await probe(source, environ) == state


def test_a_default_source_is_described_in_its_order() -> None:
    expected = "variable K, then keyring entry chat-tui/flow"
    assert describe(DefaultKey("K", "flow")) == expected


async def test_a_key_command_runs_once_for_all_requests(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    source = program(f"open({str(runs)!r}, 'a').write('x'); print('{CANARY}')")
    keys = KeyRing(dict(os.environ))
    answers = await asyncio.gather(*(keys.resolve(source, provider="flow") for _ in range(4)))
    assert {answer.reveal() for answer in answers if answer} == {CANARY}
    assert runs.read_text() == "x"
    assert CANARY not in repr(vars(keys)["_found"])


async def test_a_forgotten_key_is_asked_for_again() -> None:
    environ = {"K": "first"}
    keys = KeyRing(environ)
    assert await keys.resolve(EnvKey("K"), provider="flow") == Secret("first")
    environ["K"] = "second"
    keys.forget("another")
    assert await keys.resolve(EnvKey("K"), provider="flow") == Secret("first")
    keys.forget("flow")
    assert await keys.resolve(EnvKey("K"), provider="flow") == Secret("second")


async def test_a_failure_is_not_kept() -> None:
    environ: dict[str, str] = {}
    keys = KeyRing(environ)
    with pytest.raises(AuthFailed):
        await keys.resolve(EnvKey("K"), provider="flow")
    environ["K"] = CANARY
    assert await keys.resolve(EnvKey("K"), provider="flow") == Secret(CANARY)


async def test_a_key_ring_reads_the_processs_own_environment_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = KeyRing()
    monkeypatch.setenv("CHAT_TUI_TEST_KEY", CANARY)
    assert await keys.resolve(EnvKey("CHAT_TUI_TEST_KEY"), provider="flow") == Secret(CANARY)


def test_a_key_in_use_is_masked_whatever_it_looks_like() -> None:
    secret = Secret("just some words")
    assert secrets.without_secrets("say just some words again") == "say •••• again"
    del secret
    gc.collect()
    assert secrets.without_secrets("say just some words again") == "say just some words again"


def test_a_short_key_masks_no_words() -> None:
    secret = Secret("the")
    assert secrets.without_secrets("the other") == "the other"
    assert secret.reveal() == "the"


def test_a_key_that_begins_like_another_one_is_masked_whole() -> None:
    short = Secret("plain-words-key")
    long = Secret("plain-words-key-and-more-of-it")
    assert secrets.without_secrets(f"first {long.reveal()}, then {short.reveal()}.", "X") == (
        "first X, then X."
    )
