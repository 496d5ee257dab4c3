"""What prompts ask of the application: commands, completions, drafts, an editor, templates."""

import asyncio
import contextlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from textual.app import App

from chat_tui.app_errors import told
from chat_tui.app_memory import Memory
from chat_tui.app_themes import AppThemes
from chat_tui.commands.completion import Option, Wanted
from chat_tui.commands.context import CommandError
from chat_tui.commands.parse import nearest_command
from chat_tui.commands.paths import path_options
from chat_tui.commands.table import FORMATS, run_command
from chat_tui.config.prompts import Template, load_template, template_names
from chat_tui.drafts import Drafts
from chat_tui.errors import ChatTuiError, ConfigError, NotFound
from chat_tui.ids import ConversationId
from chat_tui.model_lists import ModelLists
from chat_tui.model_rows import Choice
from chat_tui.roster import Roster
from chat_tui.secrets import Secret
from chat_tui.session import Session
from chat_tui.store.store import Store
from chat_tui.text import clean
from chat_tui.transcripts.forms import Form
from chat_tui.usage import reckoned
from chat_tui.widgets.pane import Pane
from chat_tui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from chat_tui.app_budget import Budget

PARAMETERS: Final = ("max_tokens", "seed", "stop", "temperature", "top_p")
"""What nearly every service knows, for completion alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the application lends to the prompts of its panes."""

    roster: Roster
    models: ModelLists
    store: Store
    memory: Memory
    themes: AppThemes
    environ: Mapping[str, str]
    prompts_dir: Path
    hear_signals: Callable[[], None]
    """Sets the application's signal handlers."""
    budget_usd: float | None
    """What a day may cost before somebody is asked; null is no limit."""


