"""A leaf: the smallest block that has rows of its own, and where it stands in lists and quotes."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from rich.cells import cell_len, split_graphemes

from chat_tui.document.spans import Span, cells

LEAST_ROOM = 2
"""Cells that marks and bars leave for the text, where the row has as many: an ideograph's."""


class Leaf(Protocol):
    """Rows for any width, made when they are asked for."""

    @property
    def text(self) -> str:
        """The plain text, as it is copied: without bullets, bars and borders."""

    @property
    def source(self) -> tuple[int, int]:
        """Where it stands in the Markdown source."""

    def height(self, width: int) -> int:
        """Rows, with the gap above; `width` is in cells, at least 1."""

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded and never wider than `width`, from 0 to `height(width)` - 1."""

    def offset_at(self, index: int, column: int, width: int) -> int:
        """Find the character of `text` at a cell of a row, or the one nearest to it in that row."""

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        """Find the cells of a row that `text[start:end]` covers; None if it covers none."""


class Place(NamedTuple):
    """Where a leaf stands: what is before its rows, and how far it is from the leaf above."""

    first: tuple[Span, ...] = ()
    """Before the first row: bullets, numbers, bars."""
    rest: tuple[Span, ...] = ()
    """Before the others; as wide as `first`."""
    gap: tuple[Span, ...] | None = None
    """The row above, empty but for bars; None: there is no gap."""

    @property
    def gap_rows(self) -> int:
        return 0 if self.gap is None else 1

    def room(self, width: int) -> int:
        """Cells that are left for the text; at least 1."""
        if not self.rest:
            return width
        return max(1, width - min(cells(self.rest), _most_indent(width)))

    def prefix(self, index: int, width: int) -> tuple[Span, ...]:
        """Return what is before a row, the gap not counted; its near end if there is no room."""
        prefix = self.first if index == 0 else self.rest
        most = _most_indent(width)
        return prefix if cells(prefix) <= most else _near_end(prefix, most)

    def gap_row(self, width: int) -> tuple[Span, ...]:
        """Return the row above."""
        gap = self.gap or ()
        most = _most_indent(width)
        return gap if cells(gap) <= most else _near_end(gap, most)


TOP = Place()
"""At the very top of a document."""
BELOW = Place(gap=())
"""An empty row below another leaf."""


def offset_of_cell(text: str, column: int) -> int:
    """Find the character at a cell of a text; its length if the cell is behind its end."""
    if column <= 0:
        return 0
    at = 0
    for first, _, width in split_graphemes(text)[0]:
        if at + width > column:
            return first
        at += width
    return len(text)


def columns_between(
    row_text: str, row_start: int, start: int, end: int, indent: int
) -> tuple[int, int] | None:
    """Find the cells that a range of a text covers in a row that shows `row_text` of it.

    Args:
        row_text: What the row shows.
        row_start: Offset of it.
        start: Of the range.
        end: Of the range.
        indent: Cells before the row's text.
    """
    first, last = max(start, row_start), min(end, row_start + len(row_text))
    if first >= last:
        return None
    before = cell_len(row_text[: first - row_start])
    return indent + before, indent + before + cell_len(
        row_text[first - row_start : last - row_start]
    )


def _most_indent(width: int) -> int:
    return max(0, min(width - LEAST_ROOM, max(width // 2, width - 24)))


def _near_end(prefix: tuple[Span, ...], most: int) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in reversed(prefix):
        most -= cell_len(span.text)
        if most < 0:
            break
        kept.append(span)
    return tuple(reversed(kept))
