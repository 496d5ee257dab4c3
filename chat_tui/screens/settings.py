"""What a conversation is talked with: its system prompt, and parameters of its requests."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static, TextArea

from chat_tui.commands.parse import parse_setting, parse_value, write_value
from chat_tui.providers.parameters import Parameter
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.text import clean_line
from chat_tui.widgets.clean_area import CleanArea
from chat_tui.widgets.line_input import LineInput

KEYS: Final = "Tab next   Enter or Ctrl+S keep   Esc leave"
AREA_KEYS: Final = "Tab next   Enter new line   Ctrl+S keep   Esc leave"
"""In the system prompt, which has several lines."""
_NAME_MAX: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set."""

    system_prompt: str
    parameters: Mapping[str, object]


class SettingsScreen(Dialog[None]):
    """A form; nothing counts before it is kept, and Esc says so when something would be lost."""

    DEFAULT_CSS = """
    SettingsScreen {
        & > Box { width: 104; max-height: 90%; }
        & VerticalScroll { height: auto; max-height: 100%; }
        & TextArea {
            height: auto; min-height: 2; max-height: 8; border: none; padding: 0;
            background: $panel; &:focus { border: none; }
        }
        & .settings-head { color: $text-muted; margin: 1 0 0 0; }
        & .settings-row { height: 1; }
        & .settings-name { width: 26; max-width: 50%; }
        & Input {
            &:focus { background: $panel; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep", priority=True),
    ]

    def __init__(
        self,
        settings: Settings,
        declared: Sequence[Parameter],
        usual: Mapping[str, object],
        keep: Callable[[Settings], Awaitable[None]],
        *,
        provider: str,
    ) -> None:
        """Show what is set now.

        Args:
            settings: Of the conversation.
            declared: What the provider is known to take.
            usual: What goes into its requests where nothing is set.
            keep: Takes the new settings.
            provider: Who answers now.
        """
        super().__init__()
        self._settings = settings
        self._declared = {parameter.name: parameter for parameter in declared}
        self._usual = usual
        self._keep = keep
        self._provider = provider
        self._warned = False
        self._told = ""

    def compose(self) -> ComposeResult:
        free = sorted({*self._settings.parameters, *self._usual} - set(self._declared))
        with Box("this conversation"), VerticalScroll(can_focus=False):
            yield Static("system prompt", classes="settings-head", markup=False)
            yield CleanArea(
                self._settings.system_prompt, id="settings-system", tab_behavior="focus"
            )
            words = f"parameters, for {clean_line(self._provider, 40)}; empty leaves them out"
            yield Static(words, classes="settings-head", markup=False)
            for name in (*self._declared, *free):
                with Horizontal(classes="settings-row"):
                    label = clean_line(name, _NAME_MAX)
                    yield Static(label, classes="settings-name", markup=False)
                    value = self._settings.parameters.get(name)
                    yield LineInput(write_value(value), placeholder=self._hint(name), name=name)
            with Horizontal(classes="settings-row"):
                yield Static("another", classes="settings-name", markup=False)
                yield LineInput(placeholder="KEY=VALUE", id="settings-more")
            yield Static(AREA_KEYS, classes="note", markup=False)

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def on_descendant_focus(self) -> None:
        """Name the keys of where they are."""
        self._note(self._told)

    def action_leave(self) -> None:
        read = self._read()
        if not self._warned and read != self._settings:
            self._warned = True
            self._note("what you changed is not kept: Ctrl+S keeps it, Esc drops it")
            return
        self.dismiss(None)

    async def action_keep(self) -> None:
        read = self._read()
        if isinstance(read, str):
            self._note(read)
            return
        await self._keep(read)
        self.dismiss(None)

    @on(Input.Submitted)
    async def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        await self.action_keep()

    def _hint(self, name: str) -> str:
        """Say what holds where nothing is set, and what may be."""
        parameter = self._declared.get(name)
        words = [parameter.expected, parameter.help] if parameter is not None else []
        if name in self._usual:
            words.insert(0, f"{clean_line(write_value(self._usual[name]), 40)} as configured")
        return "; ".join(filter(None, words))

    def _read(self) -> Settings | str:
        """Read the form; what is wrong with it, where something is."""
        parameters: dict[str, object] = {}
        for field in self.query(Input):
            if not field.value.strip():
                continue
            if field.name is not None:
                parameters[field.name] = parse_value(field.value.strip())
            elif (setting := parse_setting(field.value)) is None or setting[1] is None:
                return f"not KEY=VALUE: {clean_line(field.value, 40)}"
            else:
                parameters[setting[0]] = setting[1]
        for name, value in parameters.items():
            parameter = self._declared.get(name)
            if parameter is not None and not parameter.takes(value):
                return f"{name}: expected {parameter.expected}"
        return Settings(system_prompt=self.query_one(TextArea).text, parameters=parameters)

    def _note(self, text: str) -> None:
        self._told = text
        keys = AREA_KEYS if isinstance(self.focused, TextArea) else KEYS
        super()._note("\n".join(filter(None, (text, keys))))
