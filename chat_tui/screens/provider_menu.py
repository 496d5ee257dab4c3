"""F2: who answers. One list of all providers and their models; a key can be entered in place."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList, Static

from chat_tui import glyphs
from chat_tui.errors import ChatTuiError
from chat_tui.fuzzy import ranked
from chat_tui.providers.base import ModelInfo
from chat_tui.roster.listing import Listing
from chat_tui.roster.model_rows import Choice, ModelRow, as_typed, model_rows
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.screens.filtered_list import MOVES, ListBelow
from chat_tui.screens.menu_tools import MenuTools
from chat_tui.screens.provider_rows import NAME_MAX, drawn, keys_line
from chat_tui.text import clean_line
from chat_tui.widgets.line_input import LineInput

MOST_SHOWN: Final = 300
"""Rows at the same time; typing finds the others."""
AT_ONCE: Final = 4
"""Servers that are asked at the same time."""


class ProviderMenu(Dialog[Choice]):
    """A filter and a list; Enter chooses, Esc goes back."""

    DEFAULT_CSS = """
    ProviderMenu {
        & > Box { width: 96; }
        & Input { dock: top; }
        & #menu-key { display: none; }
        &.-key #menu-key { display: block; }
        &.-key #menu-filter { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("tab", "narrow", id="menu.models", show=False, priority=True),
        Binding("ctrl+n", "add", id="menu.add", show=False, priority=True),
        Binding("ctrl+f", "favourite", id="menu.favourite", show=False, priority=True),
        Binding("ctrl+k", "enter_key", id="menu.key", show=False, priority=True),
        Binding("ctrl+r", "ask_again", id="menu.ask", show=False, priority=True),
    ]

    def __init__(self, tools: MenuTools, current: Choice, query: str = "") -> None:
        """Open the menu.

        Args:
            tools: What it asks and tells.
            current: Who answers now.
            query: What is typed already.
        """
        super().__init__()
        self._query_at_first = query
        self._tools = tools
        self._current = current
        self._key_of = ""
        """The provider whose key is being entered."""
        self._listings: dict[str, Listing] = {}
        """By the configuration alone, which decides who may be chosen."""
        self._checked: dict[str, Listing] = {}
        """By what the servers answered; a server may be up again by the next request."""
        self._models: dict[str, Sequence[ModelInfo]] = {}
        self._no_models: dict[str, str] = {}
        """Why there is no list."""
        self._asking: set[str] = set()
        self._narrowed = ""
        """The provider whose models were asked for."""
        self._news = ""
        """What came of the last key; said until something is typed."""
        self._rows: list[ModelRow] = []
        self._shown: list[ModelRow] = []

    @property
    def shown(self) -> Sequence[ModelRow]:
        """The rows that fit what is typed."""
        return self._shown

    def compose(self) -> ComposeResult:
        with Box("provider and model"):
            words = "type to find a provider or a model"
            yield LineInput(self._query_at_first, placeholder=words, id="menu-filter")
            yield LineInput(password=True, id="menu-key")
            yield ListBelow(markup=False)
            yield Static("", classes="note -below", markup=False)

    def on_mount(self) -> None:
        self.query_one("#menu-filter").focus()
        self._note(f"reading the keys {glyphs.ELLIPSIS}")
        self._load()

    @work(exclusive=True, group="load")
    async def _load(self) -> None:
        listings = await self._tools.listings()
        if not self.is_attached:  # it was left while the keys were read
            return
        self._listings = {listing.name: listing for listing in listings}
        self._list(select=self._current)
        ready = [one.name for one in listings if one.state == "ready"]
        self._asking = set(ready)
        self._tell_keys()
        limit = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._ask(name, limit) for name in ready))

    async def _ask(self, name: str, limit: asyncio.Semaphore) -> None:
        """Ask one server, and put what came of it into its rows."""
        async with limit:
            self._checked[name] = await self._tools.check(name)
            if self._tools.may_ask(name):
                await self._ask_for_models(name)
        self._asking.discard(name)
        if self.is_attached:  # else it was left while the server was asked
            self._list()
            self._tell_keys()

    async def _ask_for_models(self, name: str) -> None:
        try:
            self._models[name] = await self._tools.models(name)
            self._no_models.pop(name, None)
        except ChatTuiError as error:
            self._no_models[name] = str(error)

    def _list(self, *, select: Choice | None = None) -> None:
        """Make the rows again from what is known now; the marked one stays so."""
        self._rows = model_rows(
            list(self._known().values()),
            self._models,
            current=self._current,
            favourites=self._tools.favourites(),
            recent=self._tools.recent(),
        )
        self._filter(select=select or self._marked_choice())

    def _filter(self, *, select: Choice | None = None) -> None:
        query = self._query
        found = ranked(query, self._rows, lambda row: row.searched)
        found.sort(key=lambda row: not (row.is_own and row.choice.provider == query))
        found += as_typed(query, found, self._current.provider, self._known())
        self._shown = found[:MOST_SHOWN]
        options = self.query_one(ListBelow)
        options.clear_options()
        width = self.query_one(Box).content_size.width
        options.add_options(drawn(self._shown, width))
        choices = [row.choice for row in self._shown]
        if choices:
            models = [at for at, choice in enumerate(choices) if choice.model] or [0]
            first = models[0] if query and query == self._narrowed else 0
            options.highlighted = choices.index(select) if select in choices else first

    def _known(self) -> dict[str, Listing]:
        """What is known of each provider now."""
        return {name: self._checked.get(name, one) for name, one in self._listings.items()}

    @property
    def _query(self) -> str:
        return self.query_one("#menu-filter", Input).value.strip()

    def _marked(self) -> ModelRow | None:
        at = self.query_one(ListBelow).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _marked_choice(self) -> Choice | None:
        row = self._marked()
        return row.choice if row is not None else None

    def _tell_keys(self) -> None:
        """Say which keys there are, and what is still on its way."""
        if self._key_of:
            return
        asking = ", ".join(sorted(self._asking))
        more = f"asking {clean_line(asking, 60)} {glyphs.ELLIPSIS}\n" if asking else ""
        row = self._marked()
        why = self._no_models.get(row.choice.provider, "") if row is not None else ""
        lacks = f"no list of models: {clean_line(why, 160)}\n" if why else ""
        self._note(f"{self._news}{lacks}{more}{keys_line(self._tools.keys)}")

    @on(Input.Changed, "#menu-filter")
    def _on_filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._news = ""
        self._filter()
        self._tell_keys()

    @on(OptionList.OptionHighlighted)
    def _on_marked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self._listings:
            self._tell_keys()

    @on(Input.Submitted, "#menu-filter")
    def _on_filter_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose(self._marked())

    @on(OptionList.OptionSelected)
    def _on_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(self._shown[event.option_index])

    def _choose(self, row: ModelRow | None) -> None:
        if row is None:
            return
        listing = self._listings[row.choice.provider]
        if listing.state == "needs a key":
            self._enter_key(listing)
        elif not row.choice.model and self._models.get(listing.name):
            self._narrow(listing.name)
        elif listing.state == "not reachable":
            self._note(clean_line(f"{listing.name}: {listing.reason}", 300))
        else:
            self.dismiss(row.choice)

    def action_leave(self) -> None:
        if self._key_of:
            self._leave_key()
            self._tell_keys()
        else:
            self.dismiss(None)

    def action_move(self, by: int) -> None:
        if not self._key_of:
            self.query_one(ListBelow).move(by)

    def action_narrow(self) -> None:
        """Show the models of the marked provider alone, and ask for them if nobody has."""
        row = self._marked()
        if row is None or self._key_of:
            return
        name = row.choice.provider
        self._narrow(name)
        if name not in self._models and self._listings[name].state == "ready":
            self._ask_one(name)

    def _narrow(self, name: str) -> None:
        """Type a provider's name for the user."""
        self._narrowed = name
        field = self.query_one("#menu-filter", Input)
        field.value = f"{name} "
        field.action_end()

    def action_add(self) -> None:
        """Leave for the list of what can be added or changed."""
        if not self._key_of:
            self.dismiss(None)
            self._tools.add()

    def action_favourite(self) -> None:
        row = self._marked()
        if row is not None and not self._key_of:
            self._tools.toggle_favourite(row.choice)
            self._list()

    def action_ask_again(self) -> None:
        row = self._marked()
        if row is not None and not self._key_of:
            self._tools.forget(row.choice.provider)
            self._ask_one(row.choice.provider)

    def action_enter_key(self) -> None:
        row = self._marked()
        if row is not None and not self._key_of:
            self._enter_key(self._listings[row.choice.provider])

    @work(group="ask")
    async def _ask_one(self, name: str) -> None:
        self._asking.add(name)
        self._tell_keys()
        self._checked[name] = await self._tools.check(name)
        await self._ask_for_models(name)
        self._asking.discard(name)
        self._list()
        self._tell_keys()

    def _enter_key(self, listing: Listing) -> None:
        self._key_of = listing.name
        self.add_class("-key")
        field = self.query_one("#menu-key", Input)
        field.placeholder = f"key of {clean_line(listing.name, NAME_MAX)}"
        field.value = ""
        field.focus()
        reason = f" ({listing.reason})" if listing.state == "needs a key" else ""
        words = f"{listing.name} {listing.state}{reason}"
        self._note(f"{clean_line(words, 300)}\nPaste the key; Enter tests and keeps it   Esc back")

    def _leave_key(self) -> None:
        self._key_of = ""
        self.query_one("#menu-key", Input).value = ""
        self.remove_class("-key")
        self.query_one("#menu-filter").focus()

    @on(Input.Submitted, "#menu-key")
    def _on_key_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._keep_key(self._key_of, event.value.strip())

    @work(exclusive=True, group="key")
    async def _keep_key(self, name: str, key: str) -> None:
        self._note(f"testing the key {glyphs.ELLIPSIS}")
        try:
            listing = await self._tools.keep_key(name, key)
        except ChatTuiError as error:
            if self._key_of == name:
                self._note(f"not kept: {clean_line(error.told, 400)}")
            return
        self._listings[name] = self._checked[name] = listing
        self._tools.forget(name)
        if self._key_of == name:
            self._leave_key()
        await self._ask_for_models(name)
        self._list(select=Choice(name, listing.model))
        place = "the key file" if listing.reason.startswith("key file ") else "the keyring"
        self._news = f"the key of {clean_line(name, NAME_MAX)} works and is in {place}\n"
        self._tell_keys()
