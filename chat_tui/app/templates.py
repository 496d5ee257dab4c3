"""Writing by a prompt template: which one, and what stands in its places."""

import asyncio
from pathlib import Path

from textual.app import App

from chat_tui.app.errors import told
from chat_tui.commands.context import CommandError
from chat_tui.config.prompts import Template, load_template, template_names
from chat_tui.errors import ConfigError
from chat_tui.widgets.pane.pane import Pane


async def use_template(app: App[int], pane: Pane, folder: Path, name: str) -> None:
    """Put a prompt template into the prompt, with its places filled in.

    Args:
        app: Where is asked for the template and for what stands in its places.
        pane: Whose prompt takes it.
        folder: Of the templates.
        name: Empty asks.

    Raises:
        ChatTuiError: there is none of that name, none at all, or it cannot be read.
    """
    if name:
        _fill(app, pane, await asyncio.to_thread(load_template, folder, name))
        return
    names = await asyncio.to_thread(template_names, folder)
    if not names:
        hint = f"a template is a file {folder}/NAME.md"
        raise CommandError("there are no prompt templates", hint=hint)
    templates = []
    for one in names:
        try:
            templates.append(await asyncio.to_thread(load_template, folder, one))
        except ConfigError as error:
            app.notify(told(error), severity="warning")
    from chat_tui.screens.templates import TemplateMenu

    app.push_screen(TemplateMenu(templates), lambda chosen: _fill(app, pane, chosen))


def _fill(app: App[int], pane: Pane, template: Template | None) -> None:
    """Put a template into the prompt; where it has places, ask for them first."""
    if template is None:
        return

    def put(text: str | None) -> None:
        if text is not None:
            pane.prompt.insert(text, maintain_selection_offset=False)
            pane.prompt.focus()

    if not template.variables:
        put(template.text)
        return
    from chat_tui.screens.templates import TemplateForm

    app.push_screen(TemplateForm(template), put)
