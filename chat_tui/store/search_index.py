"""The full-text index kept in step with the parts; every function runs inside a transaction.

A part is in the index exactly when its number is in `search_docsize`, which FTS5 keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from chat_tui.errors import StoreError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.store.rows import part_from_row, part_row

if TYPE_CHECKING:
    from sqlite3 import Connection

SLICE_PARTS: Final = 200
SLICE_CHARS: Final = 200_000
"""How much of what was there before the index is taken in at once: some ten milliseconds."""

_INDEXED: Final = "id IN (SELECT id FROM search_docsize)"
_OF_CONVERSATION: Final = "message_id IN (SELECT id FROM message WHERE conversation_id = ?)"


def index(connection: Connection, message_id: MessageId) -> None:
    """Take in the parts of a message that has just been written."""
    connection.execute(
        "INSERT INTO search (rowid, text) SELECT id, text FROM part WHERE message_id = ?",
        (message_id,),
    )


def drop_message(connection: Connection, message_id: MessageId) -> None:
    """Take the parts of a message out, before they are deleted."""
    _drop(connection, "message_id = ?", message_id)


def drop_conversation(connection: Connection, conversation_id: ConversationId) -> None:
    """Take the parts of a conversation out, before they are deleted."""
    _drop(connection, _OF_CONVERSATION, conversation_id)


def backlog(connection: Connection) -> int:
    """The number of the newest part that may not be in the index yet; 0 when all are."""
    (at,) = connection.execute("SELECT id FROM search_backlog").fetchone()
    return int(at)


def take_in_more(connection: Connection) -> bool:
    """Take in some of the parts that were there before the index, the newest first.

    Returns:
        Whether there are more.
    """
    at = backlog(connection)
    if not at:
        return False
    rows = connection.execute(
        "SELECT id, message_id, kind, text, body FROM part AS p"
        " WHERE id <= ? AND NOT EXISTS (SELECT 1 FROM search_docsize AS d WHERE d.id = p.id)"
        " ORDER BY id DESC LIMIT ?",
        (at, SLICE_PARTS),
    )
    taken: list[tuple[int, str | None]] = []
    chars = 0
    next_at = 0
    for id_, message_id, kind, text, body in rows:
        if chars >= SLICE_CHARS:
            next_at = id_
            break
        words = text if text is not None else _words((kind, text, body), message_id)
        next_at = id_ - 1
        taken.append((id_, words))
        chars += len(words or "")
    _put(connection, taken)
    connection.execute("UPDATE search_backlog SET id = ?", (next_at,))
    return next_at > 0


def rebuild(connection: Connection) -> None:
    """Make the index anew, from what is stored."""
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
    connection.execute("UPDATE search_backlog SET id = (SELECT coalesce(max(id), 0) FROM part)")
    while take_in_more(connection):
        pass


def _put(connection: Connection, taken: Iterable[tuple[int, str | None]]) -> None:
    for id_, words in taken:
        # Before version 2 only the text of text stood in its own column.
        connection.execute("UPDATE part SET text = ? WHERE id = ? AND text IS NULL", (words, id_))
        connection.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (id_, words))


def _drop(connection: Connection, which: str, argument: str) -> None:
    connection.execute(
        "INSERT INTO search (search, rowid, text)"  # noqa: S608 - fixed texts
        f" SELECT 'delete', id, text FROM part WHERE {which} AND {_INDEXED}",
        (argument,),
    )


def _words(row: tuple[str, str | None, str | None], message_id: str) -> str | None:
    try:
        return part_row(part_from_row(row, f"message {message_id}"))[1]
    except StoreError:
        return None  # damaged: whoever opens the conversation is told
