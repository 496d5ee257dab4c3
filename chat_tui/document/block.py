"""What a block is: a part of a message on the screen, with rows for any width."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

from chat_tui.document.spans import Span

BlockKind: TypeAlias = Literal[
    "choices",
    "header",
    "text",
    "reasoning",
    "steps",
    "tool",
    "sources",
    "picture",
    "notice",
    "file",
    "ending",
]
SIDE_BY_SIDE_ROWS = 128
"""How far a character may be from where it would be if text ran from row to row: cells of a table
stand side by side."""


class Block(Protocol):
    """Rows of one kind. Rows are unpadded and never wider than the width they are asked for."""

    @property
    def kind(self) -> BlockKind: ...

    @property
    def text(self) -> str:
        """What is copied, and what selections and searches count in."""
        ...

    @property
    def source(self) -> str:
        """The same as Markdown."""
        ...

    def height(self, width: int) -> int:
        """Rows; `width` is in cells, at least 1."""
        ...

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, from 0 to `height(width)` - 1."""
        ...

    def offset_at(self, index: int, column: int, width: int) -> int:
        """Find the character of `text` at a cell of a row, or the nearest to it in that row."""
        ...

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        """Find the cells of a row that `text[start:end]` covers; null if it covers none."""
        ...

    def row_of(self, offset: int, width: int) -> int:
        """Find the row that shows a character of `text`, or the nearest one above it."""
        ...
