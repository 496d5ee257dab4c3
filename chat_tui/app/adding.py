"""Adding and changing providers from the application; who was added answers from then on."""

from typing import TYPE_CHECKING, Any

from chat_tui import glyphs
from chat_tui.app.errors import told
from chat_tui.errors import ChatTuiError
from chat_tui.model_names import learn
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.roster.desk import Added, Draft, ProviderDesk
from chat_tui.roster.offers import Offer, asked_of, key_variable, kind_of, takes_key

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.wiring import Wiring
    from chat_tui.widgets.pane.pane import Pane


class AppAdding:
    """One for the application."""

    def __init__(self, app: "ChatApp", wiring: "Wiring") -> None:
        """Open nothing yet.

        Args:
            app: Whose screens these are.
            wiring: With the roster, and the folder of provider files.
        """
        self._app = app
        self._memory = wiring.memory
        self.desk = ProviderDesk(wiring.roster, KINDS, wiring.paths.providers_dir, wiring.environ)

    async def show(self) -> None:
        """Ask what is to be added or changed."""
        from chat_tui.screens.add_provider import AddProvider

        pane = self._app.pane

        async def go_on(chosen: Offer | str | None) -> None:
            if isinstance(chosen, Offer):
                self.fill_in(chosen, pane)
            elif chosen is not None:
                await self.change(chosen, pane)

        own = await self.desk.own()
        self._app.push_screen(AddProvider(self.desk.offers(), own), go_on)

    def fill_in(self, offer: Offer, pane: "Pane", *, failed: ChatTuiError | None = None) -> None:
        """Ask for what a new provider needs, and say why it could not be added without that."""
        self._open(offer, pane, name=self.desk.free_name(offer.name), failed=failed)

    async def change(self, name: str, pane: "Pane") -> None:
        """Change a provider that was added before."""
        try:
            table = await self.desk.table_of(name)
        except ChatTuiError as error:
            self._tell(error)
            return
        self._open(Offer(name, name, table), pane, name=name, before=name)

    def _open(
        self,
        offer: Offer,
        pane: "Pane",
        *,
        name: str,
        before: str = "",
        failed: ChatTuiError | None = None,
    ) -> None:
        from chat_tui.screens.provider_form import FormWords, ProviderForm

        try:
            kind = kind_of(offer.table, self.desk.registry)
        except ChatTuiError as error:
            self._tell(error)
            return
        words = FormWords(
            name=name,
            before=before,
            lines=asked_of(offer.table, kind),
            key=self._key_words(offer.table, before) if takes_key(offer.table, kind) else None,
            note=offer.found,
            failed=failed,
        )

        def go_on(result: Added | str | None) -> None:
            if isinstance(result, Added):
                self.chosen(result, pane)
            elif result is not None:
                self._gone(before)

        self._app.push_screen(ProviderForm(self.desk, offer, words), go_on)

    def _key_words(self, table: Any, before: str) -> str:
        """What the empty line of a key says."""
        if before:
            return "paste another key, or leave it empty to keep the one there is"
        variable = key_variable(table, kind_of(table, self.desk.registry))
        if variable and self.desk.environ.get(variable, "").strip():
            return f"paste the key, or leave it empty to use {variable}"
        return "paste the key" if variable else "paste a key, if the server wants one"

    async def take(self, offer: Offer, pane: "Pane") -> None:
        """Make a provider of something that was found; ask only for what is missing."""
        draft = Draft(self.desk.free_name(offer.name), offer.table)
        try:
            kind = kind_of(offer.table, self.desk.registry)
            if any(
                line.required and line.name not in offer.table
                for line in asked_of(offer.table, kind)
            ):
                self.fill_in(offer, pane)
                return
            self._app.notify(f"testing {draft.name} {glyphs.ELLIPSIS}", timeout=3)
            trial = await self.desk.test(draft)
            added = await self.desk.keep(draft, trial)
        except ChatTuiError as error:
            self.fill_in(offer, pane, failed=error)
            return
        self.chosen(added, pane)

    def chosen(self, added: Added, pane: "Pane") -> None:
        """Have a provider answer that was just added; ask for its model where it has none."""
        entry = added.entry
        self._app.work.prompts.forget_models(entry.name)
        pane.pick_found = None
        pane.transcript.tell_found((), "")
        own = self.desk.model_of(entry.name)
        models = added.trial.models if added.trial is not None else ()
        learn(entry.name, {one.id: one.name for one in models if one.name})
        model = models[0].id if models and not own else ""
        pane.answer_with(entry.name, model)
        self._memory.keep_model(entry.name, model)
        place = f"; its key is in {added.key_place}" if added.key_place else ""
        found = added.trial.found if added.trial is not None else "not tested"
        self._app.notify(f"{entry.name} is ready ({found}){place}")
        if model and len(models) > 1:
            self._app.work.prompts.choose_provider(pane, f"{entry.name} ")

    def _gone(self, name: str) -> None:
        """Let somebody else answer where the provider that was removed did."""
        from chat_tui.roster.roster import DEMO

        for pane in self._app.panes.widget.all:
            if pane.provider == name:
                pane.answer_with(DEMO, "")
        if self._memory.state.provider == name:
            self._memory.keep_model(DEMO, "")
        self._app.notify(f"{name} is removed")

    def _tell(self, error: ChatTuiError) -> None:
        self._app.notify(told(error), severity="warning")
