"""Finding text in a conversation: what matches where, in the order in which it is read."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from chat_tui.document.block import Block
from chat_tui.document.blocks import FoldBlock

MAX_MATCHES = 100_000
"""No more are looked for."""


class Match(NamedTuple):
    """A piece of a block's text; a closed block counts as if it were open."""

    message: int
    block: int
    start: int
    end: int


def pattern(query: str) -> re.Pattern[str] | None:
    """Read what is looked for: capitals count if there are any, and any white space is a space.

    Returns:
        Null where nothing is looked for.
    """
    words = query.split()
    if not words:
        return None
    flags = re.NOFLAG if query != query.lower() else re.IGNORECASE
    return re.compile(r"\s+".join(map(re.escape, words)), flags)


def whole_text(block: Block) -> str:
    """Return the text that a block has when it is open."""
    if isinstance(block, FoldBlock) and not block.open:
        return f"{block.text}\n{block.body.text}"
    return block.text


def matches_in(
    message: int, texts: Sequence[str], wanted: re.Pattern[str], most: int = MAX_MATCHES
) -> list[Match]:
    """Find all matches in a message.

    Args:
        message: Its number.
        texts: Of its blocks.
        wanted: As `pattern` makes it.
        most: No more than these.
    """
    found: list[Match] = []
    for block, text in enumerate(texts):
        for match in wanted.finditer(text):
            if len(found) >= most:
                return found
            found.append(Match(message, block, *match.span()))
    return found


class Matches:
    """All matches so far, and the one that the reader is at."""

    def __init__(self) -> None:
        self._found: list[Match] = []
        self.current: Match | None = None

    def __len__(self) -> int:
        return len(self._found)

    @property
    def full(self) -> bool:
        """There may be more than were looked for."""
        return len(self._found) >= MAX_MATCHES

    @property
    def place(self) -> int:
        """Which of them the current one is, from 1 on; 0 for none."""
        return 0 if self.current is None else bisect_left(self._found, self.current) + 1

    def clear(self) -> None:
        self._found.clear()
        self.current = None

    def put(self, message: int, found: Sequence[Match]) -> bool:
        """Set the matches of a message.

        Returns:
            Whether that changes anything.
        """
        first, last = self._range((message,), (message + 1,))
        if self._found[first:last] == list(found):
            return False
        self._found[first:last] = found
        current = self.current
        if current is not None and current.message == message and current not in found:
            self.current = None
            self.step(1, (current.message, current.block, current.start))
        return True

    def of(self, message: int, block: int) -> Sequence[Match]:
        """Return the matches of a block."""
        first, last = self._range((message, block), (message, block + 1))
        return self._found[first:last]

    def step(self, by: int, start: tuple[int, ...] = ()) -> Match | None:
        """Go to another match; after the last comes the first.

        Args:
            by: 1 for the next, -1 for the one before.
            start: Where to begin: message, block and offset, as far as they are known; counts
                only where there is no current match.
        """
        if not self._found:
            self.current = None
        elif self.current is not None:
            self.current = self._found[(self.place - 1 + by) % len(self._found)]
        else:
            at = bisect_left(self._found, start) if by > 0 else bisect_right(self._found, start) - 1
            self.current = self._found[at % len(self._found)]
        return self.current

    def _range(self, start: tuple[int, ...], end: tuple[int, ...]) -> tuple[int, int]:
        return bisect_left(self._found, start), bisect_left(self._found, end)
