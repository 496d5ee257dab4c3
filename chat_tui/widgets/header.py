"""The header of a pane: the conversation's title."""

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

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

    @property
    def shown_title(self) -> str:
        return self._title or NEW_TITLE

    def show(self, title: str, note: str = "") -> None:
        """Set the title and, at the right, a note such as the number of messages."""
        title, note = clean_line(title), clean_line(note)
        if (title, note) != (self._title, self._note):
            self._title, self._note = title, note
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        title = f" {self.shown_title}"
        note = f"{self._note} " if self._note else ""
        free = width - cell_len(title) - cell_len(note)
        if free < 1:
            note, free = "", max(0, width - cell_len(title))
        segments = [
            Segment(title, base + Style(bold=bool(self._title), dim=not self._title)),
            Segment(" " * free + note, base + Style(dim=True)),
        ]
        return Strip(segments).adjust_cell_length(width, base)
