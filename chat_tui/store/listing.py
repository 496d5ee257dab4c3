"""Finding conversations: the newest ones, the last one, and one by the start of its id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from chat_tui.conversation import first_words
from chat_tui.errors import NotFound
from chat_tui.ids import ConversationId
from chat_tui.store.rows import from_us, storable

if TYPE_CHECKING:
    from sqlite3 import Connection

LAST = "last"
PREFIX_MIN_CHARS = 4
_HEAD_BYTES = 4000
"""How much of a first turn is read for a title: enough for its words after some white space."""
_HINT = "`chat-tui list` shows the ids"

_HEAD = """
    CASE WHEN c.title IS NULL THEN (
        SELECT substr(CAST(p.text AS BLOB), 1, :head)  -- of text, it ends at a NUL; a cut character is left out
        FROM message AS m CROSS JOIN part AS p ON p.message_id = m.id
        WHERE m.conversation_id = c.id AND m.role = 'user' AND p.kind = 'text'
        ORDER BY m.seq, p.seq LIMIT 1
    ) END
"""
_TITLE = f"SELECT c.title, {_HEAD} FROM conversation AS c WHERE c.id = :id"  # noqa: S608 - fixed texts

_COLUMNS = f"""
    SELECT c.id, c.title, c.created_us, c.updated_us,
           (SELECT count(*) FROM message AS m WHERE m.conversation_id = c.id),
           reply.provider, reply.model,
           {_HEAD},
           c.pinned
"""  # noqa: S608 - fixed texts
_LAST_REPLY = """
    LEFT JOIN message AS reply ON reply.id = (
        SELECT m.id FROM message AS m
        WHERE m.conversation_id = c.id AND m.role = 'assistant'
        ORDER BY m.seq DESC LIMIT 1
    )
"""
_SHOWN = "WHERE c.archived = 0 AND c.deleted_us IS NULL"
_SUMMARY = f"{_COLUMNS} FROM conversation AS c {_LAST_REPLY}"
_LIST = f"{_SUMMARY} {_SHOWN} ORDER BY c.updated_us DESC, c.id DESC LIMIT :limit"
_LIST_PINNED = (
    # Left alone, SQLite takes the older index, and sorts all conversations.
    f"{_COLUMNS} FROM conversation AS c INDEXED BY conversation_listed {_LAST_REPLY} {_SHOWN}"
    " ORDER BY c.pinned DESC, c.updated_us DESC, c.id DESC LIMIT :limit"
)
_ONE = f"{_SUMMARY} WHERE c.id = :id"


class ConversationSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a list says about a conversation."""

    id: ConversationId
    title: str
    """As somebody named it, else the first words of the first turn."""
    created: datetime
    updated: datetime
    """When the last message came."""
    provider: str
    """Of the last reply; empty before the first one."""
    model: str
    messages: int
    """On all branches."""
    pinned: bool = False
    """It stays on top of the list."""


def newest(
    connection: Connection, limit: int | None, *, pinned_first: bool = False
) -> list[ConversationSummary]:
    """List conversations that are neither archived nor deleted, newest first."""
    rows = connection.execute(
        _LIST_PINNED if pinned_first else _LIST,
        {"limit": -1 if limit is None else limit, "head": _HEAD_BYTES},
    )
    return [_summary(row) for row in rows]


def summary_of(connection: Connection, conversation_id: ConversationId) -> ConversationSummary:
    """Say about one conversation what a list says.

    Raises:
        NotFound: it is not stored.
    """
    row = connection.execute(_ONE, {"id": conversation_id, "head": _HEAD_BYTES}).fetchone()
    if row is None:
        raise NotFound(f"no conversation {conversation_id!r}", hint=_HINT)
    return _summary(row)


def title_of(connection: Connection, conversation_id: ConversationId) -> str:
    """Return the title of a conversation; empty where there is none."""
    row = connection.execute(_TITLE, {"id": conversation_id, "head": _HEAD_BYTES}).fetchone()
    return "" if row is None else _title(*row)


def latest(connection: Connection) -> ConversationId | None:
    row = connection.execute(
        "SELECT id FROM conversation WHERE archived = 0 AND deleted_us IS NULL"
        " ORDER BY updated_us DESC, id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else ConversationId(row[0])


def in_bin(connection: Connection, conversations: Iterable[ConversationId]) -> set[ConversationId]:
    """Those of some conversations that can be had back from the bin."""
    query = "SELECT 1 FROM conversation WHERE id = ? AND deleted_us IS NOT NULL"
    return {one for one in conversations if connection.execute(query, (one,)).fetchone()}


def find(connection: Connection, prefix: str, *, deleted: bool = False) -> ConversationId:
    """Find the one conversation whose id is, or starts with, `prefix`.

    Args:
        connection: Any.
        prefix: At least `PREFIX_MIN_CHARS` characters; or `LAST`, which no id starts with, for the
            latest one, and in the bin for the one deleted last.
        deleted: Look among those that are in the bin, and only there.

    Raises:
        NotFound: there is none, there are several, or the prefix is too short.
    """
    wanted = storable(prefix).strip().lower()
    if wanted == LAST:
        last = _last_deleted(connection) if deleted else latest(connection)
        if last is None:
            raise NotFound("the bin is empty" if deleted else "there is no conversation yet")
        return last
    if len(wanted) < PREFIX_MIN_CHARS:
        raise NotFound(
            f"{prefix!r} is too short: give the id, or at least its first"
            f" {PREFIX_MIN_CHARS} characters",
            hint=_HINT,
        )
    # No id has a character above "~", so this is every id that starts with the prefix.
    rows = connection.execute(
        "SELECT id FROM conversation WHERE id >= ? AND id < ? AND (deleted_us IS NOT NULL) = ?",
        (wanted, wanted + "~", deleted),
    )
    found = [ConversationId(row[0]) for row in rows]
    if wanted in found:
        return ConversationId(wanted)
    if not found:
        where = " in the bin" if deleted else ""
        raise NotFound(f"no conversation {prefix!r}{where}", hint="" if deleted else _HINT)
    if len(found) > 1:
        raise NotFound(
            f"{prefix!r} is the start of {len(found)} conversations",
            hint=f"give more of the id; {_HINT}",
        )
    return found[0]


def _last_deleted(connection: Connection) -> ConversationId | None:
    row = connection.execute(
        "SELECT id FROM conversation WHERE deleted_us IS NOT NULL"
        " ORDER BY deleted_us DESC, updated_us DESC, id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else ConversationId(row[0])


def _summary(row: Sequence[Any]) -> ConversationSummary:
    id_, title, created_us, updated_us, messages, provider, model, head, pinned = row
    return ConversationSummary(
        id=ConversationId(id_),
        title=_title(title, head),
        created=from_us(created_us),
        updated=from_us(updated_us),
        provider=provider or "",
        model=model or "",
        messages=messages,
        pinned=bool(pinned),
    )


def _title(title: str | None, head: bytes | None) -> str:
    return title or first_words((head or b"").decode(errors="ignore"))
