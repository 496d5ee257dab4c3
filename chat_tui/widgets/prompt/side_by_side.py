"""Things side by side on one row, one of them under the cursor; the others may be beyond an edge."""

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.widget import Widget

from chat_tui import glyphs

MARGIN: Final = 3
"""Cells before the first one."""


class Placed(NamedTuple):
    """One of the things on the row."""

    number: int
    start: int
    end: int


class SideBySide(Widget, can_focus=True):
    """Hidden while there is nothing; how wide each is, is to be said by `sizes`."""

    FOCUS_ON_CLICK = False
    BETWEEN: ClassVar = 3
    """Cells between two."""
    DEFAULT_CSS = """
    SideBySide {
        height: 1; display: none; color: $foreground;
        &.-open { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up,h,k", "move(-1)"),
        Binding("right,down,l,j", "move(1)"),
        Binding("home", "edge(0)"),
        Binding("end", "edge(-1)"),
        Binding("escape,tab,shift+tab", "leave"),
    ]
    _current = 0
    """Under the cursor."""
    _first = 0
    """At the left edge."""

    @property
    def sizes(self) -> Sequence[int]:
        """How many cells each takes."""
        return ()

    def placed(self) -> list[Placed]:
        """Put them onto the row, from the first one that is shown on."""
        placed: list[Placed] = []
        at = MARGIN
        sizes = self.sizes
        for number in range(self._first, len(sizes)):
            end = at + sizes[number]
            if placed and end > self.size.width:
                break
            placed.append(Placed(number, at, end))
            at = end + self.BETWEEN
        return placed

    def placed_at(self, x: int) -> Placed | None:
        """Say which of them is in a column."""
        return next((each for each in self.placed() if each.start <= x < each.end), None)

    def action_move(self, by: int) -> None:
        self._go(self._current + by)

    def action_edge(self, at: int) -> None:
        self._go(at % max(1, len(self.sizes)))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _go(self, number: int) -> None:
        self._limit(number)
        while self.sizes and self._current not in {each.number for each in self.placed()}:
            self._first += 1
        self.refresh()

    def _limit(self, number: int) -> None:
        """Put the cursor on one that there is."""
        self._current = max(0, min(number, len(self.sizes) - 1))
        self._first = min(self._first, self._current)

    def _lead(self, at: int, start: int) -> str:
        """What stands before one of them; before the first one, that there are others."""
        if at == 0 and self._first:
            return f" {glyphs.ELLIPSIS}"[: start - 1].ljust(start)
        return " " * (start - at)


def fitted(words: str, room: int) -> str:
    """Cut words to so many cells, with a mark where something is missing."""
    if cell_len(words) <= room:
        return words
    mark = str(glyphs.ELLIPSIS)
    return set_cell_size(words, max(0, room - len(mark))) + mark[: max(0, room)]
