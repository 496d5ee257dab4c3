"""When transcripts are painted: at once after a pause, then at most once a frame."""

import asyncio
from collections.abc import Callable
from time import process_time

FRAME_S = 1 / 60
SLOWEST_S = 0.1
COST_SHARE = 4
"""A frame may take a quarter of the time until the next one."""


class FrameClock:
    """Calls one painter; the pauses grow with what a frame costs."""

    def __init__(
        self,
        paint: Callable[[], bool],
        *,
        busy: Callable[[], bool] = lambda: False,
        cpu_clock: Callable[[], float] = process_time,
    ) -> None:
        """Prepare a clock.

        Args:
            paint: Paints what has changed, and says whether there is more to paint.
            busy: The terminal has not taken the last frame yet: this one is skipped.
            cpu_clock: Seconds of processor time, for what a frame costs.
        """
        self._paint = paint
        self._busy = busy
        self._cpu_clock = cpu_clock
        self._last_s = 0.0
        self._cost_s = 0.0
        self._due: asyncio.Handle | None = None
        self.least_s = FRAME_S
        """The shortest time between two frames."""

    @property
    def interval_s(self) -> float:
        """The time between two frames, as things are."""
        return max(self.least_s, min(SLOWEST_S, COST_SHARE * self._cost_s))

    @property
    def waiting(self) -> bool:
        """A frame was asked for, and is still to come."""
        return self._due is not None

    def ask(self) -> None:
        """Ask for a frame; several wishes are one."""
        if self._due is not None:
            return
        loop = asyncio.get_running_loop()
        at_s = self._last_s + self.interval_s
        now_s = loop.time()
        self._due = loop.call_soon(self._tick) if at_s <= now_s else loop.call_at(at_s, self._tick)

    def hurry(self) -> None:
        """Ask for a frame at once: nothing comes after it that it could wait for."""
        self.stop()
        self._due = asyncio.get_running_loop().call_soon(self._tick)

    def stop(self) -> None:
        """Paint no more until asked again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _tick(self) -> None:
        self._due = None
        self._last_s = asyncio.get_running_loop().time()
        if self._busy():
            self.ask()
            return
        began_s = self._cpu_clock()
        more = self._paint()
        self._cost_s += ((self._cpu_clock() - began_s) - self._cost_s) / 8
        if more and self._due is None:  # in slices, with a turn for everybody else in between
            self._due = asyncio.get_running_loop().call_soon(self._tick)
