"""What prompts ask of the application: commands, completions, drafts, an editor, templates."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias, assert_never

from textual.app import App

from chat_tui.app.errors import told
from chat_tui.errors import ChatTuiError
from chat_tui.ids import ConversationId
from chat_tui.keys.secrets import Secret
from chat_tui.session.session import Session
from chat_tui.widgets.background import run_in_background, run_instead
from chat_tui.widgets.pane.pane import Pane
from chat_tui.widgets.prompt.kept_chips import read_draft, written_draft
from chat_tui.widgets.prompt.prompt import Prompt

if TYPE_CHECKING:
    from chat_tui.app.budget import Budget
    from chat_tui.app.prompt_tools import Tools
    from chat_tui.roster.model_rows import Choice

Asked: TypeAlias = (
    Prompt.Commanded
    | Prompt.CompletionWanted
    | Prompt.EditWanted
    | Prompt.QueueChanged
    | Pane.Opened
)
"""What prompts, and panes for theirs, ask for."""


class AppPrompts:
    """One for all panes. Whoever made it closes it."""

    def __init__(self, app: App[int], tools: "Tools") -> None:
        self._app = app
        self._tools = tools
        self._drafts = tools.drafts
        self._loading: set[Prompt] = set()
        """Their draft is being read: that they are empty says nothing."""
        self._showing: dict[Prompt, Session] = {}
        self._budget: Budget | None = None
        tools.models.named = self._named

    async def answer(self, asked: Asked) -> None:
        """Do what a prompt or a pane asks for; what takes long, later."""
        match asked:
            case Prompt.Commanded():
                await self._follow(asked)
            case Prompt.CompletionWanted():
                run_instead(self._app, "complete", self._complete, asked)
            case Prompt.EditWanted():
                run_instead(self._app, "edit", self._edit, asked.prompt)
            case Prompt.QueueChanged(conversation=conversation, texts=texts):
                self._drafts.note_queue(ConversationId(conversation), texts)
            case Pane.Opened(pane=pane):
                self._lend(pane)
                run_in_background(self._app, "drafts", self._exchange_drafts, pane)
            case _:
                assert_never(asked)

    async def _follow(self, asked: Prompt.Commanded) -> None:
        """Follow a slash command; what cannot be followed goes back into the prompt."""
        from chat_tui.app.commands import PaneCommands
        from chat_tui.commands.table import run_command

        pane = _pane_of(asked.prompt)
        try:
            await run_command(PaneCommands(self._app, self._tools, pane), asked.invocation)
        except ChatTuiError as error:
            self._tell(error)
            asked.prompt.give_back(asked.text)

    async def _complete(self, asked: Prompt.CompletionWanted) -> None:
        from chat_tui.app.completions import options

        found = await options(self._tools, _pane_of(asked.prompt), asked.request)
        asked.prompt.offer(asked.request, found)

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
            written = _draft(prompt, before)
            if prompt.own_text.strip() and not self._drafts.has_place(session.conversation):
                prompt.move_chips(before.conversation.id, session.conversation.id)
                self._drafts.move(before.conversation, session.conversation, written)
                return
            self._drafts.note(before.conversation, written)
            prompt.clear()
        self._loading.add(prompt)
        try:
            shown = {one.conversation.id for one in self._showing.values()}
            draft, chips = read_draft(await self._drafts.load(session.conversation, shown))
        finally:
            self._loading.discard(prompt)
        # Another pane with the same conversation, or with another new one, may have it already.
        others = [p for p in self._showing if p is not prompt and p.is_attached]
        if self._showing.get(prompt) is not session or any(
            p.text == draft and p.chips_of(self._showing[p].conversation.id) == chips
            for p in others
        ):
            return
        if chips and not prompt.chips_of(session.conversation.id):
            prompt.restore_chips(session.conversation.id, chips)
        if draft and draft != prompt.text:
            # Somebody who was faster has written below it.
            prompt.text = f"{draft}\n{prompt.text}" if prompt.text else draft
            prompt.move_cursor(prompt.document.end)

    def changed(self, prompt: Prompt) -> None:
        """Keep what is written now."""
        if not prompt.is_attached:  # its pane went meanwhile, and its draft was kept then
            return
        pane = _pane_of(prompt)
        session = self._showing.setdefault(prompt, pane.session)
        self._lend(pane)
        if prompt not in self._loading:
            self._drafts.note(session.conversation, _draft(prompt, session))

    def _lend(self, pane: Pane) -> None:
        """Lend a pane what it asks of us."""
        pane.status.window_of = self._window_of

    def _named(self, provider: str, models: Sequence[str]) -> None:
        """Show the names that models of a provider were found to have, and keep them."""
        self._tools.memory.keep_names(provider, models)
        for prompt in self._showing:
            if prompt.is_attached:
                _pane_of(prompt).name_again()

    def forget_models(self, provider: str) -> None:
        """Have a provider's models asked for again."""
        self._tools.models.forget(provider)

    def choose_provider(self, pane: Pane, query: str = "") -> None:
        """Ask who answers in a pane from now on; history and draft stay.

        Args:
            pane: Where.
            query: What the menu is asked for at first.
        """
        from chat_tui.roster.model_rows import Choice
        from chat_tui.screens.menu_tools import MenuTools
        from chat_tui.screens.provider_menu import ProviderMenu

        roster, models, memory = self._tools.roster, self._tools.models, self._tools.memory
        # A first start has opened its pane without us, and the menu may learn names for it.
        self._showing.setdefault(pane.prompt, pane.session)

        def answer_with(choice: Choice | None) -> None:
            if choice is not None:
                pane.answer_with(choice.provider, choice.model)
                memory.keep_model(choice.provider, choice.model)

        tools = MenuTools(
            listings=roster.listings,
            keys=pane.keys,
            check=roster.look,
            models=models.get,
            may_ask=roster.asks_nobody,
            forget=models.forget,
            favourites=lambda: _choices(memory.state.favourites),
            recent=lambda: _choices(memory.state.recent),
            toggle_favourite=lambda choice: memory.toggle_favourite(*choice),
            keep_key=lambda name, key: roster.keep_key(name, Secret(key)),
            add=lambda: self._app.call_later(self._app.run_action, "add_provider"),
        )
        menu = ProviderMenu(tools, Choice(pane.provider, pane.model), query)
        self._app.push_screen(menu, answer_with)

    def show_settings(self, pane: Pane) -> None:
        """Show and change what the conversation of a pane is talked with."""
        from chat_tui.commands.settings import set_parameters, set_system_prompt
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
        run_instead(self._app, "usage", self._show_usage, pane.session)

    async def _show_usage(self, session: Session) -> None:
        from chat_tui.app.budget import today, used_since
        from chat_tui.screens.usage import UsageScreen
        from chat_tui.usage import reckoned

        replies = await used_since(self._tools.store, today(), session, silent=True)
        here = reckoned(session.conversation)
        self._app.push_screen(UsageScreen(here, replies, self._tools.budget_usd()))

    async def may_send(self, pane: Pane, replies: int, go_on: Callable[[], object]) -> bool:
        """Whether so many replies may be asked for; where the budget of the day is spent, ask."""
        budget_usd = self._tools.budget_usd()
        if budget_usd is not None:
            if self._budget is None:
                from chat_tui.app.budget import Budget

                self._budget = Budget(self._app, self._tools.store)
            if not await self._budget.allows(pane.session, replies, budget_usd, go_on):
                return False
        learn = self._tools.models.learn_name  # beside what is sent, which does not wait for it
        run_in_background(self._app, "names", learn, pane.provider, pane.model)
        return True

    def _window_of(self, provider: str, model: str) -> int | None:
        """How many tokens a model takes in, as far as its provider's list ever said so."""
        memory = self._tools.memory
        window = self._tools.models.window(provider, model)
        if window is None:
            return memory.window(provider, model)
        if window != memory.window(provider, model):  # we are being painted: no disk now
            self._app.call_later(memory.keep_window, provider, model, window)
        return window

    async def use_template(self, pane: Pane, name: str = "") -> None:
        """Write by a prompt template; without a name, ask for one."""
        from chat_tui.app.templates import use_template

        try:
            await use_template(self._app, pane, self._tools.prompts_dir, name)
        except ChatTuiError as error:
            self._tell(error)

    async def aclose(self) -> None:
        """Write the drafts that are not written yet, to the last letter."""
        for prompt, session in self._showing.items():
            if prompt not in self._loading:
                self._drafts.note(session.conversation, _draft(prompt, session))
        await self._drafts.aclose()
        await self._tools.models.aclose()

    def _tell(self, error: ChatTuiError) -> None:
        self._app.notify(told(error), severity="warning")


def _choices(pairs: Sequence[Sequence[str]]) -> "list[Choice]":
    from chat_tui.roster.model_rows import Choice

    return [Choice(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def _pane_of(prompt: Prompt) -> Pane:
    return prompt.query_ancestor(Pane)


def _draft(prompt: Prompt, session: Session) -> str:
    """What is written and what goes along, as it is kept."""
    return written_draft(prompt.own_text, prompt.chips_of(session.conversation.id))
