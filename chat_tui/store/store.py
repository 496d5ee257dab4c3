"""The store: conversations kept in a file as they happen."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import StreamEvent
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message
from chat_tui.store import listing, replies, tree
from chat_tui.store.database import BUSY_TIMEOUT_S, Database
from chat_tui.store.listing import ConversationSummary
from chat_tui.store.rows import now_us
from chat_tui.store.writers import Writer, this_writer

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger(__name__)


class Closable(Protocol):
    """What is closed with the store, before the file is."""

    async def close(self) -> None: ...


class Store:
    """Conversations in one SQLite file, which several instances may use at once.

    What an awaited call has written survives a crash of the program, and of the machine. Every
    call may raise a `StoreError` that names the file and what to do.
    """

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        """Name the file; nothing is touched before the first call.

        Args:
            path: The database. It is made, with its folders, when it is not there.
            busy_timeout_s: How long to wait for another program's lock.
        """
        self.path = path
        self._database = Database(path, busy_timeout_s=busy_timeout_s)
        self._closing_with: set[Closable] = set()
        self._writer: Writer | None = None
        """Made and used in the writing thread."""

    async def create(self, *conversations: Conversation) -> None:
        """Store conversations with all their messages: all of them or, after an error, none."""

        def job(connection: Connection) -> None:
            for conversation in conversations:
                tree.add_conversation(connection, conversation, self._me())

        await self._database.write(job)

    async def add_message(self, conversation_id: ConversationId, message: Message) -> None:
        """Store a turn below its parent, and show it.

        Raises:
            NotFound: the conversation, or the parent in it, is not stored.
        """
        await self._database.write(
            lambda connection: tree.add_message(connection, conversation_id, message, self._me())
        )

    async def begin_reply(self, conversation_id: ConversationId, blank: Message) -> None:
        """Store the reply that a stream will be folded into, and show it.

        Raises:
            NotFound: the conversation, or the parent in it, is not stored.
        """
        await self.add_message(conversation_id, blank)

    async def append(
        self, message_id: MessageId, events: Sequence[StreamEvent], *, seq: int
    ) -> int:
        """Log the next events of a reply; a `Recorder` decides when.

        Args:
            message_id: Of the reply.
            events: Left alone by the caller until this returns. After an error, or a cancelled
                wait, the same ones may be given again, with later ones behind them.
            seq: What the call before returned; 0 for the first one.

        Raises:
            NotFound: the reply is not stored (any more).
        """
        return await self._database.write(
            lambda connection: replies.log_events(connection, message_id, events, seq)
        )

    async def finish(self, message: Message) -> None:
        """Store a reply that has ended, in place of its log.

        Raises:
            NotFound: the reply is not stored (any more).
            ValueError: it has no outcome.
        """
        if message.status == "streaming":
            raise ValueError(f"message {message.id!r} has no outcome yet")
        await self._database.write(
            lambda connection: replies.settle(connection, message, at_us=now_us())
        )

    async def set_leaf(self, conversation_id: ConversationId, leaf: MessageId | None) -> None:
        """Remember which path is shown.

        Raises:
            NotFound: the conversation, or the message in it, is not stored.
        """
        await self._database.write(
            lambda connection: tree.set_leaf(connection, conversation_id, leaf)
        )

    async def rename(self, conversation_id: ConversationId, title: str) -> None:
        """Name a conversation; an empty title makes it the first words of the first turn again.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(
            lambda connection: tree.set_title(connection, conversation_id, title)
        )

    async def set_system_prompt(self, conversation_id: ConversationId, text: str) -> None:
        """Remember what the provider is told before the first turn.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(
            lambda connection: tree.set_system_prompt(connection, conversation_id, text)
        )

    async def delete(self, conversation_id: ConversationId) -> None:
        """Delete a conversation with its messages and its draft, for good.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(lambda connection: tree.delete(connection, conversation_id))

    async def load(self, conversation_id: ConversationId) -> Conversation:
        """Read a conversation.

        A reply that still streams, here or in another instance, has what was logged so far; one
        whose writer is dead is shown as interrupted.

        Raises:
            NotFound: it is not stored.
        """
        return await self._database.read(lambda connection: tree.load(connection, conversation_id))

    async def list(self, limit: int | None = None) -> list[ConversationSummary]:
        """List the conversations, the one with the latest message first."""
        return await self._database.read(lambda connection: listing.newest(connection, limit))

    async def latest(self) -> ConversationId | None:
        """The conversation with the latest message."""
        return await self._database.read(listing.latest)

    async def find(self, prefix: str) -> ConversationId:
        """Find the one conversation whose id is, or starts with, `prefix`.

        Raises:
            NotFound: there is none, there are several, or the prefix is under 4 characters.
        """
        return await self._database.read(lambda connection: listing.find(connection, prefix))

    async def save_draft(self, conversation_id: ConversationId, text: str) -> None:
        """Remember a prompt that is not sent yet; an empty one is forgotten.

        The conversation itself need not be stored.
        """
        await self._database.write(
            lambda connection: tree.save_draft(connection, conversation_id, text)
        )

    async def load_draft(self, conversation_id: ConversationId) -> str:
        """The prompt that was not sent yet; empty when there is none."""
        return await self._database.read(
            lambda connection: tree.load_draft(connection, conversation_id)
        )

    async def recover(self) -> Sequence[MessageId]:
        """End the replies whose writer died, with what was logged of them.

        Returns:
            These replies, in the order in which they were asked for.
        """
        return await self._database.write(replies.recover)

    def close_with(self, part: Closable) -> None:
        """Have `part` closed before the file is."""
        self._closing_with.add(part)

    def forget(self, part: Closable) -> None:
        """Undo `close_with`."""
        self._closing_with.discard(part)

    async def close(self) -> None:
        """Write everything that waits, and close the file. Idempotent."""
        try:
            for part in tuple(self._closing_with):
                await part.close()
            if self._writer is not None:
                await self._sign_off(self._writer)
        finally:
            await self._database.close()

    async def _sign_off(self, writer: Writer) -> None:
        try:
            await self._database.write(
                lambda connection: connection.execute(
                    "DELETE FROM writer WHERE id = ?", (writer.id,)
                )
            )
        except StoreError as error:
            log.warning("cannot sign off: %s", error)  # the next start finds this process dead
        self._writer = None

    def _me(self) -> Writer:
        if self._writer is None:
            self._writer = this_writer()
        return self._writer
