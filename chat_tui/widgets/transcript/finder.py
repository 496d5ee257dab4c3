"""Looking through a conversation in slices, so that keys and replies need not wait for it."""

import asyncio
from collections.abc import Callable, Sequence
from re import Pattern
from time import monotonic
from typing import Final

from chat_tui.document.find import MAX_MATCHES, Matches, matches_in, pattern, whole_text
from chat_tui.document.message_view import MessageView
from chat_tui.document.rows import Rows
from chat_tui.document.selection import Point
from chat_tui.ids import MessageId

SLICE_S: Final = 0.006
PAUSE_S: Final = 0.002


class Finder:
    """Fills `matches`; the texts that it has read are kept until it is closed."""

    def __init__(self, rows: Rows, matches: Matches, changed: Callable[[], None]) -> None:
        """Prepare to look.

        Args:
            rows: The conversation.
            matches: What is filled.
            changed: Called when there is something new to show.
        """
        self._rows = rows
        self.matches = matches
        self._changed = changed
        self._wanted: Pattern[str] | None = None
        self._texts: dict[MessageId, Sequence[str]] = {}
        self._seen = 0
        """Messages there were when looking began."""
        self._growing: set[int] = set()
        """Messages that were still streaming when they were read."""
        self._task: asyncio.Task[None] | None = None

    @property
    def looking(self) -> bool:
        return self._task is not None and not self._task.done()

    def look_for(self, query: str, start: Point) -> None:
        """Begin anew.

        Args:
            query: Empty for nothing.
            start: Where the reader is: the messages from there on are read first.
        """
        self.stop()
        self._wanted = pattern(query)
        if self._wanted is not None:
            self._task = asyncio.create_task(self._look(self._wanted, start), name="find")
        self._changed()

    def catch_up(self) -> None:
        """Read what has come since."""
        if self._wanted is None:
            return
        growing, self._growing = self._growing, set()
        for number in sorted({*growing, *range(self._seen, len(self._rows))}):
            self._read(number, self._wanted)
        self._seen = len(self._rows)

    def stop(self) -> None:
        """Look no more, and forget what was found."""
        if self._task is not None:
            self._task.cancel()
        self._wanted = None
        self._growing.clear()
        self.matches.clear()

    async def aclose(self) -> None:
        """Stop, and forget what was read."""
        self.stop()
        self._texts.clear()
        if self._task is not None:
            await asyncio.wait([self._task])
            self._task = None

    async def _look(self, wanted: Pattern[str], start: Point) -> None:
        self._seen = len(self._rows)
        until_s = monotonic() + SLICE_S
        for number in (*range(start.message, self._seen), *range(start.message)):
            if self.matches.full:
                break
            if monotonic() >= until_s:
                self._changed()
                await asyncio.sleep(PAUSE_S)
                until_s = monotonic() + SLICE_S
            self._read(number, wanted)
        self._task = None
        self._changed()

    def _read(self, number: int, wanted: Pattern[str]) -> None:
        most = MAX_MATCHES - len(self.matches)
        self.matches.put(number, matches_in(number, self._texts_of(number), wanted, most))

    def _texts_of(self, number: int) -> Sequence[str]:
        message = self._rows.message(number)
        texts = self._texts.get(message.id)
        if texts is None:
            running = message.role == "assistant" and message.outcome is None
            # Not of the rows where that can be: they keep what was looked at last.
            view = self._rows.view(number) if running else MessageView(message)
            texts = ["" if block.kind == "header" else whole_text(block) for block in view.blocks]
            if running:
                self._growing.add(number)
            else:
                self._texts[message.id] = texts
        return texts
