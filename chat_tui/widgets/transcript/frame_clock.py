"""When transcripts are painted: at once after a pause, then at most once a frame."""

import asyncio
import math
from collections.abc import Callable
from time import process_time
from typing import Final

FRAME_S = 1 / 60
SLOWEST_S = 0.1
COST_SHARE = 4
"""A frame may take a quarter of the time until the next one."""
_SLACK_S: Final = 0.001
"""A frame may come so much early, as to wake up again for it costs more; the next makes up for it."""
_HURRY_S: Final = 0.05
"""What was asked for at once is painted when all of it is ready, or after so long a part of it."""
_SOON_S: Final = 0.001
"""How long until somebody looks again whether the terminal is behind; each time twice as long."""


class FrameClock:
    """Calls one painter; the pauses grow with what a frame costs."""

    def __init__(
        self,
        paint: Callable[[], None],
        *,
        prepare: Callable[[], bool] = lambda: False,
        busy: Callable[[bool], bool] = lambda _pressing: False,
        cpu_clock: Callable[[], float] = process_time,
    ) -> None:
        """Prepare a clock.

        Args:
            paint: Paints what has changed.
            prepare: Is called before that, does some of what there is to do, and says whether there
                is more: then it is called again, with a turn for everybody else in between, and
                what is ready is painted once a frame.
            busy: Says whether a frame has to wait for the terminal; true is asked for one that
                should not wait for the frame before.
            cpu_clock: Seconds of processor time, for what a frame costs.
        """
        self._paint = paint
        self._prepare = prepare
        self._busy = busy
        self._cpu_clock = cpu_clock
        self._last_s = -math.inf
        self._cost_s = 0.0
        self._spent_s = 0.0
        """On the next frame, so far."""
        self._wait_s = _SOON_S
        self._pressing = False
        self._hurried_s = -math.inf
        """When a frame was asked for at once that has not been painted yet."""
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
        due = at_s <= now_s + _SLACK_S
        self._due = loop.call_soon(self._tick) if due else loop.call_at(at_s, self._tick)

    def hurry(self) -> None:
        """Ask for a frame at once: nothing comes after it that it could wait for."""
        self.stop()
        self._pressing = True
        loop = asyncio.get_running_loop()
        self._hurried_s = loop.time()
        self._due = loop.call_soon(self._tick)

    def stop(self) -> None:
        """Paint no more until asked again."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._pressing = False

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        if self._busy(self._pressing):
            self._due = loop.call_later(self._wait_s, self._tick)
            self._wait_s = min(2 * self._wait_s, FRAME_S)
            return
        self._wait_s = _SOON_S
        self._due = None
        now_s, began_s = loop.time(), self._cpu_clock()
        more = self._prepare()
        at_s = self._last_s + self.interval_s
        due = now_s + _SLACK_S >= at_s and now_s >= self._hurried_s + _HURRY_S
        painted = due or not more
        if painted:
            self._pressing = False
            self._hurried_s = -math.inf
            self._last_s = max(now_s, min(at_s, now_s + _SLACK_S))
            self._paint()
        self._spent_s += self._cpu_clock() - began_s
        if painted:
            dearer = self._spent_s > self._cost_s  # a burst is felt at once, and soon forgotten
            self._cost_s += (self._spent_s - self._cost_s) / (2 if dearer else 8)
            self._spent_s = 0.0
        if more and self._due is None:
            self._due = loop.call_soon(self._tick)
