"""What slash commands do to the application, and to the pane that they were typed into."""

import inspect
from collections.abc import Sequence

from textual.app import App

from chat_tui.app.prompt_tools import Tools
from chat_tui.app.templates import use_template
from chat_tui.commands.context import CommandError
from chat_tui.commands.parse import nearest_command
from chat_tui.commands.paths import named_place
from chat_tui.commands.settings import check_parameter, set_parameter, set_system_prompt
from chat_tui.model_names import model_named
from chat_tui.transcripts.forms import Form
from chat_tui.widgets.pane.pane import Pane


class PaneCommands:
    """A `CommandContext` for the pane that a command was typed into."""

    def __init__(self, app: App[int], tools: Tools, pane: Pane) -> None:
        self._app = app
        self._tools = tools
        self._pane = pane

    def tell(self, text: str) -> None:
        self._app.notify(text)

    def choose_provider(self, name: str) -> None:
        self._tools.roster.require(name)
        self._answer_with(name, self._tools.memory.state.models.get(name, ""))

    async def choose_model(self, model: str) -> None:
        provider = self._pane.provider
        model = model_named(provider, model)
        known = self._tools.models.known(provider)
        if known and model not in (ids := [one.id for one in known]):
            near = nearest_command(model, ids)
            meant = f"; did you mean {near!r}?" if near else ""
            self.tell(f"{model!r} is not in the list of {provider}, and is taken as typed{meant}")
        self._answer_with(provider, model)

    def choose_theme(self, name: str) -> None:
        themes = self._tools.themes
        if not name:
            themes.pick()
            return
        if name not in themes.names():
            from chat_tui.config.toml_file import nearest

            hint = nearest(name, themes.names())
            raise CommandError(f"there is no theme {name[:40]!r}", hint=hint)
        themes.choose(name)

    async def set_system_prompt(self, text: str) -> None:
        await set_system_prompt(self._tools.store, self._pane.session, text)

    async def set_parameter(self, key: str, value: object) -> None:
        check_parameter(self._tools.roster.parameters_of(self._pane.provider), key, value)
        await set_parameter(self._tools.store, self._pane.session, key, value)

    async def write(self, form: Form | None, path: str) -> None:
        from chat_tui.app.saving import save_at, save_transcript

        snapshot, memory = self._pane.session.snapshot(), self._tools.memory
        if path:
            await save_at(self._app, snapshot, memory, form=form, place=named_place(path))
        else:
            save_transcript(self._app, snapshot, memory, form=form or "md")

    async def use_template(self, name: str) -> None:
        await use_template(self._app, self._pane, self._tools.prompts_dir, name)

    async def act(self, what: str, actions: Sequence[str], *arguments: object) -> None:
        for target in (self._pane, self._app, self):
            for action in actions:
                method = getattr(target, f"action_{action}", None)
                if method is not None:
                    result = method(*arguments)
                    if inspect.isawaitable(result):
                        await result
                    return
        raise CommandError(f"{what} is not available here")

    def action_import_conversations(self, path: str) -> None:
        from chat_tui.app.importing import import_in_background

        import_in_background(self._app, self._tools.store, named_place(path))

    def action_copy_reply(self) -> None:
        self._pane.transcript.copy_last_reply(markdown=False)

    def _answer_with(self, provider: str, model: str) -> None:
        self._pane.answer_with(provider, model)
        self._tools.memory.keep_model(provider, model)
