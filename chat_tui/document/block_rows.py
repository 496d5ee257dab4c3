"""Where the rows of blocks are that stand below each other, and the characters in them."""

from bisect import bisect_right
from typing import NamedTuple

from chat_tui.document.block import Block

INDENT = 3
"""Cells left of everything that was said; the mark of who said it stands there."""


class Spot(NamedTuple):
    """A row of a message: which block it is in, and which row of that."""

    block: int
    row: int


class BlockRows:
    """Blocks below each other; what is above a changed one is not measured again."""

    __slots__ = ("_block_tops", "_blocks", "_width")

    def __init__(self) -> None:
        """Begin without any."""
        self._blocks: list[Block] = []
        self._block_tops: list[int] = []
        """The first row of each block for `_width`, and, last, the height."""
        self._width = 0

    def height(self, width: int) -> int:
        """Rows at this width, in cells."""
        if width != self._width:
            self._width = width
            self._block_tops.clear()
        tops = self._block_tops
        if not tops:
            tops.append(0)
        inner = max(1, width - INDENT)
        for block in self._blocks[len(tops) - 1 :]:
            tops.append(tops[-1] + block.height(inner))
        return tops[-1]

    def spot(self, index: int, width: int) -> Spot:
        """Find the block at a row, from 0 to `height(width)` - 1."""
        self.height(width)
        tops = self._block_tops
        block = max(0, bisect_right(tops, index, hi=len(self._blocks)) - 1)
        return Spot(block, index - tops[block])

    def block_top(self, block: int, width: int) -> int:
        """Find the first row of a block."""
        self.height(width)
        return self._block_tops[block]

    def offset_at(self, index: int, column: int, width: int) -> int:
        """Find the character, of its block's text, at a cell of a row."""
        spot = self.spot(index, width)
        inner = max(1, width - INDENT)
        return self._blocks[spot.block].offset_at(spot.row, column - INDENT, inner)

    def row_of(self, block: int, offset: int, width: int) -> int:
        """Find the row that shows a character of a block's text."""
        inner = max(1, width - INDENT)
        return self.block_top(block, width) + self._blocks[block].row_of(offset, inner)
