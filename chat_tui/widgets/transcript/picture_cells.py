"""Pictures in the rows of a transcript: laid over the spans that keep their cells free."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui import glyphs
from chat_tui.document.block import Block
from chat_tui.document.block_rows import INDENT
from chat_tui.document.pictures.picture_slots import HasPictures
from chat_tui.document.rows import Place
from chat_tui.pictures.drawn import Drawn
from chat_tui.pictures.shelf import Viewer
from chat_tui.widgets.picture_desk import PictureDesk


class PictureRow(NamedTuple):
    """A row of a picture, in a row of a transcript."""

    drawn: Drawn | None
    """Null while there is nothing to show."""
    column: int
    row: int
    """Of the picture."""


class Sixel(NamedTuple):
    """What is written over cells."""

    column: int
    columns: int
    text: str


class SixelStrip(Strip):
    """Cells with sixel strings over them; where a picture is cut, it is left out.

    The strings are no segments, since those would be cut, filtered and counted as text.
    """

    __slots__ = ["_sixels"]

    def __init__(self, strip: Strip, sixels: Iterable[Sixel]) -> None:
        """Draw over cells.

        Args:
            strip: The cells.
            sixels: What is written over them.
        """
        super().__init__(strip, strip.cell_length)
        self._sixels = tuple(sixels)

    def crop(self, start: int, end: int | None = None) -> Strip:
        end = self.cell_length if end is None else min(end, self.cell_length)
        cut = super().crop(start, end)
        return cut if cut is self else self._over(cut, max(0, start), end)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        cuts = [cut for cut in cuts if cut <= self.cell_length]
        if cuts == [self.cell_length]:
            return [self]
        parts = super().divide(cuts)
        starts = (0, *cuts)
        return [
            self._over(part, start, end)
            for part, start, end in zip(parts, starts, cuts, strict=False)
        ]

    def render(self, console: Console) -> str:
        """Write the cells, then what is over them, and leave the cursor behind the last cell.

        Some take the place that is saved as used once it is restored: it is saved each time.
        """
        if self._render_cache is None:
            cells = super().render(console)
            over = "".join(
                f"\x1b8\x1b7\x1b[{column}C{text}" if column else f"\x1b8\x1b7{text}"
                for column, _, text in self._sixels
            )
            self._render_cache = f"\x1b7{cells}{over}\x1b8\x1b[{self.cell_length}C"
        return self._render_cache

    def _over(self, part: Strip, start: int, end: int) -> Strip:
        sixels = [
            sixel._replace(column=sixel.column - start)
            for sixel in self._sixels
            if start <= sixel.column and sixel.column + sixel.columns <= end
        ]
        return SixelStrip(part, sixels) if sixels else part


class PictureCells:
    """The pictures of one transcript."""

    def __init__(self, viewer: Viewer, desk: PictureDesk) -> None:
        """Begin to watch.

        Args:
            viewer: The transcript.
            desk: Has pictures drawn.
        """
        self._viewer = viewer
        self._shelf = desk.shelf
        if self._shelf is not None:
            self._shelf.watch(viewer)

    def close(self) -> None:
        if self._shelf is not None:
            self._shelf.unwatch(self._viewer)

    def at(self, place: Place, block: Block, row: int, width: int) -> tuple[PictureRow, ...]:
        """Find the pictures in a row.

        Args:
            place: The row.
            block: The one that it is in; it may keep room for pictures.
            row: Of the block.
            width: Of the message.
        """
        if self._shelf is None or not isinstance(block, HasPictures):
            return ()
        return tuple(
            PictureRow(
                self._shelf.rows(slot, (id(self), place.message, column, place.row - slot_row)),
                column + INDENT,
                slot_row,
            )
            for slot, column, slot_row in block.picture_at(row, max(1, width - INDENT))
        )

    def lay_over(
        self, strip: Strip, pictures: Iterable[PictureRow], base: Style, dim: Style
    ) -> Strip:
        """Paint pictures over a row; see `lay_over`."""
        return lay_over(strip, pictures, base, dim)


def lay_over(strip: Strip, pictures: Iterable[PictureRow], base: Style, dim: Style) -> Strip:
    """Paint pictures over a row.

    Args:
        strip: The row.
        pictures: From the left.
        base: Behind cells that are transparent.
        dim: Of the words that stand for a picture that cannot be shown.
    """
    width = strip.cell_length
    segments: list[Segment] = []
    sixels: list[Sixel] = []
    at = 0
    for drawn, column, row in pictures:
        if drawn is None or row >= drawn.lines or column + drawn.columns > width or column < at:
            continue
        cells = _cells(drawn, row, base, dim)
        if cells is None:
            continue
        segments += strip.crop(at, column)
        segments += cells
        if drawn.sixels:
            sixels.append(Sixel(column, drawn.columns, drawn.sixels[row]))
        at = column + drawn.columns
    if not at:
        return strip
    segments += strip.crop(at, width)
    painted = Strip(segments, width)
    return SixelStrip(painted, sixels) if sixels else painted


def _cells(drawn: Drawn, row: int, base: Style, dim: Style) -> list[Segment] | None:
    """Return a row of a picture; null where what is beneath it is to be seen."""
    if drawn.reason:
        if row != drawn.lines // 2:
            return None
        words = f" {drawn.reason} "
        if len(words) > drawn.columns:
            words = words[: max(0, drawn.columns - 1)] + str(glyphs.CUT)
        return [Segment(set_cell_size(words.center(drawn.columns), drawn.columns), dim)]
    if drawn.rows:
        return [
            segment
            if segment.style is not None and segment.style.bgcolor is not None
            else Segment(segment.text, base + segment.style if segment.style else base)
            for segment in drawn.rows[row]
        ]
    return [Segment(" " * drawn.columns, base)]
