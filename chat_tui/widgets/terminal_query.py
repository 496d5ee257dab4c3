"""Asking the terminal while Textual listens to it.

Textual 8.2 hands what it does not understand on as keys, so that the answers have to be taken out
before. Its input thread calls `XTermParser.feed`, and that calls `Parser.feed`, which is looked up
each time and replaced here for as long as answers may come: late ones must not be typed either.
This module leans on that alone; where it is not so, nothing is asked.
"""

import asyncio
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final

from textual import constants
from textual._parser import Parser
from textual._xterm_parser import XTermParser
from textual.app import App

from chat_tui.pictures.protocol import QUERY, AnswerReader, Answers

_LOOK_S: Final = 0.02


class _Listening:
    """Takes answers out of what comes from the terminal, in Textual's input thread."""

    def __init__(self, done: Callable[[], object]) -> None:
        self._reader = AnswerReader()
        self._lock = Lock()
        self._done = done
        self._feed = Parser.feed

    @property
    def answers(self) -> Answers:
        return self._reader.answers

    @property
    def held(self) -> str:
        return self._reader.held

    def begin(self) -> None:
        listening = self

        def feed(parser: "Parser[Any]", data: str) -> Iterable[Any]:
            rest = listening.take(data) if isinstance(parser, XTermParser) else data
            if data and not rest:  # nothing would be the end
                return ()
            return listening._feed(parser, rest)

        Parser.feed = feed  # type: ignore[method-assign,assignment]  # see the module

    def take(self, data: str) -> str:
        with self._lock:
            rest = self._reader.take(data)
            if self._reader.answers.complete:
                rest += self._reader.let_go()
                Parser.feed = self._feed  # type: ignore[method-assign]  # all is as it was
                self._done()
            return rest

    def let_go(self) -> str:
        """Take back what may have been the beginning of an answer, and was a key."""
        with self._lock:
            return self._reader.let_go()

    def give_up(self) -> None:
        """Hold back nothing more; what comes in one piece is still taken out."""
        with self._lock:
            self._reader.patient = False


async def ask_terminal(app: App[Any], limit_s: float) -> Answers | None:
    """Ask what the terminal knows about pictures.

    Args:
        app: It runs.
        limit_s: How long to wait.

    Returns:
        What came in time; null where it cannot be asked.
    """
    from textual.drivers.linux_driver import LinuxDriver

    driver = getattr(app, "_driver", None)
    if not isinstance(driver, LinuxDriver) or app.is_inline or not driver.input_tty:
        return None
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    listening = _Listening(lambda: loop.call_soon_threadsafe(done.set))
    listening.begin()
    driver.write(QUERY)
    driver.flush()
    until = loop.time() + limit_s
    held, held_since = "", 0.0
    while not done.is_set() and (now := loop.time()) < until:
        if listening.held != held:
            held, held_since = listening.held, now
        elif held and now - held_since > constants.ESCAPE_DELAY:
            _type(driver, listening.let_go())
        try:
            async with asyncio.timeout(_LOOK_S):
                await done.wait()
        except TimeoutError:
            continue
    listening.give_up()
    _type(driver, listening.let_go())
    return listening.answers


def _type(driver: Any, typed: str) -> None:
    """Hand keys on as the driver does."""
    if typed:
        parser = XTermParser()
        for part in (typed, ""):
            for message in parser.feed(part):
                driver.process_message(message)
