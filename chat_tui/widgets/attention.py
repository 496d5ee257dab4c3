"""How closely a reader looks at a pane, and so how often it takes in what streams."""

import asyncio
from contextlib import suppress
from typing import Final

from chat_tui.widgets.frame_clock import FRAME_S
from chat_tui.widgets.transcript import UNFOCUSED_FRAME_S

HIDDEN_S: Final = 1.0
"""A pane out of sight paints nothing; it only learns that its reply has ended."""


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
        self._moved = asyncio.Event()

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
            self._moved.set()
            self._moved.clear()

    async def rest(self) -> None:
        """Wait for the next look."""
        if self.in_sight:
            await asyncio.sleep(self.pace_s)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.pace_s):
                await self._moved.wait()
