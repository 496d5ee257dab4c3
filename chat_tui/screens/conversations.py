"""F3: all conversations. Typing finds titles and what was said; Enter goes there."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, Protocol

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from chat_tui import glyphs
from chat_tui.document.find import pattern
from chat_tui.errors import ChatTuiError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.store.listing import ConversationSummary
from chat_tui.store.search import SearchHit
from chat_tui.store.snippet import plain
from chat_tui.text import clean, clean_line
from chat_tui.widgets.line_input import LineInput
from chat_tui.widgets.row_list import Line, Piece, RowList

FIRST_PAGE: Final = 100
"""What is read before anything else, to have something to show at once."""
MOST_HITS: Final = 200
DEBOUNCE_S: Final = 0.08
"""How long nobody must have typed before all that was said is searched."""
_TITLE_CHARS: Final = 200
_NAME_CHARS: Final = 40
_FILTER_HINT: Final = "Enter open  Ctrl+R rename  Ctrl+S pin  Ctrl+D delete  Ctrl+T title  Esc"
_LIST_HINT: Final = "Enter open  r rename  p pin  d delete  u undo  t ask for a title  Esc"
_RENAME_HINT: Final = "Enter keep the title   Esc leave it as it was   empty: the first words"


class Shelf(Protocol):
    """Where the conversations are. Everything may raise a `ChatTuiError`."""

    async def newest(self, limit: int | None) -> Sequence[ConversationSummary]:
        """List conversations: the pinned ones, then the newest."""
        ...

    async def search(self, query: str, limit: int) -> Sequence[SearchHit]:
        """Find what was said: at most one hit in a conversation."""
        ...

    async def searches_all(self) -> bool:
        """Whether everything that is stored can be found by now."""
        ...

    async def rename(self, conversation: ConversationId, title: str) -> None: ...

    async def pin(self, conversation: ConversationId, pinned: bool) -> None: ...

    async def delete(self, conversation: ConversationId) -> None: ...

    async def undo(self) -> ConversationId | None:
        """Have back what was deleted last; null where there is nothing to be had back."""
        ...

    async def one(self, conversation: ConversationId) -> ConversationSummary: ...

    async def ask_for_title(self, conversation: ConversationId) -> str:
        """Ask the conversation's provider; it takes seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go."""

    conversation: ConversationId
    message: MessageId | None = None
    """Null for the end."""
    words: str = ""
    """What to mark there."""


