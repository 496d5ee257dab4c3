"""F1: every key as it is bound now, and every slash command."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

HelpLine = tuple[str, str]
"""Keys as people write them, or a command; and what it does."""
WIDE: Final = 156
"""From so many columns on, keys and commands stand side by side."""
_FRAME: Final = 6
"""Columns for the border, the padding and the scrollbar."""
_LEAST: Final = 16
"""Columns that words always have."""


class HelpScreen(ModalScreen[None]):
    """Two lists that scroll together; Esc leaves."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & #help {
            width: 104; max-width: 96%; height: auto; max-height: 90%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & #help-lists { layout: vertical; height: auto; }
        & Static { height: auto; margin: 1 0 0 0; }
        & #help-note { color: $text-muted; }
        &.-wide #help { width: 154; }
        &.-wide #help-lists { layout: horizontal; }
        &.-wide #help-keys { width: 1fr; }
        &.-wide #help-commands { width: 1fr; margin: 1 0 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Leave", priority=True),
        Binding("f1", "leave", show=False, id="app.help", priority=True),
    ]

    def __init__(self, lines: Sequence[HelpLine]) -> None:
        """List keys and commands.

        Args:
            lines: The keys; the commands are always the same.
        """
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            with Horizontal(id="help-lists"):
                yield Static(id="help-keys", markup=False)
                yield Static(id="help-commands", markup=False)
            yield Static("Esc leaves", id="help-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#help").border_title = Content("keys and commands")

    def on_resize(self, event: events.Resize) -> None:
        wide = event.size.width >= WIDE
        self.set_class(wide, "-wide")
        room = min(104, event.size.width * 96 // 100) - _FRAME if not wide else 72
        self.query_one("#help-keys", Static).update(_listed(self._lines, room))
        self.query_one("#help-commands", Static).update(_listed(_commands(), room))

    def action_leave(self) -> None:
        self.dismiss(None)


def _commands() -> list[HelpLine]:
    from chat_tui.commands.table import COMMANDS

    commands = [(command.line, command.help) for command in COMMANDS]
    return [*commands, ("//", "Send a text that begins with a slash")]


def _listed(lines: Sequence[HelpLine], room: int) -> Content:
    """Put keys and words side by side; words that need several rows stay in their column."""
    width = max(len(name) for name, _ in lines)
    column = room - width - 2
    if column < _LEAST:  # below each other
        below = [
            (name, "\n".join(f"  {part}" for part in wrap(words, max(1, room - 2))))
            for name, words in lines
        ]
        return Content("\n").join(
            Content.assemble((f"{name}\n", "bold"), words) for name, words in below
        )
    return Content("\n").join(
        Content.assemble(
            (f"{name:<{width}}  ", "bold"), f"\n{' ' * (width + 2)}".join(wrap(words, column))
        )
        for name, words in lines
    )
