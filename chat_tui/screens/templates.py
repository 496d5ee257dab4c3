"""Prompt templates: which one, and what stands in its places."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.config.prompts import Template
from chat_tui.screens.dialog import Dialog, ScrollingBox
from chat_tui.screens.filtered_list import FilteredList
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput


class TemplateMenu(FilteredList[Template]):
    """A list of all templates."""

    DEFAULT_CSS = """
    TemplateMenu > Box { width: 78; }
    """

    def __init__(self, templates: Sequence[Template]) -> None:
        super().__init__(
            templates,
            searched=lambda one: f"{one.name} {one.description}",
            drawn=_line,
            title="prompt template",
            placeholder="type to filter",
            keys="Enter choose   Esc leave",
        )


def _line(template: Template) -> Content:
    words = f"   {clean_line(template.description)}"
    return Content.assemble(clean_line(template.name), (words, "$text-muted"))


class TemplateForm(Dialog[str]):
    """A line for each place; Enter goes to the next one, and from the last one takes them all."""

    DEFAULT_CSS = """
    TemplateForm {
        & > ScrollingBox { width: 78; }
        & .form-name { color: $text-muted; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False, priority=True),
        Binding("up", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template

    def compose(self) -> ComposeResult:
        template = self._template
        with ScrollingBox(clean_line(template.name, 60), can_focus=False):
            for name in template.variables:
                yield Static(name, classes="form-name", markup=False)
                yield LineInput(template.defaults.get(name, ""), name=name)
            keys = "Enter next, and at the end into the prompt   Esc leave"
            yield Static(keys, classes="note", markup=False)

    def on_mount(self) -> None:
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