class ConversationsScreen(ModalScreen[Place | None]):
    """A filter, and a list in which only the rows in sight are made."""

    DEFAULT_CSS = """
    ConversationsScreen {
        align: center middle;
        & #conversations {
            width: 110; max-width: 96%; height: 90%;
            background: $surface; border: round $border; border-title-color: $foreground;
            padding: 0 1;
        }
        & Input { border: none; background: $surface; padding: 0; height: 1; &:focus { border: none; } }
        & RowList { margin: 1 0 0 0; background: $surface; }
        & #conversations-note { color: $text-muted; height: auto; margin: 1 0 0 0; }
        & #conversations-hint { color: $text-muted; height: 1; }
        & #conversations-title {
            display: none; position: absolute; background: $panel;
            &.-open { display: block; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", priority=True),
        Binding("f3", "close", show=False, id="conversations.list", priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("tab,shift+tab", "switch", show=False, priority=True),
        Binding("ctrl+r", "rename", show=False, priority=True),
        Binding("ctrl+s", "pin", show=False, priority=True),
        Binding("ctrl+d", "delete", show=False, priority=True),
        Binding("ctrl+z", "undo", show=False, priority=True),
        Binding("ctrl+t", "ask_for_title", show=False, priority=True),
        # In the list, which hands on what it does not know.
        Binding("enter", "open", show=False),
        Binding("r", "rename", show=False),
        Binding("p", "pin", show=False),
        Binding("d,delete", "delete", show=False),
        Binding("u", "undo", show=False),
        Binding("t", "ask_for_title", show=False),
        Binding("slash", "switch", show=False),
    ]

    def __init__(self, shelf: Shelf, query: str = "") -> None:
        """Open the list.

        Args:
            shelf: Where the conversations are.
            query: What is looked for first.
        """
        super().__init__()
        self._shelf = shelf
        self._first_query = query
        self._all: list[ConversationSummary] = []
        self._plain_titles: dict[ConversationId, str] = {}
        self._complete = asyncio.Event()
        """All conversations have been read."""
        self._shown: list[ConversationSummary] = []
        self._hits: Mapping[ConversationId, SearchHit] = {}
        """What was said, of the query that is there now or, until that is found, of the one before."""
        self._timer: Timer | None = None
        self._renaming: ConversationId | None = None
        self._now = datetime.now().astimezone()

    def compose(self) -> ComposeResult:
        with Vertical(id="conversations"):
            yield LineInput(
                self._first_query,
                placeholder="type to find titles, and what was said",
                id="conversations-filter",
            )
            yield RowList(id="conversations-list")
            yield Static("", id="conversations-note", markup=False)
            yield Static(Content(_FILTER_HINT), id="conversations-hint", markup=False)
            yield LineInput(id="conversations-title", select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one("#conversations").border_title = Content("conversations")
        self._filter.focus()
        self._load()

    @property
    def shown(self) -> Sequence[ConversationSummary]:
        """The conversations in the list."""
        return self._shown

    @property
    def note(self) -> str:
        """What the line below the list says."""
        return str(self.query_one("#conversations-note", Static).content)

    @property
    def query_text(self) -> str:
        return self._filter.value.strip()

    @work(group="load")
    async def _load(self) -> None:
        try:
            self._take(await self._shelf.newest(FIRST_PAGE))
            if len(self._all) == FIRST_PAGE:
                self._take(await self._shelf.newest(None))
            complete = await self._shelf.searches_all()
        except ChatTuiError as error:
            self._say(_told(error))
            return
        self._complete.set()
        if not complete:
            self._say("older conversations are still being indexed: not all is found yet")
        elif not self._all:
            self._say("no conversations yet")
        if self.query_text:
            self._search(self._filter.value)

    def _take(self, summaries: Sequence[ConversationSummary]) -> None:
        self._all = list(summaries)
        self._now = datetime.now().astimezone()
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
            self._hits = {}
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
            self._say(_told(error))
            return
        if query == self._filter.value:  # else somebody has typed on: a later search is on its way
            self._hits = {hit.conversation: hit for hit in hits}
            self._refill()

    def _refill(self, *, to_top: bool = False) -> None:
        """Show what fits the query, the cursor staying on its conversation."""
        rows = self._rows
        before = self._here
        words = plain(self.query_text).split()
        if words:
            self._shown = [
                one for one in self._all if one.id in self._hits or self._fits(one, words)
            ]
        else:
            self._shown = self._all
        cursor = 0
        if before is not None and not to_top:
            cursor = next(
                (number for number, one in enumerate(self._shown) if one.id == before.id), 0
            )
        rows.show(len(self._shown), self._draw, each=2 if words else 1, cursor=cursor)

    def _fits(self, one: ConversationSummary, words: Sequence[str]) -> bool:
        title = self._plain_titles.get(one.id)
        if title is None:
            title = self._plain_titles[one.id] = plain(one.title)
        return all(word in title for word in words)

    def _draw(self, number: int) -> Sequence[Line]:
        one = self._shown[number]
        title = clean_line(one.title, _TITLE_CHARS)
        pin = Piece(f"{glyphs.PINNED} ", "accent") if one.pinned else Piece("")
        name = Piece(title, "text") if title else Piece("without a title", "dim")
        when = Piece(date_words(one.updated, self._now), "dim")
        about = Piece(_about(one), "dim")
        if not self.query_text:
            return (Line((pin, name), (about, Piece("   "), when)),)
        hit = self._hits.get(one.id)
        below: Sequence[Piece] = _snippet_pieces(hit) if hit is not None else (about,)
        return Line((pin, name), (when,)), Line((Piece("  "), *below))

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
        one = self._here
        if one is None:
            return
        hit = self._hits.get(one.id)
        if hit is None or not self.query_text:
            self.dismiss(Place(one.id))
        else:
            self.dismiss(Place(one.id, hit.message, words_to_mark(self.query_text, hit)))

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
        hint = _LIST_HINT if event.widget is self._rows else _FILTER_HINT
        if event.widget is self._title_input:
            hint = _RENAME_HINT
        self.query_one("#conversations-hint", Static).update(Content(hint))

    def action_rename(self) -> None:
        """Write another title in the place of the one there is."""
        if (one := self._here) is not None:
            self._rename(one, clean_line(one.title, _TITLE_CHARS))

    def _rename(self, one: ConversationSummary, title: str) -> None:
        self._renaming = one.id
        place, box = self._rows.cursor_region, self.query_one("#conversations").content_region
        field = self._title_input
        field.styles.offset = (place.x - box.x + 2, place.y - box.y)
        field.styles.width = max(10, place.width - 2)
        field.value = title
        field.add_class("-open")
        field.focus()
        field.action_end()

    @on(Input.Submitted, "#conversations-title")
    async def _on_title_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        conversation = self._renaming
        self._end_renaming()
        if conversation is not None:
            await self._change(self._shelf.rename(conversation, event.value.strip()), conversation)

    def _end_renaming(self) -> None:
        self._renaming = None
        self._title_input.remove_class("-open")
        self._rows.focus()

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
            self._say(_told(error))
            return
        number = self._rows.cursor or 0
        self._all = [other for other in self._all if other.id != one.id]
        self._refill()
        self._rows.go(number)
        self._say(f"deleted {_quoted(one)}   Ctrl+Z has it back")

    async def action_undo(self) -> None:
        """Have back what was deleted last."""
        if self._renaming is not None:
            return
        try:
            conversation = await self._shelf.undo()
            if conversation is None:
                self._say("nothing was deleted since the start")
                return
            one = await self._shelf.one(conversation)
        except ChatTuiError as error:
            self._say(_told(error))
            return
        self._put(one)
        self._say(f"{_quoted(one)} is back")

    async def _change(self, change: Awaitable[None], conversation: ConversationId) -> None:
        try:
            await change
            self._put(await self._shelf.one(conversation))
        except ChatTuiError as error:
            self._say(_told(error))

    def _put(self, one: ConversationSummary) -> None:
        """Put a conversation as it is now into its place, with the cursor on it."""
        others = [other for other in self._all if other.id != one.id]
        self._plain_titles.pop(one.id, None)
        self._all = sorted([*others, one], key=_order, reverse=True)
        self._refill()
        numbers = (number for number, other in enumerate(self._shown) if other.id == one.id)
        self._rows.go(next(numbers, 0))

    @work(group="title", exclusive=True)
    async def action_ask_for_title(self) -> None:
        """Ask the conversation's provider for a title, which can be changed before it is kept."""
        one = self._here
        if one is None or self._renaming is not None:
            return
        self._say(
            f"asking {clean_line(one.provider, _NAME_CHARS) or 'for a title'} {glyphs.ELLIPSIS}"
        )
        try:
            title = await self._shelf.ask_for_title(one.id)
        except ChatTuiError as error:
            self._say(_told(error))
            return
        self._say("")
        here = self._here
        if here is not None and here.id == one.id and self._renaming is None:
            self._rename(one, title)
        else:
            self._say(f"a title for {_quoted(one)}: {title}")

    @property
    def _filter(self) -> Input:
        return self.query_one("#conversations-filter", Input)

    @property
    def _title_input(self) -> Input:
        return self.query_one("#conversations-title", Input)

    @property
    def _rows(self) -> RowList:
        return self.query_one(RowList)

    @property
    def _here(self) -> ConversationSummary | None:
        number = self._rows.cursor
        return self._shown[number] if number is not None and number < len(self._shown) else None

    def _say(self, text: str) -> None:
        self.query_one("#conversations-note", Static).update(Content(text))


