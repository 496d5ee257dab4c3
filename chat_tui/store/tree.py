"""Conversations and their messages in the tables; every function runs inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound, StoreError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message
from chat_tui.store import search_index
from chat_tui.store.leases import held_by_others
from chat_tui.store.reading import messages_of, streaming_in
from chat_tui.store.replies import as_recorded, ending_columns, write_parts
from chat_tui.store.rows import (
    from_us,
    now_us,
    parameters_row,
    read_parameters,
    storable,
    to_us,
)
from chat_tui.store.writers import Writer

if TYPE_CHECKING:
    from sqlite3 import Connection


def add_conversation(connection: Connection, conversation: Conversation, writer: Writer) -> None:
    """Store a conversation with all its messages.

    Raises:
        StoreError: it is stored already.
    """
    created_us = to_us(conversation.created)
    added = connection.execute(
        "INSERT INTO conversation"
        " (id, title, created_us, updated_us, leaf, system_prompt, parameters)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            conversation.id,
            storable(conversation.title) if conversation.named else None,
            created_us,
            max([created_us, *(to_us(message.created) for message in conversation)]),
            conversation.leaf,
            storable(conversation.system_prompt),
            parameters_row(conversation.parameters),
        ),
    )
    if added.rowcount == 0:
        raise StoreError(f"conversation {conversation.id!r} is stored already")
    for seq, message in enumerate(conversation, start=1):
        _insert(connection, conversation.id, message, seq, writer)


def add_message(
    connection: Connection, conversation_id: ConversationId, message: Message, writer: Writer
) -> bool:
    """Store a message below its parent, and show it.

    Who says or asks something in a conversation that is in the bin wants it back.

    Returns:
        Whether it was in the bin, and is not any more.

    Raises:
        NotFound: the conversation, or the parent in it, is not stored.
    """
    _change(connection, conversation_id, "updated_us", now_us())
    _change(connection, conversation_id, "leaf", message.id)
    restored = 0
    if message.role == "user" or message.status == "streaming":
        restored = connection.execute(
            "UPDATE conversation SET deleted_us = NULL WHERE id = ? AND deleted_us IS NOT NULL",
            (conversation_id,),
        ).rowcount
    if message.parent is not None:
        _require(connection, conversation_id, message.parent)
    (last,) = connection.execute(
        "SELECT coalesce(max(seq), 0) FROM message WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    _insert(connection, conversation_id, message, last + 1, writer)
    return restored > 0


def load(connection: Connection, conversation_id: ConversationId) -> Conversation:
    """Read a conversation.

    Raises:
        NotFound: it is not stored.
        StoreError: a row of it cannot be read.
    """
    row = connection.execute(
        "SELECT * FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    if row is None:
        raise _no_conversation(conversation_id)
    messages: Iterable[Message] = messages_of(connection, conversation_id)
    if streaming := streaming_in(connection, conversation_id):
        messages = [
            as_recorded(connection, message) if message.id in streaming else message
            for message in messages
        ]
    try:
        conversation = Conversation(
            conversation_id,
            title=row["title"] or "",
            created=from_us(row["created_us"]),
            messages=messages,
            system_prompt=row["system_prompt"],
            parameters=read_parameters(row["parameters"]),
        )
    except ValueError as error:
        raise StoreError(
            f"conversation {conversation_id} cannot be read from the database: {error}"
        ) from error
    if row["leaf"] is None or row["leaf"] in conversation:
        conversation.show(row["leaf"])
    return conversation


def conversation_of(connection: Connection, message_id: MessageId) -> ConversationId:
    """Say in which conversation a message stands.

    Raises:
        NotFound: it is not stored.
    """
    row = connection.execute(
        "SELECT conversation_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"no message {message_id!r}")
    return ConversationId(row[0])


def set_leaf(
    connection: Connection, conversation_id: ConversationId, leaf: MessageId | None
) -> None:
    if leaf is not None:
        _require(connection, conversation_id, leaf)
    _change(connection, conversation_id, "leaf", leaf)


def set_title(connection: Connection, conversation_id: ConversationId, title: str) -> None:
    _change(connection, conversation_id, "title", storable(title) or None)


def set_system_prompt(connection: Connection, conversation_id: ConversationId, text: str) -> None:
    _change(connection, conversation_id, "system_prompt", storable(text))


def set_parameters(
    connection: Connection, conversation_id: ConversationId, parameters: Mapping[str, object]
) -> None:
    _change(connection, conversation_id, "parameters", parameters_row(parameters))


def set_pinned(connection: Connection, conversation_id: ConversationId, pinned: bool) -> None:
    _change(connection, conversation_id, "pinned", int(pinned))


def put_into_bin(connection: Connection, conversation_id: ConversationId) -> None:
    _change(connection, conversation_id, "deleted_us", now_us())


def restore(connection: Connection, conversation_id: ConversationId) -> None:
    _change(connection, conversation_id, "deleted_us", None)


def empty_bin(connection: Connection, before_us: int, limit: int) -> int:
    """Delete, for good, what was put into the bin before a moment and nobody has open.

    Returns:
        How many conversations that were; no more than `limit`.
    """
    rows = connection.execute(
        "SELECT id FROM conversation WHERE deleted_us < ? ORDER BY deleted_us", (before_us,)
    ).fetchall()
    old = [ConversationId(row[0]) for row in rows]
    open_somewhere = held_by_others(connection, old, mine="") if old else {}
    emptied = [one for one in old if one not in open_somewhere][:limit]
    for conversation_id in emptied:
        delete(connection, conversation_id)
    return len(emptied)


def delete(connection: Connection, conversation_id: ConversationId) -> None:
    search_index.drop_conversation(connection, conversation_id)
    done = connection.execute("DELETE FROM conversation WHERE id = ?", (conversation_id,))
    if done.rowcount == 0:
        raise _no_conversation(conversation_id)
    connection.execute("DELETE FROM draft WHERE conversation_id = ?", (conversation_id,))


def save_draft(connection: Connection, conversation_id: ConversationId, text: str) -> None:
    if not text:
        connection.execute("DELETE FROM draft WHERE conversation_id = ?", (conversation_id,))
        return
    connection.execute(
        "INSERT INTO draft (conversation_id, text, updated_us) VALUES (?, ?, ?)"
        " ON CONFLICT (conversation_id)"
        " DO UPDATE SET text = excluded.text, updated_us = excluded.updated_us",
        (conversation_id, storable(text), now_us()),
    )


def load_draft(connection: Connection, conversation_id: ConversationId) -> str:
    row = connection.execute(
        "SELECT text FROM draft WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    return "" if row is None else str(row["text"])


def _insert(
    connection: Connection,
    conversation_id: ConversationId,
    message: Message,
    seq: int,
    writer: Writer,
) -> None:
    streaming = message.status == "streaming"
    if streaming:
        connection.execute(
            "INSERT INTO writer (id, pid, started, boot) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO NOTHING",
            astuple(writer),
        )
    connection.execute(
        "INSERT INTO message (id, conversation_id, parent_id, seq, role, created_us, writer_id,"
        " parameters, status, provider, model, remote_id, usage, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.id,
            conversation_id,
            message.parent,
            seq,
            message.role,
            to_us(message.created),
            writer.id if streaming else None,
            parameters_row(message.parameters),
            *ending_columns(message),
        ),
    )
    write_parts(connection, message)


def _change(
    connection: Connection, conversation_id: ConversationId, column: str, value: object
) -> None:
    done = connection.execute(
        f"UPDATE conversation SET {column} = ? WHERE id = ?",  # noqa: S608 - a name from this file
        (value, conversation_id),
    )
    if done.rowcount == 0:
        raise _no_conversation(conversation_id)


def _require(
    connection: Connection, conversation_id: ConversationId, message_id: MessageId
) -> None:
    row = connection.execute(
        "SELECT 1 FROM message WHERE id = ? AND conversation_id = ?", (message_id, conversation_id)
    ).fetchone()
    if row is None:
        raise NotFound(f"no message {message_id!r} in conversation {conversation_id!r}")


def _no_conversation(conversation_id: ConversationId) -> NotFound:
    return NotFound(f"no conversation {conversation_id!r}", hint="`chat-tui list` shows the ids")