class AppPrompts:
    """One for all panes. Whoever made it closes it."""

    def __init__(self, app: App[int], tools: Tools) -> None:
        self._app = app
        self._tools = tools
        self._drafts = Drafts(tools.store)
        self._loading: set[Prompt] = set()
        """Their draft is being read: that they are empty says nothing."""
        self._showing: dict[Prompt, Session] = {}
        self._budget: Budget | None = None

    async def answer(
        self,
        asked: Prompt.Commanded
        | Prompt.CompletionWanted
        | Prompt.EditWanted
        | Prompt.QueueChanged
        | Pane.Opened,
    ) -> None:
        """Do what a prompt or a pane asks for; what takes long, later."""
        match asked:
            case Prompt.Commanded():
                await self._follow(asked)
            case Prompt.CompletionWanted():
                self._app.run_worker(self._complete(asked), group="complete", exclusive=True)
            case Prompt.EditWanted():
                self._app.run_worker(self._edit(asked.prompt), group="edit", exclusive=True)
            case Prompt.QueueChanged(conversation=conversation, texts=texts):
                self._drafts.note_queue(ConversationId(conversation), texts)
            case Pane.Opened(pane=pane):
                self._app.run_worker(self._exchange_drafts(pane), group="drafts")
            case _:
                assert_never(asked)

    async def _follow(self, asked: Prompt.Commanded) -> None:
        """Follow a slash command; what cannot be followed goes back into the prompt."""
        pane = _pane_of(asked.prompt)
        try:
            await run_command(_Context(self._app, self._tools, pane), asked.invocation)
        except ChatTuiError as error:
            self._tell(error)
            asked.prompt.give_back(asked.text)

    async def _complete(self, asked: Prompt.CompletionWanted) -> None:
        options = await self._options(_pane_of(asked.prompt), asked.request)
        asked.prompt.offer(asked.request, options)

    async def _edit(self, prompt: Prompt) -> None:
        """Lend the terminal to the user's editor."""
        from chat_tui.screens.editing import edit

        tools = self._tools
        try:
            text = await edit(self._app, prompt.text, tools.environ, tools.hear_signals)
        except ChatTuiError as error:
            self._tell(error)
            return
        if text != prompt.text:  # one change, which can be undone
            prompt.replace(text, (0, 0), prompt.document.end)
            prompt.move_cursor(prompt.document.end)

    async def _exchange_drafts(self, pane: Pane) -> None:
        """Put the draft of the conversation that is shown now in the place of the one before."""
        prompt, session = pane.prompt, pane.session
        before = self._showing.get(prompt)
        if before is session:
            return
        self._showing = {p: s for p, s in self._showing.items() if p.is_attached}
        self._showing[prompt] = session
        if before is not None and before.conversation.id != session.conversation.id:
            if prompt.own_text.strip() and not len(session.conversation):
                self._drafts.move_to_new(before.conversation, prompt.own_text)
                return
            self._drafts.note(before.conversation, prompt.own_text)
            prompt.clear()
        self._loading.add(prompt)
        try:
            draft = clean(await self._drafts.load(session.conversation))
        finally:
            self._loading.discard(prompt)
        # Another pane with the same conversation, or with another new one, may have it already.
        taken = any(p.is_attached and p.text == draft for p in self._showing if p is not prompt)
        wanted = draft and draft != prompt.text and not taken
        if wanted and self._showing.get(prompt) is session:
            # Somebody who was faster has written below it.
            prompt.text = f"{draft}\n{prompt.text}" if prompt.text else draft
            prompt.move_cursor(prompt.document.end)

    def changed(self, prompt: Prompt) -> None:
        """Keep what is written now."""
        pane = _pane_of(prompt)
        session = self._showing.setdefault(prompt, pane.session)
        pane.may_send = self._may_send
        pane.status.window_of = self._window_of
        if prompt not in self._loading:
            self._drafts.note(session.conversation, prompt.own_text)

    def choose_provider(self, pane: Pane) -> None:
        """Ask who answers in a pane from now on; history and draft stay."""
        from chat_tui.screens.provider_menu import MenuTools, ProviderMenu

        roster, models, memory = self._tools.roster, self._tools.models, self._tools.memory

        def answer_with(choice: Choice | None) -> None:
            if choice is not None:
                pane.answer_with(choice.provider, choice.model)
                memory.keep_model(choice.provider, choice.model)

        tools = MenuTools(
            listings=roster.listings,
            check=roster.look,
            models=models.get,
            may_ask=roster.asks_nobody,
            forget=models.forget,
            favourites=lambda: _choices(memory.state.favourites),
            recent=lambda: _choices(memory.state.recent),
            toggle_favourite=lambda choice: memory.toggle_favourite(*choice),
            keep_key=lambda name, key: roster.keep_key(name, Secret(key)),
        )
        self._app.push_screen(ProviderMenu(tools, Choice(pane.provider, pane.model)), answer_with)

    def show_settings(self, pane: Pane) -> None:
        """Show and change what the conversation of a pane is talked with."""
        from chat_tui.screens.settings import Settings, SettingsScreen

        session, store = pane.session, self._tools.store
        conversation = session.conversation
        try:
            declared = self._tools.roster.parameters_of(pane.provider)
            usual = self._tools.roster.provider(pane.provider).parameters
        except ChatTuiError as error:
            self._tell(error)
            return

        async def keep(settings: Settings) -> None:
            try:
                await set_system_prompt(store, session, settings.system_prompt)
                await set_parameters(store, session, settings.parameters)
            except ChatTuiError as error:
                self._tell(error)

        now = Settings(
            system_prompt=conversation.system_prompt, parameters=dict(conversation.parameters)
        )
        screen = SettingsScreen(now, declared, usual, keep, provider=pane.provider)
        self._app.push_screen(screen)

    def show_usage(self, pane: Pane) -> None:
        """Show what the conversation of a pane used, and what the day did."""
        self._app.run_worker(self._show_usage(pane.session), group="usage", exclusive=True)

    async def _show_usage(self, session: Session) -> None:
        from chat_tui.app_budget import today, used_since
        from chat_tui.screens.usage import UsageScreen

        replies = await used_since(self._tools.store, today(), session)
        here = reckoned(session.conversation)
        self._app.push_screen(UsageScreen(here, replies, self._tools.budget_usd))

    async def _may_send(self, pane: Pane, go_on: Callable[[], object]) -> bool:
        """Whether a message may be sent; where the budget of the day is spent, ask."""
        if self._tools.budget_usd is None:
            return True
        if self._budget is None:
            from chat_tui.app_budget import Budget

            self._budget = Budget(self._app, self._tools.store, self._tools.budget_usd)
        return await self._budget.allows(pane.session, go_on)

    def _window_of(self, provider: str, model: str) -> int | None:
        """How many tokens a model takes in, as far as its provider's list said so."""
        known = self._tools.models.known(provider) or ()
        return next((one.context_tokens for one in known if one.id == model), None)

    async def use_template(self, pane: Pane, name: str = "") -> None:
        """Write by a prompt template; without a name, ask for one."""
        try:
            await use_template(self._app, pane, self._tools.prompts_dir, name)
        except ChatTuiError as error:
            self._tell(error)

    async def aclose(self) -> None:
        """Write the drafts that are not written yet, to the last letter."""
        for prompt, session in self._showing.items():
            if prompt not in self._loading:
                self._drafts.note(session.conversation, prompt.own_text)
        await self._drafts.aclose()
        await self._tools.models.aclose()

    def _tell(self, error: ChatTuiError) -> None:
        self._app.notify(told(error), severity="warning")

    async def _options(self, pane: Pane, request: Wanted) -> list[Option]:
        tools = self._tools
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
                return [Option(name) for name in FORMATS]
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


