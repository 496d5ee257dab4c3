"""Marks: what lies over the text of a transcript, such as a selection or what a search found."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui import glyphs
from chat_tui.document.block_rows import INDENT
from chat_tui.document.find import Matches
from chat_tui.document.rows import GAP_ROWS, Place, Rows
from chat_tui.document.selection import Selection
from chat_tui.document.spans import Span
from chat_tui.document.units import unit_at, unit_rows
from chat_tui.widgets.transcript.ink_styles import InkStyles

BAR_COLUMN: Final = 1
"""Below the mark of who speaks."""
_ANY_LENGTH: Final = 2**62
"""Rows clip ranges themselves: the text of a long reply need not be put together for each."""


class Cursor(NamedTuple):
    """Where the keyboard is in a transcript."""

    message: int
    block: int
    leaf: int = 0
    """Of Markdown: any of those that are one unit."""


class Marks:
    """Laid over rows after these were painted."""

    def __init__(self) -> None:
        self.selection: Selection | None = None
        self.matches = Matches()
        self.cursor: Cursor | None = None

    @property
    def nothing(self) -> bool:
        """No row is marked."""
        return not (self.selection or len(self.matches) or self.cursor)

    def clear(self) -> None:
        self.selection = self.cursor = None
        self.matches.clear()

    def lay_over(
        self, strip: Strip, place: Place, rows: Rows, styles: InkStyles, base: Style
    ) -> Strip:
        """Mark a row.

        Args:
            strip: The row as it was painted.
            place: Which row it is.
            rows: Where it comes from; the height of its message is exact.
            styles: What marks look like.
            base: The style of the widget.
        """
        if self.nothing or place.row >= rows.height(place.message) - GAP_ROWS:
            return strip
        for start, end, style in self._laid(place, rows, styles):
            strip = _styled(strip, start, end, style)
        if self._is_at_cursor(place, rows):
            bar = Strip(styles.segments((Span(str(glyphs.READER), "accent"),), "", base), 1)
            rest = strip.crop(BAR_COLUMN + 1, strip.cell_length)
            return Strip.join([strip.crop(0, BAR_COLUMN), bar, rest])
        return strip

    def _is_at_cursor(self, place: Place, rows: Rows) -> bool:
        cursor = self.cursor
        if cursor is None or cursor.message != place.message:
            return False
        view = rows.view(place.message)
        unit = unit_at(view.blocks, cursor.block, cursor.leaf)
        return unit is not None and place.row in unit_rows(view, unit, rows.width)

    def _laid(
        self, place: Place, rows: Rows, styles: InkStyles
    ) -> Iterator[tuple[int, int, Style]]:
        view = rows.view(place.message)
        spot = view.spot(place.row, rows.width)
        ranges: list[tuple[int, int, Style]] = []
        if self.selection is not None:
            covered = self.selection.covers(place.message, spot.block, _ANY_LENGTH)
            if covered is not None:
                ranges.append((*covered, styles.selected))
        for match in self.matches.of(place.message, spot.block):
            current = match == self.matches.current
            style = styles.current if current else styles.found
            ranges.append((match.start, match.end, style))
        inner = max(1, rows.width - INDENT)
        for start, end, style in ranges:
            columns = view.blocks[spot.block].columns_of(spot.row, start, end, inner)
            if columns is not None:
                yield columns[0] + INDENT, columns[1] + INDENT, style


def _styled(strip: Strip, start: int, end: int, style: Style) -> Strip:
    width = strip.cell_length
    end = min(end, width)
    if start >= end:
        return strip
    marked = Segment.apply_style(strip.crop(start, end), post_style=style)
    return Strip.join([strip.crop(0, start), Strip(marked, end - start), strip.crop(end, width)])
