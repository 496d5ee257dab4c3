"""The list above the prompt: what can complete the command being typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widget import Widget

from chat_tui import glyphs
from chat_tui.commands.completion import Option
from chat_tui.text import clean_line

MAX_ROWS: Final = 8
OTHER_ROWS: Final = 4
"""Of a pane: its header, its state, and one each of the transcript and of the prompt."""
_MARGIN: Final = 3
_WORD_MAX: Final = 44


class CompletionList(Widget):
    """A few rows, hidden while there is nothing to choose; the prompt keeps the keys."""

    DEFAULT_CSS = """
    CompletionList {
        height: auto; display: none; background: $surface; color: $foreground;
        &.-open { display: block; }
        & > .completion-list--marked { background: $panel; text-style: bold; }
        & > .completion-list--note { color: $text-muted; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"completion-list--marked", "completion-list--note"}

    @dataclass
    class Clicked(TextualMessage):
        """An option is to be taken."""

        option: Option

    def __init__(self) -> None:
        super().__init__()
        self._options: Sequence[Option] = ()
        self._lead = ""
        self._marked = 0
        self._first = 0
        self.moved = False
        """Somebody chose with the arrow keys."""

    @property
    def options(self) -> Sequence[Option]:
        return self._options

    @property
    def marked(self) -> Option | None:
        """What taking would take."""
        return self._options[self._marked] if self._options else None

    def show(self, options: Sequence[Option], lead: str = "") -> None:
        """Show other options, the first one marked; none hides the list.

        Args:
            options: The best one first.
            lead: Stands before each word.
        """
        if (tuple(options), lead) != (tuple(self._options), self._lead):
            self._options, self._lead = options, lead
            self._marked = self._first = 0
            self.moved = False
        self.set_class(bool(options), "-open")
        self.refresh(layout=True)

    def move(self, by: int) -> None:
        """Mark another option; after the last one comes the first."""
        if self._options:
            self._marked = (self._marked + by) % len(self._options)
            rows = self.size.height or MAX_ROWS
            self._first = max(self._marked - rows + 1, min(self._first, self._marked))
            self.moved = True
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take what there is to show, and leave a small pane its prompt."""
        return max(0, min(MAX_ROWS, len(self._options), container.height - OTHER_ROWS))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if (at := self._first + event.y) < len(self._options):
            self.post_message(self.Clicked(self._options[at]))

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        at = self._first + y
        if at >= len(self._options):
            return Strip.blank(self.size.width, base)
        words = [
            f"{self._lead}{clean_line(f'{one.word} {one.usage}', _WORD_MAX)}"
            for one in self._options
        ]
        width = max(map(cell_len, words))
        if at == self._marked:
            base += self.get_component_rich_style("completion-list--marked", partial=True)
        note_style = base + self.get_component_rich_style("completion-list--note", partial=True)
        more = y == self.size.height - 1 and at + 1 < len(self._options)
        note = f"{glyphs.ELLIPSIS} {len(self._options) - at - 1} more" if more else ""
        said = clean_line(self._options[at].note)
        segments = [
            Segment(" " * _MARGIN + set_cell_size(words[at], width), base),
            Segment("  " + "   ".join(filter(None, [said, note])), note_style),
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)
