"""The conversations of a list as they fit what is looked for, and the lines that show them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from chat_tui import glyphs
from chat_tui.document.find import pattern
from chat_tui.ids import ConversationId
from chat_tui.model_names import shown_model
from chat_tui.screens.conversation_shelf import Place
from chat_tui.store.listing import ConversationSummary
from chat_tui.store.search import SearchHit
from chat_tui.store.snippet import plain
from chat_tui.text import clean, clean_line
from chat_tui.widgets.row_list import Line, Piece

TITLE_CHARS: Final = 200
NAME_CHARS: Final = 40


class ConversationRows:
    """All conversations, and those of them that are shown."""

    def __init__(self) -> None:
        """Know none yet."""
        self.shown: Sequence[ConversationSummary] = ()
        """The pinned ones, then the newest."""
        self.hits: Mapping[ConversationId, SearchHit] = {}
        """What was said, of the query that is there now or, until that is found, of the one before."""
        self._all: list[ConversationSummary] = []
        self._plain_titles: dict[ConversationId, str] = {}
        self._query = ""
        self._now = datetime.now().astimezone()

    def __len__(self) -> int:
        return len(self._all)

    def take(self, summaries: Sequence[ConversationSummary]) -> None:
        """Know these, in their order, in place of all others."""
        self._all = list(summaries)
        self._now = datetime.now().astimezone()

    def put(self, one: ConversationSummary) -> None:
        """Know a conversation as it is now, and put it into its place."""
        others = [other for other in self._all if other.id != one.id]
        self._plain_titles.pop(one.id, None)
        self._all = sorted([*others, one], key=_order, reverse=True)

    def drop(self, conversation: ConversationId) -> None:
        """Know a conversation no more."""
        self._all = [other for other in self._all if other.id != conversation]

    def choose(self, query: str) -> int:
        """Show what fits.

        Returns:
            How many lines each of them has.
        """
        self._query = query
        words = plain(query).split()
        self.shown = self._all
        if words:
            self.shown = [one for one in self._all if one.id in self.hits or self._fits(one, words)]
        return 2 if words else 1

    def place_of(self, conversation: ConversationId | None) -> int:
        """Say where a conversation is among those that are shown; the first place if it is not."""
        numbers = (number for number, one in enumerate(self.shown) if one.id == conversation)
        return next(numbers, 0)

    def goal(self, conversation: ConversationId) -> Place:
        """Say where choosing one leads to: where something was found, to that."""
        hit = self.hits.get(conversation)
        if hit is None or not self._query:
            return Place(conversation)
        return Place(conversation, hit.message, words_to_mark(self._query, hit))

    def draw(self, number: int) -> Sequence[Line]:
        """Make the lines of one that is shown."""
        one = self.shown[number]
        title = clean_line(one.title, TITLE_CHARS)
        pin = Piece(f"{glyphs.PINNED} ", "accent") if one.pinned else Piece("")
        name = Piece(title, "text") if title else Piece("without a title", "dim")
        when = Piece(date_words(one.updated, self._now), "dim")
        about = Piece(_about(one), "dim")
        if not self._query:
            return (Line((pin, name), (about, Piece("   "), when)),)
        hit = self.hits.get(one.id)
        below: Sequence[Piece] = _snippet_pieces(hit) if hit is not None else (about,)
        return Line((pin, name), (when,)), Line((Piece("  "), *below))

    def _fits(self, one: ConversationSummary, words: Sequence[str]) -> bool:
        title = self._plain_titles.get(one.id)
        if title is None:
            title = self._plain_titles[one.id] = plain(one.title)
        return all(word in title for word in words)


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
    who = (one.provider, shown_model(one.provider, one.model))
    names = (clean_line(name, NAME_CHARS) for name in who if name)
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
