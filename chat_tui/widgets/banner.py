"""The rows above the footer that say what lasts: that nothing is saved, or what waits for a key."""

from typing import ClassVar, Literal, NamedTuple, TypeAlias

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.document.pictures.picture_room import cut
from chat_tui.text import clean_line

Weight: TypeAlias = Literal["trouble", "notice"]


class _Row(NamedTuple):
    words: str
    weight: Weight


class Banner(Widget):
    """Hidden while there is nothing to say; one row for each subject."""

    DEFAULT_CSS = """
    Banner {
        height: 1; display: none;
        &.-open { display: block; }
        & > .banner--trouble { background: $error; color: auto; text-style: bold; }
        & > .banner--notice { background: $panel; color: $foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"banner--trouble", "banner--notice"}

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, _Row] = {}

    @property
    def lines(self) -> list[str]:
        """What the rows say."""
        return [self._line(row) for row in self._rows.values()]

    def tell(self, subject: str, words: str, weight: Weight = "notice") -> None:
        """Say something for as long as it lasts.

        Args:
            subject: What it is about; a subject has one row.
            words: Empty: it is over.
            weight: How much it matters.
        """
        before = dict(self._rows)
        if words:
            self._rows[subject] = _Row(clean_line(words), weight)
        else:
            self._rows.pop(subject, None)
        if self._rows != before:
            self.set_class(bool(self._rows), "-open")
            self.styles.height = max(1, len(self._rows))
            self.refresh(layout=True)

    def says(self, subject: str) -> bool:
        """Whether there is a row about a subject."""
        return subject in self._rows

    def render_line(self, y: int) -> Strip:
        rows = list(self._rows.values())
        if y >= len(rows):
            return Strip.blank(self.size.width, self.rich_style)
        row = rows[y]
        style = self.get_component_rich_style(f"banner--{row.weight}")
        width = self.size.width
        return Strip([Segment(cut(self._line(row), width), style)]).adjust_cell_length(width, style)

    def _line(self, row: _Row) -> str:
        mark = glyphs.FAILED if row.weight == "trouble" else glyphs.NOT_YET
        return f" {mark} {row.words}"
