"""A block: a run of wrapped text in one style, the unit that a transcript is made of."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from rich.cells import cell_len

from chat_tui.document.wrap import append_wrap, expand_tabs, wrap

StyleName: TypeAlias = Literal[
    "text", "you", "reply", "dim", "reasoning", "notice", "warning", "error", "accent"
]
Span: TypeAlias = tuple[str, StyleName]
"""Text without line ends, and what it means; the widget knows the colours."""


class Block:
    """Text that grows at its end, wrapped for one width at a time.

    A row is `first` or `rest`, then the text; `right` stands at the right edge of the first row.
    """

    def __init__(
        self,
        text: str = "",
        *,
        style: StyleName = "text",
        first: str = "   ",
        rest: str = "   ",
        mark_style: StyleName = "dim",
        right: str = "",
        gap: int = 0,
    ) -> None:
        """Make a block.

        Args:
            text: Clean text.
            style: Of the text.
            first: What stands before the first row.
            rest: What stands before the others; as wide as `first`.
            mark_style: Of `first` and `rest`.
            right: Dim text at the right edge of the first row, where there is room.
            gap: Empty rows above.
        """
        self._text = expand_tabs(text)
        self._style: StyleName = style
        self._first = first
        self._rest = rest
        self._mark_style: StyleName = mark_style
        self._right = right
        self._gap = gap
        self._width = 0
        self._starts: list[int] = []

    @property
    def text(self) -> str:
        return self._text

    def extend(self, text: str) -> None:
        """Add clean text at the end; only the last row is wrapped again."""
        length = len(self._text)
        self._text += expand_tabs(text, after=self._text)
        if self._width:
            append_wrap(self._starts, length, self._text, self._room(self._width))

    def height(self, width: int) -> int:
        """How many rows the block has.

        Args:
            width: Cells, at least 1.
        """
        if width != self._width:
            self._starts = wrap(self._text, self._room(width))
            self._width = width
        return self._gap + len(self._starts)

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, from 0 to `height(width)` - 1, without padding."""
        self.height(width)
        index -= self._gap
        if index < 0:
            return ()
        start = self._starts[index]
        last = index + 1 == len(self._starts)
        text = self._text[start:] if last else self._text[start : self._starts[index + 1]]
        text = text.rstrip("\n ")  # spaces at a row's end may hang past the edge
        mark = self._rest if index else self._first
        spans: list[Span] = [(mark, self._mark_style), (text, self._style)]
        if self._right and index == 0:
            free = width - cell_len(mark) - cell_len(text) - cell_len(self._right) - 1
            if free > 0:
                spans.append((" " * free + self._right, "dim"))
        return [span for span in spans if span[0]]

    def _room(self, width: int) -> int:
        return max(1, width - cell_len(self._first))
