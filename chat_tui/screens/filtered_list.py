"""Choosing from a list of which only what fits is shown: typing goes into a filter above it."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from chat_tui.fuzzy import ranked
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.widgets.line_input import LineInput

Row = TypeVar("Row")

MOVES: Final[Sequence[BindingType]] = (
    Binding("down", "move(1)", show=False, priority=True),
    Binding("up", "move(-1)", show=False, priority=True),
    Binding("pagedown", "move(10)", show=False, priority=True),
    Binding("pageup", "move(-10)", show=False, priority=True),
)


class ListBelow(OptionList, can_focus=False):
    """The arrow keys move in it while the filter has the focus."""

    DEFAULT_CSS = """
    ListBelow { margin: 1 0 0 0; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def move(self, by: int) -> None:
        """Mark another row, as far as there are any."""
        if self.option_count:
            at = (self.highlighted or 0) + by
            self.highlighted = max(0, min(self.option_count - 1, at))


class FilteredList(Dialog[Row], Generic[Row]):
    """A filter and a list; Enter gives the marked row."""

    DEFAULT_CSS = """
    FilteredList Input { dock: top; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        searched: Callable[[Row], str],
        drawn: Callable[[Row], Content],
        title: str,
        placeholder: str,
        keys: str,
    ) -> None:
        """Open the list.

        Args:
            rows: All there are, in the order in which they stand while nothing is typed.
            searched: The words that a row is found by.
            drawn: The line that shows a row.
            title: What is chosen.
            placeholder: What the empty filter says.
            keys: Which keys there are.
        """
        super().__init__()
        self._rows = rows
        self._searched = searched
        self._drawn = drawn
        self._words = (title, placeholder, keys)
        self._shown: Sequence[Row] = ()

    def compose(self) -> ComposeResult:
        title, placeholder, keys = self._words
        with Box(title):
            yield LineInput(placeholder=placeholder)
            yield ListBelow(markup=False)
            yield Static(keys, classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._filter("")

    @on(Input.Changed)
    def _on_filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._filter(event.value)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(ListBelow).highlighted
        if at is not None and at < len(self._shown):
            self.dismiss(self._shown[at])

    @on(OptionList.OptionSelected)
    def _on_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])

    def action_move(self, by: int) -> None:
        self.query_one(ListBelow).move(by)

    def _filter(self, query: str) -> None:
        self._shown = ranked(query, self._rows, self._searched)
        options = self.query_one(ListBelow)
        options.clear_options()
        options.add_options(Content.assemble(self._drawn(row)) for row in self._shown)
        if self._shown:
            options.highlighted = 0