class _Context:
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
        known = self._tools.models.known(provider)
        if known and model not in (ids := [one.id for one in known]):
            near = nearest_command(model, ids)
            meant = f"; did you mean {near!r}?" if near else ""
            self.tell(f"{model!r} is not in the list of {provider}, and is taken as typed{meant}")
        self._answer_with(provider, model)

    def choose_theme(self, name: str) -> None:
        themes = self._tools.themes
        if name not in themes.names():
            from chat_tui.config.toml_file import nearest

            hint = nearest(name, themes.names())
            raise CommandError(f"there is no theme {name[:40]!r}", hint=hint)
        themes.choose(name)

    async def set_system_prompt(self, text: str) -> None:
        await set_system_prompt(self._tools.store, self._pane.session, text)

    async def set_parameter(self, key: str, value: object) -> None:
        parameters = dict(self._pane.session.conversation.parameters)
        parameters.pop(key, None)
        if value is not None:
            parameters[key] = value
        await set_parameters(self._tools.store, self._pane.session, parameters)

    async def write(self, form: Form | None, path: str) -> None:
        from chat_tui.app_saving import save_at, save_transcript

        snapshot, memory = self._pane.session.snapshot(), self._tools.memory
        if path:
            await save_at(self._app, snapshot, memory, form=form, place=_place(path))
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

    def action_copy_reply(self) -> None:
        self._pane.transcript.copy_last_reply(markdown=False)

    def _answer_with(self, provider: str, model: str) -> None:
        self._pane.answer_with(provider, model)
        self._tools.memory.keep_model(provider, model)


async def set_system_prompt(store: Store, session: Session, text: str) -> None:
    """Set what the provider is told first, in memory and, once it is stored, in the store."""
    session.conversation.system_prompt = text
    if len(session.conversation):  # else it is stored with the first turn
        with contextlib.suppress(NotFound):
            await store.set_system_prompt(session.conversation.id, text)


async def set_parameters(store: Store, session: Session, parameters: Mapping[str, object]) -> None:
    """Set what goes into each request, in memory and, once it is stored, in the store."""
    session.conversation.parameters = dict(parameters)
    if len(session.conversation):
        with contextlib.suppress(NotFound):
            await store.set_parameters(session.conversation.id, parameters)


def _choices(pairs: Sequence[Sequence[str]]) -> list[Choice]:
    return [Choice(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _place(path: str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:  # ~somebody who is not there
        raise CommandError(f"no folder {path.split('/')[0][:40]!r}") from error


def _pane_of(prompt: Prompt) -> Pane:
    return prompt.query_ancestor(Pane)


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