def date_words(moment: datetime, now: datetime) -> str:
    """Say when something was, as shortly as it can be told from now."""
    moment = moment.astimezone(now.tzinfo)
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    if moment.date() == now.date() - timedelta(days=1):
        return "yesterday"
    if moment.year == now.year:
        return f"{moment.day} {moment:%b}"
    return f"{moment:%Y-%m-%d}"


def words_to_mark(query: str, hit: SearchHit) -> str:
    """Choose what to look for in the conversation, so that the hit is marked there."""
    wanted = pattern(query)
    if wanted is not None and wanted.search(hit.snippet):
        return query
    if hit.marks:
        start, end = hit.marks[0]
        return hit.snippet[start:end]
    return ""


def _order(one: ConversationSummary) -> tuple[bool, datetime, str]:
    return one.pinned, one.updated, one.id


def _about(one: ConversationSummary) -> str:
    names = (clean_line(name, _NAME_CHARS) for name in (one.provider, one.model) if name)
    count = f"{one.messages:,} message{'s' if one.messages != 1 else ''}"
    return f" {glyphs.DOT} ".join([*names, count])


def _snippet_pieces(hit: SearchHit) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for start, end in hit.marks:
        pieces += [
            Piece(clean(hit.snippet[at:start]), "dim"),
            Piece(clean(hit.snippet[start:end]), "hit"),
        ]
        at = end
    return [*pieces, Piece(clean(hit.snippet[at:]), "dim")]


def _quoted(one: ConversationSummary) -> str:
    return f"{clean_line(one.title, 50)!r}" if one.title else "a conversation without a title"


def _told(error: ChatTuiError) -> str:
    return clean_line(f"{error}; {error.hint}" if error.hint else str(error), 300)
