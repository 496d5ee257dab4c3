"""Where pictures stand in a document: a block reserves rows, and whoever paints it fills them."""

from typing import Final, NamedTuple, Protocol, runtime_checkable

CELL_PX: Final = (10, 20)
"""Of a terminal that does not tell."""


class PictureSlot(NamedTuple):
    """Cells that are kept free for a picture."""

    picture: str
    """The absolute path of the saved file; empty for a preview."""
    preview: bytes | None
    """The bytes of a preview, shown as long as there is no saved file."""
    columns: int
    lines: int


@runtime_checkable
class HasPictures(Protocol):
    """A block, or what holds blocks, that reserves rows for pictures."""

    def picture_at(self, row: int, width: int) -> tuple[tuple[PictureSlot, int, int], ...]:
        """Find the pictures that a row belongs to.

        Their cells lie over the row's spans, which hold what is shown while a picture is not
        ready, or cannot be drawn; several stand side by side, from the left, without overlapping.

        Args:
            row: Of the block, as for `row`.
            width: As for `row`.

        Returns:
            `(slot, column, slot_row)` for each: the column of the block's row where the slot
            begins, and which row of the slot this is. Nothing for most rows.
        """
        ...


class _Terminal:
    def __init__(self) -> None:
        self.draws = False
        self.cell_px = CELL_PX


_terminal: Final = _Terminal()


def draw_pictures(wanted: bool) -> None:
    """Choose whether pictures are drawn at all; chosen once, before the first block is made."""
    _terminal.draws = wanted


def pictures_are_drawn() -> bool:
    """Whether a block should reserve rows; if not, one line of words has to do."""
    return _terminal.draws


def cells_measure(width_px: int, height_px: int) -> None:
    """Take in how large a cell is; what makes no sense is ignored."""
    if 2 <= width_px <= 200 and 2 <= height_px <= 400:
        _terminal.cell_px = (width_px, height_px)


def cell_size() -> tuple[int, int]:
    """The width and height of a cell in pixels, for the shape of a picture in cells."""
    return _terminal.cell_px
