"""Finding conversations: the newest ones, the last one, and one by the start of its id."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from chat_tui.conversation import first_words
from chat_tui.errors import NotFound
from chat_tui.ids import ConversationId
from chat_tui.store.rows import from_us, storable

if TYPE_CHECKING:
    from sqlite3 import Connection

PREFIX_MIN_CHARS = 4
_HEAD_BYTES = 4000
"""How much of a first turn is read for a title: enough for its words after some white space."""

_LIST = """
    SELECT c.id, c.title, c.created_us, c.updated_us,
           (SELECT count(*) FROM message AS m WHERE m.conversation_id = c.id),
           reply.provider, reply.model,
           CASE WHEN c.title IS NULL THEN (
               SELECT substr(CAST(p.text AS BLOB), 1, :head)  -- of text, it ends at a NUL; a cut character is left out
               FROM message AS m CROSS JOIN part AS p ON p.message_id = m.id
               WHERE m.conversation_id = c.id AND m.role = 'user' AND p.kind = 'text'
               ORDER BY m.seq, p.seq LIMIT 1
           ) END
    FROM conversation AS c
    LEFT JOIN message AS reply ON reply.id = (
        SELECT m.id FROM message AS m
        WHERE m.conversation_id = c.id AND m.role = 'assistant'
        ORDER BY m.seq DESC LIMIT 1
    )
    WHERE c.archived = 0
    ORDER BY c.updated_us DESC, c.id DESC
    LIMIT :limit
"""


class ConversationSummary(msgspec.Struct, frozen=True, kw_only=True):
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


def newest(connection: Connection, limit: int | None) -> list[ConversationSummary]:
    """List conversations that are not archived, newest first."""
    rows = connection.execute(_LIST, {"limit": -1 if limit is None else limit, "head": _HEAD_BYTES})
    return [
        ConversationSummary(
            id=ConversationId(id_),
            title=title or first_words((head or b"").decode(errors="ignore")),
            created=from_us(created_us),
            updated=from_us(updated_us),
            provider=provider or "",
            model=model or "",
            messages=messages,
        )
        for id_, title, created_us, updated_us, messages, provider, model, head in rows
    ]


def latest(connection: Connection) -> ConversationId | None:
    row = connection.execute(
        "SELECT id FROM conversation WHERE archived = 0 ORDER BY updated_us DESC, id DESC LIMIT 1"
    ).fetchone()
    return None if row is None else ConversationId(row[0])


def find(connection: Connection, prefix: str) -> ConversationId:
    """Find the one conversation whose id is, or starts with, `prefix`.

    Raises:
        NotFound: there is none, there are several, or the prefix is too short.
    """
    wanted = storable(prefix).strip().lower()
    hint = "`chat-tui list` shows the ids"
    if len(wanted) < PREFIX_MIN_CHARS:
        raise NotFound(
            f"{prefix!r} is too short: give the id, or at least its first"
            f" {PREFIX_MIN_CHARS} characters",
            hint=hint,
        )
    # No id has a character above "~", so this is every id that starts with the prefix.
    rows = connection.execute(
        "SELECT id FROM conversation WHERE id >= ? AND id < ?", (wanted, wanted + "~")
    )
    found = [ConversationId(row[0]) for row in rows]
    if wanted in found:
        return ConversationId(wanted)
    if not found:
        raise NotFound(f"no conversation {prefix!r}", hint=hint)
    if len(found) > 1:
        raise NotFound(
            f"{prefix!r} is the start of {len(found)} conversations",
            hint=f"give more of the id; {hint}",
        )
    return found[0]
