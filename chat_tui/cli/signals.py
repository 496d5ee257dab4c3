"""Signals that end a run, in an orderly way the first time and at once the second."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from chat_tui.cli.output import give_up_writing

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

WRITE_PATIENCE_S: Final = 0.3
"""How long, after a signal, a write may take that nobody reads."""


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
        # The loop hears of it by the wakeup descriptor, whatever the handler. A write to somebody
        # who reads nothing keeps the loop from listening: after a while it is ended.
        signal.signal(number, _be_impatient)
        signal.siginterrupt(number, True)
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: give_up_writing())
    try:
        yield state
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        for number in caught:
            loop.remove_signal_handler(number)


def _be_impatient(_number: int, _frame: object) -> None:
    signal.setitimer(signal.ITIMER_REAL, WRITE_PATIENCE_S, WRITE_PATIENCE_S)


def _nothing() -> None:
    pass
