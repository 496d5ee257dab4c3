"""The header of a pane: the conversation's title, and whether the keys are here."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.text import clean_line

NEW_TITLE = "new conversation"


class PaneHeader(Widget):
    """One row."""

    DEFAULT_CSS = """
    PaneHeader { height: 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._note = ""
        self._place = ""
        self._has_keys: bool | None = None

    @property
    def shown_title(self) -> str:
        return self._title or NEW_TITLE

    def show(self, title: str, note: str = "") -> None:
        """Set the title and, at the right, a note such as the number of messages."""
        title, note = clean_line(title), clean_line(note)
        if (title, note) != (self._title, self._note):
            self._title, self._note = title, note
            self.refresh()

    def look(self, *, has_keys: bool | None, place: str = "") -> None:
        """Say where among several panes this one is.

        Args:
            has_keys: Whether the keys are here; null where there is no other pane.
            place: Which of how many it is, where the others cannot be seen.
        """
        if (has_keys, place) != (self._has_keys, self._place):
            self._has_keys, self._place = has_keys, place
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        mark = "" if self._has_keys is None else f"{glyphs.PROMPT if self._has_keys else ' '} "
        title = f" {mark}{self.shown_title}"
        notes = f" {glyphs.DOT} ".join(filter(None, (self._place, self._note)))
        note = f"{notes} " if notes else ""
        free = width - cell_len(title) - cell_len(note)
        if free < 1:
            note = f"{self._place} " if self._place else ""
            free = max(0, width - cell_len(title) - cell_len(note))
        segments = [
            Segment(title, base + self._title_style()),
            Segment(" " * free + note, base + Style(dim=True)),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _title_style(self) -> Style:
        aside = self._has_keys is False
        return Style(
            bold=not aside and bool(self._title or self._has_keys), dim=aside or not self._title
        )
