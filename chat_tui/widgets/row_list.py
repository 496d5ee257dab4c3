"""A list of any length: only the rows that can be seen are made and painted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui import glyphs

Look: TypeAlias = Literal["text", "strong", "dim", "accent", "hit"]


class Piece(NamedTuple):
    """Words of a row: one line of clean text."""

    text: str
    look: Look = "text"


class Line(NamedTuple):
    """One row of the screen."""

    left: Sequence[Piece]
    right: Sequence[Piece] = ()
    """At the right edge, if there is room for some of the left; else the last piece alone."""


Draw: TypeAlias = Callable[[int], Sequence[Line]]
"""Makes the lines of an entry, which is given by its number."""
LEAST_LEFT: Final = 24
"""Cells: before the left gets fewer, the right is left out."""
_MARK_CELLS: Final = 2


class RowList(ScrollView, can_focus=True):
    """Entries of equal height, one of them under the cursor."""

    DEFAULT_CSS = """
    RowList {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
        & > .row-list--dim { color: $text-muted; }
        & > .row-list--accent { color: $accent; }
        & > .row-list--hit { color: $accent; text-style: bold underline; }
        & > .row-list--strong { text-style: bold; }
        & > .row-list--cursor { background: $panel; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--dim",
        "row-list--accent",
        "row-list--hit",
        "row-list--strong",
        "row-list--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    @dataclass
    class Chosen(TextualMessage):
        """An entry was clicked."""

        number: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word for it
        """Make an empty list."""
        super().__init__(id=id)
        self._draw: Draw = lambda number: ()
        self._count = 0
        self._each = 1
        self._cursor = 0
        self._styles: dict[tuple[Look, bool], Style] = {}

    @property
    def count(self) -> int:
        """How many entries there are."""
        return self._count

    @property
    def cursor(self) -> int | None:
        """The entry under the cursor; null where there are none."""
        return self._cursor if self._count else None

    @property
    def cursor_region(self) -> Region:
        """Where the entry under the cursor is on the screen."""
        y = self._cursor * self._each - int(self.scroll_y)
        return Region(self.region.x, self.region.y + y, self.size.width, self._each)

    def show(self, count: int, draw: Draw, *, each: int = 1, cursor: int = 0) -> None:
        """Show other entries.

        Args:
            count: How many.
            draw: Makes their lines when they are looked at.
            each: How many lines each of them has.
            cursor: The entry under the cursor.
        """
        self._count, self._draw, self._each = count, draw, each
        self.virtual_size = Size(self.size.width, count * each)
        self.go(cursor)
        self.refresh()

    def go(self, number: int) -> None:
        """Put the cursor onto an entry, or the nearest one that there is."""
        self._cursor = max(0, min(number, self._count - 1))
        top, height = self._cursor * self._each, self.size.height
        if height:
            lowest, highest = top + self._each - height, top
            self.scroll_to(
                y=max(lowest, min(int(self.scroll_y), highest)), animate=False, immediate=True
            )
        self.refresh()

    def action_move(self, by: int) -> None:
        self.go(self._cursor + by)

    def action_page(self, by: int) -> None:
        self.go(self._cursor + by * max(1, self.size.height // self._each - 1))

    def action_edge(self, by: int) -> None:
        self.go(self._count - 1 if by > 0 else 0)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, self._count * self._each)
        self.go(self._cursor)

    def on_click(self, event: events.Click) -> None:
        number = (int(self.scroll_y) + event.y) // self._each
        if number < self._count:
            event.stop()
            self.go(number)
            self.post_message(self.Chosen(number))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        number, row = divmod(int(self.scroll_y) + y, self._each)
        if number >= self._count:
            return Strip.blank(width, self.rich_style)
        here = number == self._cursor
        lines = self._draw(number)
        line = lines[row] if row < len(lines) else Line(())
        mark = f"{glyphs.READER} " if here else " " * _MARK_CELLS
        right = self._strip(line.right, here)
        room = width - _MARK_CELLS - right.cell_length - 2
        if len(line.right) > 1 and room < LEAST_LEFT:
            right = self._strip(line.right[-1:], here)
            room = width - _MARK_CELLS - right.cell_length - 2
        if right.cell_length and room < LEAST_LEFT:
            right, room = Strip([]), width - _MARK_CELLS - 1
        left = self._strip(line.left, here)
        base = self._style("text", here)
        if left.cell_length > room:
            cut = Segment(str(glyphs.CUT), base)
            left = Strip([*left.crop(0, max(0, room - 1)), cut])
        gap = Segment(
            " " * max(0, width - _MARK_CELLS - left.cell_length - right.cell_length - 1), base
        )
        first = Segment(mark, self._style("accent", here))
        return Strip([first, *left, gap, *right]).adjust_cell_length(width, base)

    def _strip(self, pieces: Sequence[Piece], here: bool) -> Strip:
        return Strip([Segment(piece.text, self._style(piece.look, here)) for piece in pieces])

    def _style(self, look: Look, here: bool) -> Style:
        known = self._styles.get((look, here))
        if known is None:
            known = self.rich_style
            if here:
                known += self.get_component_rich_style("row-list--cursor", partial=True)
            if look != "text":
                known += self.get_component_rich_style(f"row-list--{look}", partial=True)
            self._styles[look, here] = known
        return known
