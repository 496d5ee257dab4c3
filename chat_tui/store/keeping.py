"""A conversation that is open, written again where the tables have lost it or a part of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec.structs import astuple

from chat_tui.conversation import Conversation
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message
from chat_tui.store import tree
from chat_tui.store.replies import settle
from chat_tui.store.rows import now_us
from chat_tui.store.writers import Writer

if TYPE_CHECKING:
    from sqlite3 import Connection

Lost: TypeAlias = Literal["nothing", "some", "all"]
"""How much of what had been stored was not there any more."""


def keep(
    connection: Connection,
    conversation: Conversation,
    known: Collection[MessageId],
    writer: Writer,
    anew: MessageId | None = None,
) -> Lost:
    """Store what is not stored of a conversation; made twice, it changes nothing.

    Where the tables have an earlier state of a reply that has ended here, they get its end. What
    somebody else has added stays.

    Args:
        connection: Inside a transaction.
        conversation: As it is to be; parents before their children.
        known: The messages that were stored before.
        writer: This process.
        anew: A reply that still streams, and whose log is to begin behind what it says here.

    Returns:
        How much of `known` was lost.
    """
    there: dict[str, str] = dict(
        connection.execute(
            "SELECT id, status FROM message WHERE conversation_id = ?", (conversation.id,)
        ).fetchall()
    )
    stored = connection.execute(
        "SELECT 1 FROM conversation WHERE id = ?", (conversation.id,)
    ).fetchone()
    if stored is None:
        tree.add_conversation(connection, conversation, writer)
        return "all" if known else "nothing"
    for message in conversation:
        if message.id not in there:
            tree.add_message(connection, conversation.id, message, writer)
        elif message.id == anew:
            _begin_anew(connection, message, writer)
        elif _ended_later(message.status, there[message.id]):
            settle(connection, message, at_us=now_us())
    if not there.keys() >= {message.id for message in conversation}:
        tree.set_leaf(connection, conversation.id, conversation.leaf)
    return "nothing" if there.keys() >= set(known) else "some"


def how_many_stored(
    connection: Connection, conversations: Collection[ConversationId]
) -> dict[ConversationId, int]:
    """Count the messages of conversations; of one that is not stored there is no count."""
    counts: dict[ConversationId, int] = {}
    for conversation in conversations:
        (found, messages) = connection.execute(
            "SELECT (SELECT count(*) FROM conversation WHERE id = :id),"
            " (SELECT count(*) FROM message WHERE conversation_id = :id)",
            {"id": conversation},
        ).fetchone()
        if found:
            counts[conversation] = messages
    return counts


def _ended_later(here: str, there: str) -> bool:
    """Whether a reply was never ended in the tables, but here; `recover` may have interrupted it."""
    if there == "interrupted":
        return here not in ("streaming", "interrupted")
    return there == "streaming" and here != "streaming"


def _begin_anew(connection: Connection, message: Message, writer: Writer) -> None:
    settle(connection, message, at_us=now_us())
    connection.execute(
        "INSERT INTO writer (id, pid, started, boot) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        astuple(writer),
    )
    connection.execute("UPDATE message SET writer_id = ? WHERE id = ?", (writer.id, message.id))
