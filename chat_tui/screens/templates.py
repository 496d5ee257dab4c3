"""Prompt templates: which one, and what stands in its places."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from chat_tui.config.prompts import Template
from chat_tui.fuzzy import ranked
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

_BOX = """
    width: 78; max-width: 96%; height: auto; max-height: 80%;
    background: $surface; border: round $border; border-title-color: $foreground; padding: 0 1;
"""
_LINE = """
    border: none; background: $surface; padding: 0; height: 1; &:focus { border: none; }
"""


class _List(OptionList, can_focus=False):
    """The arrow keys move in it while the filter has the focus."""


class TemplateMenu(ModalScreen[Template | None]):
    """A filter and a list."""

    DEFAULT_CSS = f"""
    TemplateMenu {{
        align: center middle;
        & #templates {{ {_BOX} }}
        & Input {{ {_LINE} dock: top; }}
        & OptionList {{
            height: auto; max-height: 100%; border: none; background: $surface; padding: 0;
            margin: 1 0 0 0; text-wrap: nowrap; text-overflow: ellipsis;
        }}
        & #templates-note {{ color: $text-muted; height: auto; dock: bottom; padding: 1 0 0 0; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__()
        self._templates = templates
        self._shown: list[Template] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="templates"):
            yield LineInput(placeholder="type to filter")
            yield _List(id="templates-list", markup=False)
            yield Static("Enter choose   Esc leave", id="templates-note", markup=False)

    def on_mount(self) -> None:
        self.query_one("#templates").border_title = Content("prompt template")
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
        self._shown = ranked(query, self._templates, lambda one: f"{one.name} {one.description}")
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Content.assemble(
                clean_line(one.name), (f"   {clean_line(one.description)}", "$text-muted")
            )
            for one in self._shown
        )
        if self._shown:
            options.highlighted = 0


class TemplateForm(ModalScreen[str | None]):
    """A line for each place; Enter goes to the next one, and from the last one takes them all."""

    DEFAULT_CSS = f"""
    TemplateForm {{
        align: center middle;
        & #form {{ {_BOX} }}
        & .form-name {{ color: $text-muted; margin: 1 0 0 0; }}
        & Input {{ {_LINE} }}
        & #form-note {{ color: $text-muted; margin: 1 0 0 0; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("down", "app.focus_next", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template

    def compose(self) -> ComposeResult:
        template = self._template
        with VerticalScroll(id="form", can_focus=False):
            for name in template.variables:
                yield Static(name, classes="form-name", markup=False)
                yield LineInput(template.defaults.get(name, ""), name=name)
            yield Static(
                "Enter next, and at the end into the prompt   Esc leave",
                id="form-note",
                markup=False,
            )

    def on_mount(self) -> None:
        self.query_one("#form").border_title = Content(clean_line(self._template.name, 60))
        self.query(Input).first().focus()

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
        else:
            values = {one.name: one.value for one in inputs if one.name is not None}
            self.dismiss(self._template.filled(values))

    def action_leave(self) -> None:
        self.dismiss(None)
