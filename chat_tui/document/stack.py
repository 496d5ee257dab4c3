"""Blocks that are one block: each has its own inks and its own indent, one below the other."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from chat_tui.document.block import Block, BlockKind
from chat_tui.document.blocks import FoldBlock
from chat_tui.document.spans import Span


class StackBlock:
    """At least one block; their texts are lines of one text."""

    __slots__ = ("_blocks", "_gap", "_starts", "_tops", "_width", "kind")

    def __init__(self, kind: BlockKind, blocks: Sequence[Block], *, gap: int = 0) -> None:
        """Make a block.

        Args:
            kind: What it is.
            blocks: From the top; they do not change any more.
            gap: Empty rows above.
        """
        self.kind: BlockKind = kind
        self._blocks = tuple(blocks)
        self._gap = gap
        self._width = 0
        self._starts = [0, *accumulate(len(block.text) + 1 for block in self._blocks[:-1])]
        """Where the text of each block begins."""
        self._tops: list[int] = []
        """The first row of each block for `_width`, and, last, the height."""

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self._blocks)

    @property
    def source(self) -> str:
        return self.text

    def height(self, width: int) -> int:
        if width != self._width:
            self._width = width
            heights = (block.height(width) for block in self._blocks)
            self._tops = list(accumulate(heights, initial=self._gap))
        return self._tops[-1]

    def row(self, index: int, width: int) -> Sequence[Span]:
        number, row = self.part_at(index, width)
        return self._blocks[number].row(row, width) if row >= 0 else ()

    def part_at(self, index: int, width: int) -> tuple[int, int]:
        """Find the block at a row, and the row in that; the row is negative in the gap."""
        self.height(width)
        last = len(self._blocks)
        number = max(0, bisect_right(self._tops, index, hi=last) - 1)
        return number, index - self._tops[number]

    def offset_at(self, index: int, column: int, width: int) -> int:
        number, row = self.part_at(index, width)
        if row < 0:
            return 0
        return self._starts[number] + self._blocks[number].offset_at(row, column, width)

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        number, row = self.part_at(index, width)
        if row < 0:
            return None
        before = self._starts[number]
        return self._blocks[number].columns_of(row, start - before, end - before, width)

    def row_of(self, offset: int, width: int) -> int:
        self.height(width)
        number = max(0, bisect_right(self._starts, offset) - 1)
        inside = self._blocks[number].row_of(offset - self._starts[number], width)
        return self._tops[number] + inside


class PeekBlock:
    """What of a folded block stays in sight while it is closed; nothing once it is open."""

    __slots__ = ("_block", "_fold", "kind")

    def __init__(self, fold: FoldBlock, block: Block | None) -> None:
        """Make a block.

        Args:
            fold: It stands right below this one.
            block: What stays in sight; null for nothing.
        """
        self.kind: BlockKind = fold.kind
        self._fold = fold
        self._block = block

    @property
    def text(self) -> str:
        return self._block.text if self._block is not None and not self._fold.open else ""

    @property
    def source(self) -> str:
        return self.text

    def height(self, width: int) -> int:
        if self._block is None or self._fold.open:
            return 0
        return self._block.height(width)

    def row(self, index: int, width: int) -> Sequence[Span]:
        return self._block.row(index, width) if self._block is not None else ()

    def offset_at(self, index: int, column: int, width: int) -> int:
        return self._block.offset_at(index, column, width) if self._block is not None else 0

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        if self._block is None or self._fold.open:
            return None
        return self._block.columns_of(index, start, end, width)

    def row_of(self, offset: int, width: int) -> int:
        if self._block is None or self._fold.open:
            return 0
        return self._block.row_of(offset, width)
