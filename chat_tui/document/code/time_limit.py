"""A limit to what a call may compute, even inside one regular expression.

A thread would not help: `re` holds the interpreter lock while it matches, so an expression that
goes back and forth for a minute stops every other thread for a minute. But it looks for signals
now and then (`MAYBE_CHECK_SIGNALS` in CPython's `sre_lib.h`), and a handler may raise.
"""

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

_T = TypeVar("_T")


class TooSlow(Exception):
    """The time was used up."""


class _Watch:
    """Whether the one timer that a process has is counting for somebody."""

    def __init__(self) -> None:
        self.counting = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.counting:
            raise TooSlow

    def stop(self) -> None:
        self.counting = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


_watch = _Watch()


def within(cpu_s: float, call: Callable[[], _T]) -> _T:
    """Call something, and raise `TooSlow` where it has computed for so long.

    Only the main thread can be interrupted; in another one, and inside another limit, nothing is.
    What counts is the time that this process computes, so a busy machine changes nothing.

    Args:
        cpu_s: More than 0; it counts in steps of some milliseconds.
        call: What may take long.

    Raises:
        TooSlow: the time was used up.
    """
    if _watch.counting or threading.current_thread() is not threading.main_thread():
        return call()
    if signal.getsignal(signal.SIGVTALRM) != _watch.ring:
        signal.signal(signal.SIGVTALRM, _watch.ring)
    try:
        try:
            _watch.counting = True
            # Again and again: what is raised inside a destructor is lost.
            signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s, cpu_s)
            return call()
        finally:
            _watch.stop()
    finally:  # it may have rung in the other one
        _watch.stop()
