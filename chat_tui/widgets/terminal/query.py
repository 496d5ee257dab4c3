"""Asking the terminal while Textual listens to it.

Textual 8.2 hands what it does not understand on as keys, so that the answers have to be taken out
before. Its input thread calls `XTermParser.feed`, and that calls `Parser.feed`, which is looked up
each time and replaced here for as long as answers may come: late ones must not be typed either.
This module leans on that alone; where it is not so, nothing is asked.

Several questions may be on their way at once. Each ends with one for the device attributes, and a
terminal answers in order, so that whoever asked first takes the first end. GNU screen does not, and
is not to be asked.
"""

import asyncio
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final, Protocol

from textual import constants
from textual._parser import Parser
from textual._xterm_parser import XTermParser
from textual.app import App

from chat_tui.pictures.protocol import QUERY, AnswerReader, Answers

_LOOK_S: Final = 0.02


class Reader(Protocol):
    """Takes the answers to one question out of what is typed."""

    held: str
    """The beginning of an answer, or else of a key."""
    patient: bool
    """Beginnings are held back."""

    @property
    def complete(self) -> bool:
        """Nothing else will come."""
        ...

    def take(self, typed: str) -> str:
        """Return what is not an answer."""
        ...

    def let_go(self) -> str:
        """Return what was held back."""
        ...


class _Listening:
    """Takes answers out of what comes from the terminal, in Textual's input thread."""

    def __init__(self) -> None:
        self._readers: list[tuple[Reader, Callable[[], object]]] = []
        self._lock = Lock()
        self._feed = Parser.feed

    def begin(self, reader: Reader, done: Callable[[], object]) -> None:
        """Listen for a reader, too.

        Args:
            reader: Before all that begin later.
            done: Called in the input thread once the reader is complete.
        """
        with self._lock:
            self._readers.append((reader, done))
            if len(self._readers) > 1:
                return
        self._feed = original = Parser.feed
        listening = self

        def feed(parser: "Parser[Any]", data: str) -> Iterable[Any]:
            rest = listening.take(data) if isinstance(parser, XTermParser) else data
            if data and not rest:  # nothing would be the end
                return ()
            return original(parser, rest)

        Parser.feed = feed  # type: ignore[method-assign,assignment]  # see the module

    def take(self, data: str) -> str:
        with self._lock:
            for reader, done in list(self._readers):
                data = reader.take(data)
                if reader.complete:
                    data += reader.let_go()
                    self._readers.remove((reader, done))
                    done()
            if not self._readers:
                Parser.feed = self._feed  # type: ignore[method-assign]  # all is as it was
            return data

    def let_go(self, reader: Reader) -> str:
        """Take back what may have been the beginning of an answer, and was a key."""
        with self._lock:
            return reader.let_go()

    def give_up(self, reader: Reader) -> None:
        """Hold back nothing more; what comes in one piece is still taken out."""
        with self._lock:
            reader.patient = False


_listening: Final = _Listening()


async def ask_terminal(app: App[Any], limit_s: float) -> Answers | None:
    """Ask what the terminal knows about pictures.

    Args:
        app: It runs.
        limit_s: How long to wait.

    Returns:
        What came in time; null where it cannot be asked.
    """
    reader = AnswerReader()
    return reader.answers if await ask(app, QUERY, reader, limit_s) else None


async def ask(app: App[Any], query: str, reader: Reader, limit_s: float) -> bool:
    """Ask something, and have the answers read until all have come or nobody waits any more.

    Args:
        app: It runs.
        query: Ends with the question for the device attributes.
        reader: Complete with the answer to that.
        limit_s: How long to wait.

    Returns:
        Whether there is a terminal that can be asked.
    """
    from textual.drivers.linux_driver import LinuxDriver

    driver = getattr(app, "_driver", None)
    if not isinstance(driver, LinuxDriver) or app.is_inline or not driver.input_tty:
        return False
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    _listening.begin(reader, lambda: loop.call_soon_threadsafe(done.set))
    driver.write(query)
    driver.flush()
    until = loop.time() + limit_s
    held, held_since = "", 0.0
    while not done.is_set() and (now := loop.time()) < until:
        if reader.held != held:
            held, held_since = reader.held, now
        elif held and now - held_since > constants.ESCAPE_DELAY:
            _type(driver, _listening.let_go(reader))
        try:
            async with asyncio.timeout(_LOOK_S):
                await done.wait()
        except TimeoutError:
            continue
    _listening.give_up(reader)
    _type(driver, _listening.let_go(reader))
    return True


def _type(driver: Any, typed: str) -> None:
    """Hand keys on as the driver does."""
    if typed:
        parser = XTermParser()
        for part in (typed, ""):
            for message in parser.feed(part):
                driver.process_message(message)
