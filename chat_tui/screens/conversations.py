"""F3: all conversations. Typing finds titles and what was said; Enter goes there."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.config.actions import default_keys
from chat_tui.errors import ChatTuiError
from chat_tui.ids import ConversationId
from chat_tui.screens.conversation_keys import (
    RENAME_HINT,
    Filter,
    TitleField,
    filter_hint,
    label,
    list_hint,
    list_keys,
)
from chat_tui.screens.conversation_rows import (
    NAME_CHARS,
    TITLE_CHARS,
    ConversationRows,
)
from chat_tui.screens.conversation_shelf import Place, Shelf, told
from chat_tui.screens.dialog import Box, Dialog
from chat_tui.store.listing import ConversationSummary
from chat_tui.text import clean_line
from chat_tui.titles import quoted_title
from chat_tui.widgets.row_list import RowList

FIRST_PAGE: Final = 100
"""What is read before anything else, to have something to show at once."""
MOST_HITS: Final = 200
DEBOUNCE_S: Final = 0.08
"""How long nobody must have typed before all that was said is searched."""


class ConversationsScreen(Dialog[Place]):
    """A filter, and a list in which only the rows in sight are made."""

    DEFAULT_CSS = """
    ConversationsScreen {
        & > Box { width: 110; height: 90%; max-height: 100%; }
        & TitleField { background: $panel; }
        & RowList { margin: 1 0 0 0; }
        & #conversations-hint { color: $text-muted; height: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "close", show=False, id="conversations.list", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("tab,shift+tab", "switch", show=False, priority=True),
        # None has priority: letters are typed where something is typed.
        Binding("ctrl+r,r", "rename", id="list.rename", show=False),
        Binding("ctrl+s,p", "pin", id="list.pin", show=False),
        Binding("ctrl+d,d,delete", "delete", id="list.delete", show=False),
        Binding("ctrl+z,u", "undo", id="list.undo", show=False),
        Binding("ctrl+t,t", "ask_for_title", id="list.title", show=False),
        Binding("enter", "open", show=False),
        Binding("slash", "switch", show=False),
    ]

    def __init__(
        self, shelf: Shelf, query: str = "", keys: Mapping[str, str] | None = None
    ) -> None:
        """Open the list.

        Args:
            shelf: Where the conversations are.
            query: What is looked for first.
            keys: The keys of each action, separated by commas; the usual ones if left out.
        """
        super().__init__()
        self._shelf = shelf
        self._first_query = query
        self._keys = keys or default_keys()
        self._known = ConversationRows()
        self._complete = asyncio.Event()
        """All conversations have been read."""
        self._timer: Timer | None = None
        self._renaming: ConversationId | None = None
        self._in_list = False
        """The list had the keys when renaming began."""

    def compose(self) -> ComposeResult:
        with Box("conversations"):
            yield Filter(
                self._first_query,
                leaves=list_keys(self._keys),
                placeholder="type to find titles, and what was said",
                id="conversations-filter",
            )
            yield RowList(id="conversations-list")
            yield Static("", classes="note", markup=False)
            yield Static(Content(filter_hint(self._keys)), id="conversations-hint", markup=False)
            yield TitleField(id="conversations-title", select_on_focus=False)

    def on_mount(self) -> None:
        self._filter.focus()
        self._load()

    @property
    def shown(self) -> Sequence[ConversationSummary]:
        """The conversations in the list."""
        return self._known.shown

    @property
    def note(self) -> str:
        """What the line below the list says."""
        return str(self.query_one(".note", Static).content)

    @property
    def query_text(self) -> str:
        return self._filter.value.strip()

    @work(group="load")
    async def _load(self) -> None:
        try:
            self._take(await self._shelf.newest(FIRST_PAGE))
            if len(self._known) == FIRST_PAGE:
                self._take(await self._shelf.newest(None))
            complete = await self._shelf.searches_all()
        except ChatTuiError as error:
            self._note(told(error))
            return
        self._complete.set()
        if not complete:
            self._note("older conversations are still being indexed: not all is found yet")
        elif not self._known:
            self._note("no conversations yet")
        if self.query_text:
            self._search(self._filter.value)

    def _take(self, summaries: Sequence[ConversationSummary]) -> None:
        self._known.take(summaries)
        self._refill()

    @on(Input.Changed, "#conversations-filter")
    def _on_filter_changed(self, event: Input.Changed) -> None:
        """Filter by title at once, and search what was said when the typing pauses."""
        event.stop()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self.query_text:
            self.workers.cancel_group(self, "search")
            self._known.hits = {}
        else:
            query = self._filter.value
            self._timer = self.set_timer(DEBOUNCE_S, lambda: self._search(query))
        self._refill(to_top=True)

    @work(group="search", exclusive=True)
    async def _search(self, query: str) -> None:
        await self._complete.wait()
        try:
            hits = await self._shelf.search(query, MOST_HITS)
        except ChatTuiError as error:
            self._note(told(error))
            return
        if query == self._filter.value:  # else somebody has typed on: a later search is on its way
            self._known.hits = {hit.conversation: hit for hit in hits}
            self._refill()

    def _refill(self, *, to_top: bool = False) -> None:
        """Show what fits the query, the cursor staying on its conversation."""
        before = self._here
        each = self._known.choose(self.query_text)
        cursor = 0 if before is None or to_top else self._known.place_of(before.id)
        self._rows.show(len(self.shown), self._known.draw, each=each, cursor=cursor)

    @on(Input.Submitted, "#conversations-filter")
    def _on_filter_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_open()

    @on(RowList.Chosen)
    def _on_chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Go to the conversation under the cursor and, where something was found, to that."""
        if (one := self._here) is not None:
            self.dismiss(self._known.goal(one.id))

    def action_leave(self) -> None:
        """Go back one step: from renaming, from what is looked for, from the list."""
        if self._renaming is not None:
            self._end_renaming()
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_move(self, by: int) -> None:
        if self._renaming is None:
            self._rows.action_move(by)

    def action_page(self, by: int) -> None:
        if self._renaming is None:
            self._rows.action_page(by)

    def action_switch(self) -> None:
        """Take the keys from the filter to the list, or back."""
        if self._renaming is None:
            (self._filter if self._rows.has_focus else self._rows).focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        hint = (list_hint if event.widget is self._rows else filter_hint)(self._keys)
        if event.widget is self._title_input:
            hint = RENAME_HINT
        self.query_one("#conversations-hint", Static).update(Content(hint))

    def action_rename(self) -> None:
        """Write another title in the place of the one there is."""
        if (one := self._here) is not None and self._renaming is None:
            self._rename(one, clean_line(one.title, TITLE_CHARS))

    def _rename(self, one: ConversationSummary, title: str) -> None:
        self._renaming = one.id
        self._in_list = self._rows.has_focus
        box = self.query_one(Box).content_region
        self._title_input.write(title, self._rows.cursor_region, box)

    @on(Input.Submitted, "#conversations-title")
    async def _on_title_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        conversation = self._renaming
        self._end_renaming()
        if conversation is not None:
            await self._change(self._shelf.rename(conversation, event.value.strip()), conversation)

    def _end_renaming(self) -> None:
        self._renaming = None
        self._title_input.close()
        (self._rows if self._in_list else self._filter).focus()

    async def action_pin(self) -> None:
        if (one := self._here) is not None and self._renaming is None:
            await self._change(self._shelf.pin(one.id, not one.pinned), one.id)

    async def action_delete(self) -> None:
        """Take the conversation out of the list; it can be had back."""
        one = self._here
        if one is None or self._renaming is not None:
            return
        try:
            await self._shelf.delete(one.id)
        except ChatTuiError as error:
            self._note(told(error))
            return
        number = self._rows.cursor or 0
        self._known.drop(one.id)
        self._refill()
        self._rows.go(number)
        undo = label(self._keys, "list.undo", letters=self._rows.has_focus)
        self._note(f"deleted {quoted_title(one.title)}{f'   {undo} has it back' if undo else ''}")

    async def action_undo(self) -> None:
        """Have back what was deleted last."""
        if self._renaming is not None:
            return
        try:
            conversation = await self._shelf.undo()
            if conversation is None:
                self._note("nothing was deleted since the start")
                return
            one = await self._shelf.one(conversation)
        except ChatTuiError as error:
            self._note(told(error))
            return
        self._put(one)
        self._note(f"{quoted_title(one.title)} is back")

    async def _change(self, change: Awaitable[None], conversation: ConversationId) -> None:
        try:
            await change
            self._put(await self._shelf.one(conversation))
        except ChatTuiError as error:
            self._note(told(error))

    def _put(self, one: ConversationSummary) -> None:
        """Put a conversation as it is now into its place, with the cursor on it."""
        self._known.put(one)
        self._refill()
        self._rows.go(self._known.place_of(one.id))

    @work(group="title", exclusive=True)
    async def action_ask_for_title(self) -> None:
        """Ask the conversation's provider for a title, which can be changed before it is kept."""
        one = self._here
        if one is None or self._renaming is not None:
            return
        self._note(
            f"asking {clean_line(one.provider, NAME_CHARS) or 'for a title'} {glyphs.ELLIPSIS}"
        )
        try:
            title = await self._shelf.ask_for_title(one.id)
        except ChatTuiError as error:
            self._note(told(error))
            return
        self._note("")
        here = self._here
        if here is not None and here.id == one.id and self._renaming is None:
            self._rename(one, title)
        else:
            self._note(f"a title for {quoted_title(one.title)}: {title}")

    @property
    def _filter(self) -> Input:
        return self.query_one("#conversations-filter", Input)

    @property
    def _title_input(self) -> TitleField:
        return self.query_one(TitleField)

    @property
    def _rows(self) -> RowList:
        return self.query_one(RowList)

    @property
    def _here(self) -> ConversationSummary | None:
        number = self._rows.cursor
        return self.shown[number] if number is not None and number < len(self.shown) else None
