"""Choosing the colours: the conversation behind the list is shown in those that are marked."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from chat_tui.screens.dialog import Box, Dialog


class ThemeScreen(Dialog[str]):
    """A list at the right edge; Enter keeps what is shown, Esc has the colours of before."""

    DEFAULT_CSS = """
    ThemeScreen {
        align: right top; background: transparent;
        & > Box { width: 30; margin: 1 1 0 0; }
    }
    """

    def __init__(self, names: Sequence[str], current: str, show: Callable[[str], object]) -> None:
        """Open the list.

        Args:
            names: Of all themes.
            current: The one that is shown.
            show: Shows one, without remembering it.
        """
        super().__init__()
        self._names = names
        self._current = current
        self._show = show

    def compose(self) -> ComposeResult:
        with Box("colours"):
            yield OptionList(*self._names, markup=False)
            yield Static("Enter keep   Esc leave", classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.styles.background = "transparent"  # all of it is to be judged
        options = self.query_one(OptionList)
        if self._current in self._names:
            options.highlighted = self._names.index(self._current)
        options.focus()

    @on(OptionList.OptionHighlighted)
    def _on_marked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show(self._names[event.option_index])

    @on(OptionList.OptionSelected)
    def _on_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._names[event.option_index])

    def action_leave(self) -> None:
        self._show(self._current)
        self.dismiss(None)
