"""F1: every key as it is bound now, and every slash command, with a search over both."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.screens.dialog import Box, Dialog
from chat_tui.widgets.line_input import LineInput

HelpLine = tuple[str, str]
"""Keys as people write them, or a command; and what it does."""
WIDE: Final = 156
"""From so many columns on, keys and commands stand side by side."""
_FRAME: Final = 6
"""Columns for the border, the padding and the scrollbar."""
_LEAST: Final = 16
"""Columns that words always have."""


class HelpScreen(Dialog[None]):
    """Two lists that scroll together; what is typed leaves out the rest of them. Esc leaves."""

    DEFAULT_CSS = """
    HelpScreen {
        & > Box { width: 104; max-height: 90%; }
        & #help-scroll { height: auto; }
        & #help-lists { layout: vertical; height: auto; }
        & Static { height: auto; margin: 1 0 0 0; }
        & .note { dock: bottom; height: 1; margin: 0; }
        &.-wide > Box { width: 154; }
        &.-wide #help-lists { layout: horizontal; }
        &.-wide #help-keys { width: 1fr; }
        &.-wide #help-commands { width: 1fr; margin: 1 0 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave", "Leave", priority=True),
        Binding("f1", "leave", show=False, id="app.help", priority=True),
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("up", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
    ]

    def __init__(self, groups: Mapping[str, Sequence[HelpLine]]) -> None:
        """List keys and commands.

        Args:
            groups: The keys, by what they are about; the commands are always the same.
        """
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        with Box("keys and commands"):
            yield LineInput(placeholder="search keys and commands", id="help-search")
            with VerticalScroll(id="help-scroll", can_focus=False), Horizontal(id="help-lists"):
                yield Static(id="help-keys", markup=False)
                yield Static(id="help-commands", markup=False)
            yield Static(classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")
        self._show(event.size.width)

    @on(Input.Changed)
    def _on_search_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(self.size.width)
        self._lists.scroll_home(animate=False)

    @property
    def _lists(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def _show(self, width: int) -> None:
        room = 72 if width >= WIDE else min(104, width * 96 // 100) - _FRAME
        words = self.query_one(Input).value.lower().split()
        keys = {name: _found(lines, words, name) for name, lines in self._groups.items()}
        commands = {"commands": _found(_commands(), words, "commands")}
        note = "Up Down PageUp PageDown scroll   Esc leave"
        found = any((*keys.values(), *commands.values()))
        self._note(note if found else f"nothing found   {note}")
        for id_, groups in (("#help-keys", keys), ("#help-commands", commands)):
            shown = self.query_one(id_, Static)
            shown.display = any(groups.values())
            shown.update(_listed(groups, room))

    def action_scroll(self, by: int) -> None:
        self._lists.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll by a page, without the way there."""
        if by > 0:
            self._lists.scroll_page_down(animate=False)
        else:
            self._lists.scroll_page_up(animate=False)


def _found(lines: Sequence[HelpLine], words: Sequence[str], group: str) -> Sequence[HelpLine]:
    """Pick the lines in which, or in whose heading, every word stands."""
    searched = ((f"{group} {name} {help_}".lower(), (name, help_)) for name, help_ in lines)
    return [line for text, line in searched if all(word in text for word in words)]


def _commands() -> list[HelpLine]:
    from chat_tui.commands.table import COMMANDS

    commands = [(command.line, command.help) for command in COMMANDS]
    return [*commands, ("//", "Send a text that begins with a slash")]


def _listed(groups: Mapping[str, Sequence[HelpLine]], room: int) -> Content:
    """Put the groups below each other, each under its heading."""
    filled = {name: lines for name, lines in groups.items() if lines}
    width = max((len(name) for lines in filled.values() for name, _ in lines), default=0)
    return Content("\n\n").join(
        Content.assemble((f"{name}\n", "$accent"), _group(lines, width, room))
        for name, lines in filled.items()
    )


def _group(lines: Sequence[HelpLine], width: int, room: int) -> Content:
    """Put keys and words side by side; words that need several rows stay in their column."""
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
