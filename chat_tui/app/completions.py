"""What completes the arguments of slash commands: providers, models, themes, files and the like."""

import asyncio
from pathlib import Path
from typing import Final

from chat_tui.app.prompt_tools import Tools
from chat_tui.commands.completion import Option, Wanted
from chat_tui.commands.paths import path_options
from chat_tui.config.prompts import template_names
from chat_tui.errors import ChatTuiError
from chat_tui.transcripts.forms import FORMS
from chat_tui.widgets.pane.pane import Pane

PARAMETERS: Final = ("max_tokens", "seed", "stop", "temperature", "top_p")
"""What nearly every service knows, for completion alone."""


async def options(tools: Tools, pane: Pane, request: Wanted) -> list[Option]:
    """List what could complete an argument of a command; empty where nothing can."""
    match request.what:
        case "provider":
            return [Option(name) for name in tools.roster.names()]
        case "model":
            try:
                models = await tools.models.get(pane.provider)
            except ChatTuiError:
                return []
            return [Option(model.id, model.label) for model in models]
        case "theme":
            return [Option(name) for name in tools.themes.names()]
        case "format":
            return [Option(name) for name in FORMS]
        case "parameter":
            known = {*PARAMETERS, *pane.session.conversation.parameters}
            return [Option(f"{name}=", ends=False) for name in sorted(known)]
        case "template":
            names = await asyncio.to_thread(template_names, tools.prompts_dir)
            return [Option(name) for name in names]
        case "path":
            return await asyncio.to_thread(path_options, request.word, Path.cwd())
        case _:
            return []
