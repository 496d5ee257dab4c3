"""Which files are touched in which thread, as Python's own audit events tell."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Final

_EVENTS: Final = frozenset(
    {
        "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.link",
        "sqlite3.connect", "socket.getaddrinfo", "subprocess.Popen",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touch:
    """One access."""

    event: str
    what: str
    on_loop: bool
    """In the main thread, where the event loop is."""


_watchers: list[Callable[[Touch], None]] = []


@contextmanager
def touches(heed: Callable[[Touch], None] | None = None) -> Iterator[list[Touch]]:
    """Collect what is touched while the block runs, but for what is imported.

    Args:
        heed: Called with each before it happens, in its thread, which it may hold up.
    """
    seen: list[Touch] = []

    def watch(touch: Touch) -> None:
        seen.append(touch)
        if heed is not None:
            heed(touch)

    _listen()
    _watchers.append(watch)
    try:
        yield seen
    finally:
        _watchers.remove(watch)


class SlowDisk:
    """A disk that does not go on until it is let."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        """Somebody waits for it."""
        self._loop = asyncio.get_running_loop()
        self._go_on = threading.Event()

    def go_on(self) -> None:
        self._go_on.set()

    def wait(self) -> None:
        if not self._go_on.is_set():
            self._loop.call_soon_threadsafe(self.reached.set)
            self._go_on.wait()


@contextmanager
def slow_disk(event: str) -> Iterator[tuple[SlowDisk, list[Touch]]]:
    """Hold up accesses of one sort, each in a thread that is not the loop's."""
    disk = SlowDisk()

    def heed(touch: Touch) -> None:
        if touch.event == event and not touch.on_loop:
            disk.wait()

    with touches(heed) as seen:
        try:
            yield disk, seen
        finally:
            disk.go_on()


@cache
def _listen() -> None:
    sys.addaudithook(_notice)  # for good: nothing can take it away


def _notice(event: str, args: tuple[object, ...]) -> None:
    if not _watchers or event not in _EVENTS or _importing(sys._getframe()):
        return
    what = str(args[0]) if args else ""
    on_loop = threading.current_thread() is threading.main_thread()
    for watch in tuple(_watchers):
        watch(Touch(event, what, on_loop))


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
