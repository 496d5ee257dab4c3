"""F1: every key as it is bound now."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

HelpLine = tuple[str, str]
"""Keys as people write them, and what they do."""


class HelpScreen(ModalScreen[None]):
    """A list that scrolls; Esc leaves."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & #help {
            width: 78; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Static { height: auto; margin: 1 0 0 0; }
        & #help-note { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Leave", priority=True),
        Binding("f1", "leave", show=False, id="app.help", priority=True),
    ]

    def __init__(self, lines: Sequence[HelpLine]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        width = max(len(keys) for keys, _ in self._lines)
        text = Content("\n").join(
            Content.assemble((f"{keys:<{width}}  ", "bold"), words) for keys, words in self._lines
        )
        with VerticalScroll(id="help"):
            yield Static(text, markup=False)
            yield Static("Esc leaves", id="help-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#help").border_title = Content("keys")

    def action_leave(self) -> None:
        self.dismiss(None)
