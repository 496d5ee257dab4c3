"""How closely a reader looks at a pane, and so how often it takes in what streams."""

import asyncio
import math
from typing import Final

from chat_tui.widgets.transcript.frame_clock import FRAME_S
from chat_tui.widgets.transcript.transcript import UNFOCUSED_FRAME_S

HIDDEN_S: Final = 1.0
"""A pane out of sight paints nothing; it only learns that its reply has ended."""
_SLACK_S: Final = 0.001


class Attention:
    """Of one pane; a pane that is alone has it all."""

    def __init__(self) -> None:
        self.current = True
        """The pane has the keys."""
        self.several = False
        """It is not the only one."""
        self.in_sight = True
        self.place = ""
        """Which of how many it is, where the others cannot be seen."""
        self._rests: set[asyncio.Future[None]] = set()
        self._looked_s = -math.inf

    @property
    def pace_s(self) -> float:
        """The time from one look at the stream to the next."""
        if not self.in_sight:
            return HIDDEN_S
        return FRAME_S if self.current else UNFOCUSED_FRAME_S

    def turn(self, *, current: bool, several: bool, in_sight: bool, place: str) -> None:
        """Look in another way; whoever rests wakes up."""
        nearer = in_sight and not self.in_sight
        self.current, self.several = current, several
        self.in_sight, self.place = in_sight, place
        if nearer:
            self.wake()

    async def rest(self) -> None:
        """Wait for the next look, or until somebody wakes.

        There is nothing to wait for where the stream itself comes no faster than looks are taken.
        """
        loop = asyncio.get_running_loop()
        before_s, self._looked_s = self._looked_s, loop.time()
        if self._looked_s - before_s >= self.pace_s - _SLACK_S:
            return
        rest: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(self.pace_s, _end, rest)
        self._rests.add(rest)
        try:
            await rest
        finally:
            self._rests.discard(rest)
            timer.cancel()
            self._looked_s = loop.time()

    def wake(self) -> None:
        """Look now: there is something that should not wait."""
        for rest in self._rests:
            _end(rest)


def _end(rest: "asyncio.Future[None]") -> None:
    if not rest.done():
        rest.set_result(None)
