"""Conversations from elsewhere into the tables: new ones, and what was added to those there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal, TypeAlias

from chat_tui.conversation import Conversation
from chat_tui.ids import MessageId
from chat_tui.store import tree
from chat_tui.store.rows import to_us

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.store.writers import Writer

Taken: TypeAlias = Literal["added", "extended", "unchanged", "in the bin", "elsewhere"]
"""What became of a conversation; `elsewhere`: another one holds messages of the same ids."""

_AT_ONCE = 500


def known_messages(connection: Connection, ids: Collection[MessageId]) -> set[MessageId]:
    """Those of some messages that are stored, in whatever conversation."""
    known: set[MessageId] = set()
    wanted = list(ids)
    for at in range(0, len(wanted), _AT_ONCE):
        slice_ = wanted[at : at + _AT_ONCE]
        places = ", ".join("?" * len(slice_))
        rows = connection.execute(
            f"SELECT id FROM message WHERE id IN ({places})",  # noqa: S608 - question marks
            slice_,
        )
        known.update(MessageId(row[0]) for row in rows)
    return known


def take_in(
    connection: Connection, conversation: Conversation, writer: Writer
) -> tuple[Taken, int]:
    """Store a conversation, or only the messages of it that are not stored yet.

    What is stored is never changed: not its messages, and not its name. The path that is shown
    goes on to the new messages where they follow it.

    Args:
        connection: Inside a transaction.
        conversation: Every reply in it has ended.
        writer: This process.

    Returns:
        What became of it, and how many messages were added.
    """
    row = connection.execute(
        "SELECT leaf, updated_us, deleted_us FROM conversation WHERE id = ?", (conversation.id,)
    ).fetchone()
    known = known_messages(connection, [message.id for message in conversation])
    if row is None:
        if known:
            return "elsewhere", 0
        tree.add_conversation(connection, conversation, writer)
        return "added", len(conversation)
    if row["deleted_us"] is not None:
        return "in the bin", 0
    here = _messages_of(connection, conversation)
    if not known <= here:
        return "elsewhere", 0
    added = [message for message in conversation if message.id not in here]
    for message in added:
        tree.add_message(connection, conversation.id, message, writer)
    if not added:
        return "unchanged", 0
    goes_on = row["leaf"] is None or row["leaf"] in {one.id for one in conversation.path()}
    connection.execute(
        "UPDATE conversation SET leaf = ?, updated_us = ? WHERE id = ?",
        (
            conversation.leaf if goes_on and conversation.leaf is not None else row["leaf"],
            max([row["updated_us"], *(to_us(message.created) for message in added)]),
            conversation.id,
        ),
    )
    return "extended", len(added)


def _messages_of(connection: Connection, conversation: Conversation) -> set[MessageId]:
    rows: Iterable[tuple[str]] = connection.execute(
        "SELECT id FROM message WHERE conversation_id = ?", (conversation.id,)
    )
    return {MessageId(row[0]) for row in rows}
