"""Saved pictures side by side, each with a line of words; one of them is under the cursor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.document.pictures.picture_slots import PictureSlot
from chat_tui.pictures.drawn import Drawn
from chat_tui.text import clean_line
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.transcript.picture_cells import PictureRow, lay_over

LEAST_CELLS: Final = 22
"""A picture is at least so wide, unless there is room for less than one."""
BETWEEN: Final = 2
_WORDS_ROWS: Final = 2
"""Below a picture: its words, and an empty row."""
_LEAST_ROWS: Final = 3


class Tile(NamedTuple):
    """A picture of the grid."""

    path: str
    """Of the saved file; empty where there is none."""
    words: str
    """One line of clean text."""


class _Layout(NamedTuple):
    """How the tiles fill the room."""

    across: int
    columns: int
    """Of one picture."""
    lines: int
    """Of one picture."""
    down: int
    """Rows of tiles that are seen whole."""


class PictureGrid(Widget):
    """Tiles of equal size, from the left and then down; whole rows of them are scrolled."""

    DEFAULT_CSS = """
    PictureGrid {
        width: 1fr; height: 1fr;
        & > .picture-grid--words { color: $text-muted; }
        & > .picture-grid--cursor { color: $foreground; background: $panel; text-style: bold; }
        & > .picture-grid--mark { color: $accent; background: $panel; text-style: bold; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "picture-grid--words",
        "picture-grid--cursor",
        "picture-grid--mark",
    }

    @dataclass
    class Moved(TextualMessage):
        """The cursor is on another picture."""

        number: int

    @dataclass
    class Chosen(TextualMessage):
        """The picture under the cursor was clicked."""

        number: int

    def __init__(self, desk: PictureDesk, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word for it
        """Make an empty grid.

        Args:
            desk: Has pictures drawn.
            id: Of the widget.
        """
        super().__init__(id=id)
        self._shelf = desk.shelf
        self._tiles: Sequence[Tile] = ()
        self._cursor = 0
        self._top = 0
        """The first row of tiles that is seen."""

    @property
    def cursor(self) -> int | None:
        """The picture under the cursor; null where there are none."""
        return self._cursor if self._tiles else None

    def show(self, tiles: Sequence[Tile], *, cursor: int = 0) -> None:
        """Show other pictures.

        Args:
            tiles: Of them.
            cursor: The picture under the cursor.
        """
        self._tiles, self._cursor = tiles, cursor
        self._keep_in_sight()

    def move(self, *, across: int = 0, down: int = 0) -> None:
        """Move the cursor by so many pictures and rows of them, as far as there are some."""
        if not self._tiles:
            return
        layout = self._layout()
        wanted = self._cursor + across
        row = wanted // layout.across + down
        last = (len(self._tiles) - 1) // layout.across
        if down and 0 <= wanted < len(self._tiles):
            wanted = max(0, min(row, last)) * layout.across + wanted % layout.across
        self._go(wanted)

    def page(self, by: int) -> None:
        """Move the cursor by so many screens."""
        self.move(down=by * self._layout().down)

    def on_mount(self) -> None:
        if self._shelf is not None:
            self._shelf.watch(self)

    def on_unmount(self) -> None:
        if self._shelf is not None:
            self._shelf.unwatch(self)

    def on_resize(self) -> None:
        self._keep_in_sight()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(down=1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(down=-1)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        layout = self._layout()
        row, inside = divmod(event.y, layout.lines + _WORDS_ROWS)
        across = min(event.x // (layout.columns + BETWEEN), layout.across - 1)
        number = (self._top + row) * layout.across + across
        if number >= len(self._tiles) or inside > layout.lines:
            return
        if number == self._cursor:
            self.post_message(self.Chosen(number))
        else:
            self._go(number)

    def pictures_changed(self) -> None:
        if self.is_attached:
            self.refresh()

    def pictures_shown(self) -> Iterable[Drawn]:
        layout = self._layout()
        first = self._top * layout.across
        for number in range(
            first, min(len(self._tiles), first + (layout.down + 1) * layout.across)
        ):
            if (drawn := self._drawn(number, layout)) is not None:
                yield drawn

    def render_lines(self, crop: Region) -> list[Strip]:
        # Pictures would be lost where Textual puts borders and margins around a line.
        return [self.render_line(y).crop(crop.x, crop.right) for y in crop.line_range]

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        layout = self._layout()
        row, line = divmod(y, layout.lines + _WORDS_ROWS)
        first = (self._top + row) * layout.across
        numbers = range(first, min(first + layout.across, len(self._tiles)))
        if line > layout.lines or not numbers:
            return Strip.blank(width, base)
        if line == layout.lines:
            return Strip(self._words(numbers, layout)).adjust_cell_length(width, base)
        pictures = [
            PictureRow(self._drawn(number, layout), place * (layout.columns + BETWEEN), line)
            for place, number in enumerate(numbers)
        ]
        return lay_over(Strip.blank(width, base), pictures, base, base + Style(dim=True))

    def _words(self, numbers: Iterable[int], layout: _Layout) -> Iterable[Segment]:
        style, base = self.get_component_rich_style, self.rich_style
        for number in numbers:
            here = number == self._cursor
            yield Segment(
                f"{glyphs.READER} " if here else "  ",
                base + style("picture-grid--mark", partial=True) if here else base,
            )
            name = "picture-grid--cursor" if here else "picture-grid--words"
            words, room = self._tiles[number].words, layout.columns - 2
            line = set_cell_size(clean_line(words, room), room)
            yield Segment(line, base + style(name, partial=True))
            yield Segment(" " * BETWEEN, base)

    def _drawn(self, number: int, layout: _Layout) -> Drawn | None:
        path = self._tiles[number].path
        if self._shelf is None:
            return None
        if not path:
            return Drawn(layout.columns, layout.lines, reason="not saved")
        slot = PictureSlot(path, None, layout.columns, layout.lines)
        return self._shelf.rows(slot, ("grid", id(self), number))

    def _layout(self) -> _Layout:
        width, height = self.size
        across = max(1, (width + BETWEEN) // (LEAST_CELLS + BETWEEN))
        columns = max(4, (width + BETWEEN) // across - BETWEEN)
        room = max(_LEAST_ROWS, height - _WORDS_ROWS + 1)
        lines = max(_LEAST_ROWS, min(round(columns * 0.4), room))
        return _Layout(across, columns, lines, max(1, (height + 1) // (lines + _WORDS_ROWS)))

    def _go(self, number: int) -> None:
        number = max(0, min(number, len(self._tiles) - 1))
        if number != self._cursor:
            self._cursor = number
            self._keep_in_sight()
            self.post_message(self.Moved(number))

    def _keep_in_sight(self) -> None:
        layout = self._layout()
        row = self._cursor // layout.across
        self._top = max(row - layout.down + 1, min(self._top, row))
        self.refresh()
