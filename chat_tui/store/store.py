"""The store: conversations kept in a file as they happen."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chat_tui.conversation import Conversation
from chat_tui.events import StreamEvent
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message
from chat_tui.store import keeping, leases, listing, replies, search_index, tree
from chat_tui.store.keeping import Lost
from chat_tui.store.leases import Holder
from chat_tui.store.listing import ConversationSummary
from chat_tui.store.pictures import MOST_PICTURES, StoredPicture, newest_pictures
from chat_tui.store.rows import now_us
from chat_tui.store.store_file import StoreFile

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.store.search import SearchHit
    from chat_tui.usage import Reckoned

KEPT_IN_BIN_DAYS: Final = 30
_EMPTIED_AT_ONCE: Final = 5
_PAUSE_S: Final = 0.01
"""Between slices of work in the background, so that whatever is to be saved comes in between."""


class Store(StoreFile):
    """Conversations in one SQLite file, which several instances may use at once.

    What an awaited call has written survives a crash of the program, and of the machine. Every
    call may raise a `StoreError` that names the file and what to do.
    """

    async def create(self, *conversations: Conversation) -> None:
        """Store conversations with all their messages: all of them or, after an error, none."""

        def job(connection: Connection) -> None:
            for conversation in conversations:
                tree.add_conversation(connection, conversation, self._me())

        await self._database.write(job)

    async def add_message(self, conversation_id: ConversationId, message: Message) -> bool:
        """Store a turn below its parent, and show it.

        Returns:
            Whether this took the conversation out of the bin.

        Raises:
            NotFound: the conversation, or the parent in it, is not stored.
        """
        return await self._database.write(
            lambda connection: tree.add_message(connection, conversation_id, message, self._me())
        )

    async def begin_reply(self, conversation_id: ConversationId, blank: Message) -> bool:
        """Store the reply that a stream will be folded into, and show it.

        Returns:
            Whether this took the conversation out of the bin.

        Raises:
            NotFound: the conversation, or the parent in it, is not stored.
        """
        return await self.add_message(conversation_id, blank)

    async def keep(
        self,
        conversation: Conversation,
        known: Collection[MessageId],
        *,
        anew: MessageId | None = None,
    ) -> Lost:
        """Store what is not stored (any more) of a conversation; see `keeping.keep`.

        Args:
            conversation: Left alone by the caller until this returns.
            known: The messages that were stored before.
            anew: A reply that still streams, and whose log is to begin behind what it says here:
                the next call of `append` has `seq` 0.

        Returns:
            How much of `known` was not there.
        """
        return await self._database.write(
            lambda connection: keeping.keep(connection, conversation, known, self._me(), anew)
        )

    async def how_many_stored(
        self, conversations: Collection[ConversationId]
    ) -> Mapping[ConversationId, int]:
        """Count the messages of conversations; of one that is not stored there is no count."""
        return await self._database.read(
            lambda connection: keeping.how_many_stored(connection, conversations)
        )

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
            NotFound: the reply, or what was logged of it, is not stored (any more).
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

    async def set_parameters(
        self, conversation_id: ConversationId, parameters: Mapping[str, object]
    ) -> None:
        """Remember what goes into the body of every request of a conversation.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(
            lambda connection: tree.set_parameters(connection, conversation_id, parameters)
        )

    async def pin(self, conversation_id: ConversationId, pinned: bool) -> None:
        """Keep a conversation on top of the list, or no more.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(
            lambda connection: tree.set_pinned(connection, conversation_id, pinned)
        )

    async def put_into_bin(self, conversation_id: ConversationId) -> None:
        """Take a conversation out of all lists; it can be had back for `KEPT_IN_BIN_DAYS`.

        Raises:
            NotFound: it is not stored.
        """
        await self._database.write(
            lambda connection: tree.put_into_bin(connection, conversation_id)
        )

    async def in_bin(self, conversations: Iterable[ConversationId]) -> set[ConversationId]:
        """Those of some conversations that are in the bin."""
        wanted = tuple(conversations)
        return await self._database.read(lambda connection: listing.in_bin(connection, wanted))

    async def restore(self, conversation_id: ConversationId) -> None:
        """Take a conversation out of the bin, as it was.

        Raises:
            NotFound: it is not stored (any more).
        """
        await self._database.write(lambda connection: tree.restore(connection, conversation_id))

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

    async def list(
        self, limit: int | None = None, *, pinned_first: bool = False
    ) -> list[ConversationSummary]:
        """List the conversations, the one with the latest message first."""
        return await self._database.read(
            lambda connection: listing.newest(connection, limit, pinned_first=pinned_first)
        )

    async def summary(self, conversation_id: ConversationId) -> ConversationSummary:
        """Say about one conversation what a list says.

        Raises:
            NotFound: it is not stored.
        """
        return await self._database.read(
            lambda connection: listing.summary_of(connection, conversation_id)
        )

    async def search(
        self, query: str, limit: int = 50, *, each: int | None = None
    ) -> Sequence[SearchHit]:
        """Find messages that have all the words of a query, the newest first.

        Capitals and accents do not count, and the last word may go on. What is looked through is
        text, reasoning, steps, sources, tool calls and names of files; a reply when it has ended.

        Args:
            query: As a user types it; without words it lists the conversations.
            limit: No more hits than these.
            each: No more hits than these in one conversation; null for any number.
        """
        from chat_tui.store.search import search

        return await self._database.read(
            lambda connection: search(connection, query, limit, each=each)
        )

    async def searches_all(self) -> bool:
        """Whether all that is stored can be found; `tidy` brings that about."""
        return not await self._database.read(search_index.backlog)

    async def index_all(self, *, pause_s: float = 0) -> None:
        """Take into the index what is not in it yet, in short transactions.

        Args:
            pause_s: Between them.
        """
        if await self.searches_all():
            return
        more = True
        while more:
            more = await self._database.write(search_index.take_in_more)
            await asyncio.sleep(pause_s)

    async def tidy(self) -> None:
        """Do, bit by bit, what nobody waits for.

        Conversations from before there was an index are taken into it, and the bin loses what has
        been in it for `KEPT_IN_BIN_DAYS` and is open nowhere.
        """
        await self.index_all(pause_s=_PAUSE_S)
        before_us = now_us() - KEPT_IN_BIN_DAYS * 86_400_000_000
        emptied = 1
        while emptied:
            emptied = await self._database.write(
                lambda connection: tree.empty_bin(connection, before_us, _EMPTIED_AT_ONCE)
            )
            await asyncio.sleep(_PAUSE_S)

    async def pictures(self, limit: int = MOST_PICTURES) -> Sequence[StoredPicture]:
        """List the pictures of all conversations but of those thrown away, the newest first."""
        return await self._database.read(lambda connection: newest_pictures(connection, limit))

    async def used_since(self, moment: datetime, *, silent: bool = False) -> Sequence[Reckoned]:
        """What is known of each reply that was begun since a moment; see `spent`."""
        from chat_tui.store.spent import used_since

        return await self._database.read(
            lambda connection: used_since(connection, moment, silent=silent)
        )

    async def latest(self) -> ConversationId | None:
        """The conversation with the latest message."""
        return await self._database.read(listing.latest)

    async def find(self, prefix: str, *, deleted: bool = False) -> ConversationId:
        """Find the one conversation whose id is, or starts with, `prefix`.

        Args:
            prefix: At least 4 characters, or `last`.
            deleted: Look in the bin, and only there.

        Raises:
            NotFound: there is none, there are several, or the prefix is too short.
        """
        return await self._database.read(
            lambda connection: listing.find(connection, prefix, deleted=deleted)
        )

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

    async def conversation_of(self, message_id: MessageId) -> ConversationId:
        """Say in which conversation a message stands.

        Raises:
            NotFound: it is not stored.
        """
        return await self._database.read(
            lambda connection: tree.conversation_of(connection, message_id)
        )

    async def recover(self) -> Sequence[MessageId]:
        """End the replies whose writer died, with what was logged of them.

        Returns:
            These replies, in the order in which they were asked for.
        """
        return await self._database.write(replies.recover)

    async def hold(
        self, conversations: Iterable[ConversationId]
    ) -> Mapping[ConversationId, Holder]:
        """Have conversations for oneself, or go on having them, and give back all others.

        Returns:
            Who has those that cannot be had.
        """
        wanted = tuple(conversations)

        def job(connection: Connection) -> Mapping[ConversationId, Holder]:
            others = leases.hold(connection, wanted, self._me())
            leases.let_go(connection, self._me(), wanted)
            return others

        return await self._database.write(job)

    async def holders(
        self, conversations: Iterable[ConversationId]
    ) -> Mapping[ConversationId, Holder]:
        """Look who else has conversations open, without having them for oneself."""
        wanted = tuple(conversations)

        def job(connection: Connection) -> Mapping[ConversationId, Holder]:
            mine = self._writer.id if self._writer is not None else ""
            return leases.held_by_others(connection, wanted, mine)

        return await self._database.read(job)

    async def news_of(
        self, message_id: MessageId, since: int
    ) -> tuple[Sequence[StreamEvent], int, bool]:
        """Read what another process has logged of a reply; see `replies.news_of`."""
        return await self._database.read(
            lambda connection: replies.news_of(connection, message_id, since)
        )
