"""Finding what was said: in the full-text index, and letter by letter where words do not help."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from chat_tui.ids import ConversationId, MessageId
from chat_tui.store import listing
from chat_tui.store.rows import storable
from chat_tui.store.snippet import hits_of, snippet

if TYPE_CHECKING:
    from sqlite3 import Connection

MAX_TERMS: Final = 16
MAX_CANDIDATES: Final = 20_000
"""Parts that are looked at for one search, the newest first."""
_SHORT: Final = 4
"""Letters of a word with which a great many others begin."""

# Scripts that put no spaces between words: the index has whole sentences as one word.
_UNSPACED: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3400-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORD: Final = re.compile(r"\w")

_SHOWN: Final = "c.archived = 0 AND c.deleted_us IS NULL"
_INDEXED: Final = f"""
    SELECT p.id, p.message_id, m.conversation_id
    FROM search
    CROSS JOIN part AS p ON p.id = search.rowid
    CROSS JOIN message AS m ON m.id = p.message_id
    CROSS JOIN conversation AS c ON c.id = m.conversation_id
    WHERE search MATCH :match AND {_SHOWN} %s
    ORDER BY search.rowid DESC LIMIT {MAX_CANDIDATES}
"""  # noqa: S608 - fixed texts
_SCANNED: Final = f"""
    SELECT p.id, p.message_id, m.conversation_id
    FROM part AS p
    CROSS JOIN message AS m ON m.id = p.message_id
    CROSS JOIN conversation AS c ON c.id = m.conversation_id
    WHERE {_SHOWN} %s
    ORDER BY p.id DESC LIMIT {MAX_CANDIDATES}
"""  # noqa: S608 - fixed texts


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """A message that has what was looked for."""

    conversation: ConversationId
    message: MessageId | None
    """Null where nothing was looked for: then it is the conversation alone."""
    title: str
    snippet: str
    """One line around the first hit, not cleaned."""
    marks: tuple[tuple[int, int], ...] = ()
    """Start and end of each hit in the snippet, in characters."""


class _Place(NamedTuple):
    part: int
    message: MessageId
    conversation: ConversationId


class _Terms(NamedTuple):
    """What is looked for."""

    words: tuple[str, ...]
    """For the index."""
    loose: tuple[str, ...]
    """Looked for letter by letter."""
    open_end: bool = False
    """The last word may go on."""

    @property
    def match(self) -> str:
        """The words as FTS5 reads them, none of their signs having a meaning."""
        quoted = " AND ".join('"' + word.replace('"', '""') + '"' for word in self.words)
        return f"{quoted}*" if self.open_end else quoted


def search(
    connection: Connection, query: str, limit: int, *, each: int | None = None
) -> list[SearchHit]:
    """Find messages that have all the words of a query, the newest first.

    Capitals and accents do not count, and the last word may go on. Where the words find nothing,
    or are of a script without spaces, they are looked for anywhere in the text.

    Args:
        connection: Any.
        query: What a user typed; without words it lists the conversations.
        limit: No more hits than these.
        each: No more hits than these in one conversation; null for any number.
    """
    words = storable(query).replace("\0", " ").split()[:MAX_TERMS]
    if not words:
        return [
            SearchHit(conversation=one.id, message=None, title=one.title, snippet="")
            for one in listing.newest(connection, limit)
        ]
    terms = _terms(words, complete=query[-1:].isspace())
    places: list[_Place] = []
    if terms.open_end and len(terms.words[-1]) <= _SHORT:
        # Very many words begin with so few letters. Where the letters themselves, as a word, are
        # found often enough, those are not gone through.
        places = _chosen(_places(connection, terms._replace(open_end=False)), limit, each)
    if len(places) < limit:
        places = _chosen(_places(connection, terms), limit, each)
    if not places and terms.words:
        terms = _Terms((), tuple(words))
        places = _chosen(_places(connection, terms), limit, each)
    titles = {place.conversation: "" for place in places}
    for conversation in titles:
        titles[conversation] = listing.title_of(connection, conversation)
    hits = hits_of(terms.words, terms.loose, open_end=terms.open_end)
    return [_hit(connection, place, titles[place.conversation], hits) for place in places]


def _terms(words: Sequence[str], *, complete: bool) -> _Terms:
    loose = tuple(word for word in words if _UNSPACED.search(word) or not _WORD.search(word))
    spaced = tuple(word for word in words if word not in loose)
    open_end = not complete and spaced[-1:] == tuple(words[-1:])
    return _Terms(spaced, loose, open_end)


def _places(connection: Connection, terms: _Terms) -> Iterator[_Place]:
    patterns = {f"t{number}": _pattern(term) for number, term in enumerate(terms.loose)}
    conditions = "".join(rf" AND p.text LIKE :{name} ESCAPE '\'" for name in patterns)
    statement = (_INDEXED if terms.words else _SCANNED) % conditions
    cursor = connection.cursor()
    cursor.row_factory = None
    for row in cursor.execute(statement, {"match": terms.match, **patterns}):
        yield _Place(*row)


def _pattern(term: str) -> str:
    for sign in "\\%_":
        term = term.replace(sign, f"\\{sign}")
    return f"%{term}%"


def _chosen(places: Iterable[_Place], limit: int, each: int | None) -> list[_Place]:
    """Take a place of each message, as many as are wanted."""
    chosen: dict[MessageId, _Place] = {}
    times: Counter[ConversationId] = Counter()
    for place in places:
        if len(chosen) >= limit:
            break
        if place.message in chosen or (each is not None and times[place.conversation] >= each):
            continue
        chosen[place.message] = place
        times[place.conversation] += 1
    return list(chosen.values())


def _hit(connection: Connection, place: _Place, title: str, hits: re.Pattern[str]) -> SearchHit:
    (text,) = connection.execute("SELECT text FROM part WHERE id = ?", (place.part,)).fetchone()
    line, marks = snippet(text, hits)
    return SearchHit(
        conversation=place.conversation,
        message=place.message,
        title=title,
        snippet=line,
        marks=marks,
    )
