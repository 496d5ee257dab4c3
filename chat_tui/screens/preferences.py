"""Settings of the program: one line for each, changed in place and kept at once."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message as TextualMessage
from textual.widgets import Input, Static

from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput
from chat_tui.widgets.row_list import Line, Piece, RowList

KEYS: Final = "Left Right change   Esc leave"
NUMBER_KEYS: Final = "Left Right change   Enter write a number   Esc leave"
WRITE_KEYS: Final = "Enter keep   Esc leave it as it was"
_NAME_CELLS: Final = 16
_VALUE_CHARS: Final = 40


@dataclass(frozen=True, slots=True)
class Value:
    """One of the values that a setting may have."""

    value: object
    words: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A setting as it is now."""

    name: str
    words: str
    value: object
    values: Sequence[Value]
    when: str = ""
    """When a change counts; empty for at once."""
    fixed: bool = False
    """The user's own file sets it."""
    number: bool = False
    """Any other number may be written, too."""

    @property
    def place(self) -> int:
        """Which of the values it has; -1 for another one."""
        return next((at for at, one in enumerate(self.values) if one.value == self.value), -1)


class _Rows(RowList):
    """Tells when the cursor moves."""

    class Moved(TextualMessage):
        """It is somewhere else."""

    def go(self, number: int) -> None:
        super().go(number)
        self.post_message(self.Moved())


class PreferencesScreen(Dialog[None]):
    """A list; Left and Right change what is under the cursor."""

    DEFAULT_CSS = """
    PreferencesScreen {
        & > Box { width: 90; max-height: 96%; }
        & RowList { height: auto; max-height: 100%; }
        & Input {
            display: none; background: $panel; dock: top;
            &.-open { display: block; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+g", "leave", show=False, id="app.settings", priority=True),
        Binding("left,h", "step(-1)", show=False),
        Binding("right,l,space", "step(1)", show=False),
        Binding("enter", "write", show=False),
    ]

    def __init__(
        self,
        preferences: Callable[[], Sequence[Preference]],
        change: Callable[[str, object], str],
        file: str,
    ) -> None:
        """Show the settings.

        Args:
            preferences: Lists them.
            change: Sets one by its name; says why it cannot be done.
            file: The path of the user's own file.
        """
        super().__init__()
        self._list = preferences
        self._change = change
        self._file = file
        self._shown = preferences()

    def compose(self) -> ComposeResult:
        with Box("settings"):
            yield _Rows()
            yield LineInput(placeholder="a number", id="preferences-number")
            yield Static("", classes="note -below", markup=False)

    def on_mount(self) -> None:
        rows = self.query_one(RowList)
        rows.styles.height = len(self._shown)
        rows.show(len(self._shown), self._draw)
        rows.focus()
        self._tell()

    @on(_Rows.Moved)
    def _on_moved(self, event: _Rows.Moved) -> None:
        event.stop()
        self._tell()

    def action_step(self, by: int) -> None:
        """Take the next of the values, or the one before."""
        one = self._here
        if not one.fixed and not self._writing:
            self._set(one.values[(one.place + by) % len(one.values)].value)

    def action_write(self) -> None:
        """Write a number, or take the next value."""
        one = self._here
        if one.fixed or not one.number:
            self.action_step(1)
            return
        field = self.query_one(Input)
        field.value = "" if one.value is None else f"{one.value:g}"
        field.add_class("-open")
        field.focus()
        self._note("")

    def action_leave(self) -> None:
        """Go back one step."""
        if self._writing:
            self._end_writing()
        else:
            self.dismiss(None)

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        written = event.value.strip()
        self._end_writing()
        try:
            number = float(written) if written else None
        except ValueError:
            number = math.nan
        if number is not None and not math.isfinite(number):
            self._note(f"not a number: {clean_line(written, 20)}")
            return
        whole = number is not None and number.is_integer()
        self._set(int(number) if whole and number is not None else number)

    def _set(self, value: object) -> None:
        why_not = self._change(self._here.name, value)
        self._shown = self._list()
        self.query_one(RowList).refresh()
        self._tell()
        if why_not:
            self._note(f"not kept: {clean_line(why_not, 100)}")

    def _tell(self) -> None:
        """Say what there is to know of the setting under the cursor."""
        if self._writing:
            return
        one = self._here
        words = one.when and f"counts {one.when}"
        if one.fixed:
            words = f"set in {clean_line(self._file, 200)}, and changed there"
        self._note(words)

    def _draw(self, number: int) -> Sequence[Line]:
        one = self._shown[number]
        words = one.values[one.place].words if one.place >= 0 else str(one.value)
        value = Piece(clean_line(words, _VALUE_CHARS), "dim" if one.fixed else "text")
        source = [Piece("config.toml", "dim")] if one.fixed else []
        return (Line((Piece(f"{one.words:<{_NAME_CELLS}}", "dim"), value), source),)

    @property
    def _here(self) -> Preference:
        return self._shown[self.query_one(RowList).cursor or 0]

    @property
    def _writing(self) -> bool:
        return self.query_one(Input).has_class("-open")

    def _end_writing(self) -> None:
        self.query_one(Input).remove_class("-open")
        self.query_one(RowList).focus()
        self._tell()

    def _note(self, text: str) -> None:
        one = self._here
        keys = NUMBER_KEYS if one.number and not one.fixed else KEYS
        lines = filter(None, (text, WRITE_KEYS if self._writing else keys))
        super()._note("\n".join(lines))
