"""Signals that end a run, in an orderly way the first time and at once the second."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Whether a signal came, and what it does."""

    def __init__(self, act: Callable[[], object]) -> None:
        """Begin with what a signal does.

        Args:
            act: Called in the event loop, once.
        """
        self.code: int | None = None
        """The exit code, 128 and the signal's number; null while none came."""
        self._act = act

    def now_does(self, act: Callable[[], object]) -> None:
        """Change what a signal does; one that came while it did nothing does it now."""
        self._act = act
        if self.code is not None:
            act()

    def wait(self) -> None:
        """Let a signal do nothing until `now_does` is called."""
        self._act = _nothing

    def take(self, number: int) -> None:
        """A signal came."""
        if self.code is None:
            self.code = 128 + number
            self._act()


@contextmanager
def interruption(act: Callable[[], object]) -> Iterator[Interruption]:
    """Catch the signals while in here. The second one of a kind does what it does by default.

    Args:
        act: What the first signal does, until the interruption is told otherwise.
    """
    loop = asyncio.get_running_loop()
    state = Interruption(act)

    def catch(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        state.take(number)

    caught = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in caught:
        loop.add_signal_handler(number, catch, number)
    try:
        yield state
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _nothing() -> None:
    pass
