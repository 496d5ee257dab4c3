"""What is read from a terminal, by the moments at which it comes."""

import os
import threading
from collections.abc import Iterator
from queue import Queue

import pytest
from textual import constants, events
from textual.geometry import Size
from textual.message import Message

from chat_tui.widgets.terminal.input import ESCAPE_S, beyond, escape_s, read_keys
from chat_tui.widgets.terminal.keys import teach_keys

LONG_S = 60.0
SOON_S = 0.01


class Terminal:
    """Types into a pipe that is read as a terminal is."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._heard: Queue[Message] = Queue()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def read(self, wait_s: float) -> None:
        teach_keys()
        self._thread = threading.Thread(
            target=read_keys,
            args=(self._reading, self._heard.put, self._ended.is_set),
            kwargs={"wait_s": wait_s},
        )
        self._thread.start()

    def type(self, typed: str) -> None:
        os.write(self._writing, typed.encode())

    def heard(self) -> Message:
        return self._heard.get(timeout=30)

    def key(self) -> str:
        event = self.heard()
        assert isinstance(event, events.Key)
        return event.key

    def close(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self.type("x")
            self._thread.join()
        os.close(self._reading)
        os.close(self._writing)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    made.close()


def test_a_letter_after_an_escape_that_was_heard_is_a_letter(terminal: Terminal) -> None:
    terminal.read(SOON_S)
    terminal.type("\x1b")
    assert terminal.key() == "escape"
    terminal.type("u")
    assert terminal.key() == "u"


def test_what_comes_in_one_piece_is_one_key(terminal: Terminal) -> None:
    terminal.read(SOON_S)
    terminal.type("a\x1bu\x1b[A")
    assert [terminal.key() for _ in range(3)] == ["a", "alt+u", "up"]


def test_several_escapes_are_as_many_keys(terminal: Terminal) -> None:
    terminal.read(SOON_S)
    terminal.type("\x1b\x1b")
    assert [terminal.key(), terminal.key()] == ["escape", "escape"]


def test_a_sequence_in_two_pieces_is_waited_for(terminal: Terminal) -> None:
    terminal.read(LONG_S)
    terminal.type("a\x1b")
    assert terminal.key() == "a"
    terminal.type("[A")
    assert terminal.key() == "up"


def test_a_character_in_two_pieces_is_one(terminal: Terminal) -> None:
    terminal.read(SOON_S)
    os.write(terminal._writing, "é".encode()[:1])
    os.write(terminal._writing, "é".encode()[1:])
    assert terminal.key() == "é"


def test_a_mouse_beyond_the_screen_is_told_apart(terminal: Terminal) -> None:
    terminal.read(SOON_S)
    terminal.type("\x1b[<64;80;24M\x1b[<64;81;24M\x1b[<64;80;25M")
    heard = [terminal.heard() for _ in range(3)]
    assert [beyond(event, Size(80, 24)) for event in heard] == [False, True, True]
    assert not beyond(events.Key("a", "a"), Size(0, 0))


def test_the_environment_can_say_how_long_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESCDELAY", raising=False)
    assert escape_s() == ESCAPE_S
    monkeypatch.setenv("ESCDELAY", "100")
    assert escape_s() == constants.ESCAPE_DELAY
