"""Adding a provider: which service, then a form; those that were added are changed here, too."""

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from chat_tui import glyphs
from chat_tui.fuzzy import ranked
from chat_tui.roster.offers import Offer
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

NAME_CELLS: Final = 16
KEYS: Final = "Enter choose   type to find   Esc back"


class _List(OptionList, can_focus=False):
    """The arrow keys move in it while the filter has the focus."""


class AddProvider(ModalScreen[Offer | str | None]):
    """A filter and a list of what can be added; gives an offer, or the name of one to change."""

    DEFAULT_CSS = """
    AddProvider {
        align: center middle;
        & #add {
            width: 84; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Input {
            border: none; background: $surface; padding: 0; height: 1; dock: top;
            &:focus { border: none; }
        }
        & OptionList {
            height: auto; max-height: 100%; border: none; background: $surface; padding: 0;
            margin: 1 0 0 0; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & #add-note { color: $text-muted; height: auto; dock: bottom; padding: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(self, offers: Sequence[Offer], own: Sequence[str]) -> None:
        """Open the list.

        Args:
            offers: What can be added, what was found first.
            own: Names of the providers that were added in the app.
        """
        super().__init__()
        self._rows: list[Offer | str] = [*offers, *own]
        self._shown: list[Offer | str] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="add"):
            yield LineInput(placeholder="type to find a service", id="add-filter")
            yield _List(id="add-list", markup=False)
            yield Static(KEYS, id="add-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#add").border_title = Content("add a provider")
        self.query_one(Input).focus()
        self._filter("")

    @on(Input.Changed)
    def _on_filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter(event.value)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at])

    @on(OptionList.OptionSelected)
    def _on_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, rows: int) -> None:
        options = self.query_one(OptionList)
        if options.option_count:
            at = (options.highlighted or 0) + rows
            options.highlighted = max(0, min(options.option_count - 1, at))

    def _filter(self, query: str) -> None:
        self._shown = ranked(query, self._rows, _searched)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(_line(row) for row in self._shown)
        if self._shown:
            options.highlighted = 0


def _searched(row: Offer | str) -> str:
    if isinstance(row, str):
        return f"{row} change or remove"
    return f"{row.name} {row.title} {row.found}"


def _line(row: Offer | str) -> Content:
    if isinstance(row, str):
        name, mark, words = row, str(glyphs.NOTE), "yours: change or remove it"
    else:
        mark = str(glyphs.DONE if row.found else glyphs.NOT_YET)
        found = f", {row.found}" if row.found else ""
        name, words = row.name, f"{row.title}{found}"
    name = clean_line(name, NAME_CELLS)
    name = set_cell_size(name, max(NAME_CELLS, cell_len(name)))
    return Content.assemble(f"{mark} {name} ", (clean_line(words, 120), "$text-muted"))
