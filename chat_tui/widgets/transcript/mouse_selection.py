"""Selecting with the mouse: press, drag, release; twice for a word, three times for a line."""

from collections.abc import Callable
from enum import Enum
from typing import Final, assert_never

from chat_tui.document.rows import GAP_ROWS, Rows
from chat_tui.document.selection import Point, Selection, line_at, word_at

EDGE_S: Final = 0.05
"""How often a transcript scrolls while the mouse is held beyond its edge."""


class Grain(Enum):
    """How much a selection grows by."""

    CHARACTER = 1
    WORD = 2
    LINE = 3


class MouseSelection:
    """What a mouse that is held down selects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._pressed: tuple[Point, Point] | None = None
        self._grain = Grain.CHARACTER
        self._at = (0, 0)
        self.moved = False
        """Since the press, the mouse was on another cell."""

    @property
    def held(self) -> bool:
        return self._pressed is not None

    def press(self, row: int, column: int, grain: Grain) -> Selection | None:
        """Begin; null for a selection that is still empty.

        Args:
            row: Of the transcript.
            column: The cell in it.
            grain: What is selected at once, and grows.
        """
        self.release()
        if not len(self._rows):
            return None
        self._grain, self._at, self.moved = grain, (row, column), False
        self._pressed = self._around(row, column)
        if grain is Grain.CHARACTER:
            return None
        return Selection(*self._pressed)

    def drag(self, row: int, column: int) -> Selection | None:
        """Go on; null while nothing is selected."""
        if self._pressed is None:
            return None
        self.moved = self.moved or (row, column) != self._at
        if not self.moved and self._grain is Grain.CHARACTER:
            return None
        first, last = self._pressed
        start, end = self._around(row, column)
        return Selection(last, start) if start < first else Selection(first, max(last, end))

    def release(self) -> None:
        self._pressed = None

    def _around(self, row: int, column: int) -> tuple[Point, Point]:
        """Find where the character, word or line at a cell begins and ends."""
        rows = self._rows
        place = rows.find(row)
        rows.measure(place.message)
        view = rows.view(place.message)
        if row < rows.top(0):
            point = Point(0, 0, 0)
            return point, point
        if place.row >= rows.height(place.message) - GAP_ROWS:
            last = len(view.blocks) - 1
            point = Point(place.message, last, len(view.blocks[last].text))
            return point, point
        block = view.spot(place.row, rows.width).block
        start, end = self._range(
            lambda cell: view.offset_at(place.row, cell, rows.width),
            lambda: view.blocks[block].text,
            column,
        )
        return Point(place.message, block, start), Point(place.message, block, end)

    def _range(
        self, offset_at: Callable[[int], int], text: Callable[[], str], column: int
    ) -> tuple[int, int]:
        offset = offset_at(column)
        match self._grain:
            case Grain.CHARACTER:
                after = offset_at(column + 1)
                if after == offset:  # the first cell of a wide character
                    after = offset_at(column + 2)
                return offset, max(offset, after)
            case Grain.WORD:
                return word_at(text(), offset)
            case Grain.LINE:
                return line_at(text(), offset)
            case _:
                assert_never(self._grain)
