"""A selection: from one character of a conversation to another, whatever rows they are in."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from chat_tui.document.block import Block
from chat_tui.document.blocks import MarkdownBlock
from chat_tui.document.markdown.written import written

_WORD_SIGNS = frozenset("_-'")


class Point(NamedTuple):
    """A place between two characters; points are ordered as what they point at is read."""

    message: int
    block: int
    offset: int
    """Of the block's text."""


class Selection(msgspec.Struct, frozen=True):
    """What is between two points, in either order."""

    anchor: Point
    """Where it began."""
    head: Point
    """Where it goes on."""

    @property
    def start(self) -> Point:
        return min(self.anchor, self.head)

    @property
    def end(self) -> Point:
        return max(self.anchor, self.head)

    @property
    def empty(self) -> bool:
        return self.anchor == self.head

    def covers(self, message: int, block: int, length: int) -> tuple[int, int] | None:
        """Find what is selected of a block.

        Args:
            message: Its message.
            block: Its number there.
            length: Of its text, in characters.

        Returns:
            Start and end in the text, not empty; null for none of it.
        """
        place = (message, block)
        if not self.start[:2] <= place <= self.end[:2]:
            return None
        start = self.start.offset if place == self.start[:2] else 0
        end = self.end.offset if place == self.end[:2] else length
        start, end = min(start, length), min(end, length)
        return (start, end) if start < end else None

    def text(self, blocks: Callable[[int], Sequence[Block]]) -> str:
        """Return what is selected, with an empty line between blocks.

        Args:
            blocks: Returns those of a message.
        """
        pieces: list[str] = []
        for message in range(self.start.message, self.end.message + 1):
            for number, block in enumerate(blocks(message)):
                text = block.text
                if (covered := self.covers(message, number, len(text))) is None:
                    continue
                if isinstance(block, MarkdownBlock):
                    pieces.append(written(block.document.leaves, *covered))
                else:
                    pieces.append(text[covered[0] : covered[1]])
        return "\n\n".join(pieces)


def word_at(text: str, offset: int) -> tuple[int, int]:
    """Find the word around a character, or the run of signs or of spaces that it is in.

    Returns:
        Start and end in the text; empty in an empty line.
    """
    first, last = line_at(text, offset)
    if first == last:
        return first, last
    start = min(offset, last - 1)
    sort = _sort(text[start])
    end = start + 1
    while start > first and _sort(text[start - 1]) == sort:
        start -= 1
    while end < last and _sort(text[end]) == sort:
        end += 1
    return start, end


def line_at(text: str, offset: int) -> tuple[int, int]:
    """Find the line around a character, without its end."""
    offset = min(offset, len(text))
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    return start, len(text) if end < 0 else end


def _sort(char: str) -> int:
    if char.isspace():
        return 0
    # Marks that combine and joiners, which are neither, stay with what they are written on.
    return 1 if char.isalnum() or char in _WORD_SIGNS or not char.isascii() else 2
