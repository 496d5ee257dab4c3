"""The way of a conversation and its replies into the store, which may be in trouble for a while."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Final

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import Message
from chat_tui.session.reply import Reply
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0
"""How long after a failure everything is saved that was not."""
RECORD_S: Final = 0.05
"""How often what came is handed to the recorder, which has its own time for the disk."""


class Saving:
    """Saves one conversation; what cannot be saved is kept in memory, and tried again."""

    def __init__(
        self,
        conversation: Conversation,
        store: Store | None,
        *,
        on_trouble: Callable[[StoreError | None], None] | None,
        runs: PastRuns | None,
    ) -> None:
        """Save nothing yet; see `Session`."""
        self._conversation = conversation
        self._store = store
        self._on_trouble = on_trouble
        self._runs = runs
        self._saved = len(conversation) > 0
        self._unsaved: set[MessageId] = set()
        """Turns and ended replies that are in memory only."""
        self.unrecorded: dict[MessageId, Reply] = {}
        """What still streams or is being saved, also where another one was chosen."""
        self._trouble: StoreError | None = None
        self._lock = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @property
    def stored(self) -> bool:
        """The conversation is in the store."""
        return self._saved

    @property
    def done(self) -> bool:
        """Everything is in the store."""
        return not self.unrecorded and not self._unsaved

    def add(self, turn: MessageId) -> None:
        """Have a turn saved before the next reply begins."""
        self._unsaved.add(turn)

    def has(self, message: MessageId | None) -> bool:
        """Whether the store knows a message, as far as this one has brought it there."""
        return self._saved and message not in self._unsaved

    async def stop_trying(self) -> None:
        """Do not try again any more in the background."""
        self._closing.set()
        if self._again is not None:  # not cancelled: what the store has taken must be known
            await asyncio.wait({self._again})

    async def finish(self) -> None:
        """Try once more to save what is in memory only."""
        if self._unsaved:
            await self.attempt(self._save_messages)

    async def begin(
        self, replies: Sequence[Reply], *, after: Sequence[asyncio.Task[None]]
    ) -> set[MessageId]:
        """Save what was said, then let the requests leave.

        Args:
            replies: What is to be started.
            after: The recordings before: until they are done, the conversation lacks their text.

        Returns:
            The replies that have their place in the store.
        """
        if after:
            await asyncio.wait(after)
        stored: set[MessageId] = set()
        saved = await self.attempt(self._save_messages)
        for reply in replies:
            if saved and await self.attempt(partial(self._begin_reply, blank=reply.blank)):
                stored.add(reply.id)
            reply.worker.start()
        if len(stored) > 1:
            await self.attempt(self._save_leaf)
        return stored

    async def _begin_reply(self, store: Store, *, blank: Message) -> None:
        await store.begin_reply(self._conversation.id, blank)

    async def _save_leaf(self, store: Store) -> None:
        await store.set_leaf(self._conversation.id, self._conversation.leaf)

    async def record(self, reply: Reply, beginning: asyncio.Task[set[MessageId]]) -> None:
        """Read a reply's log into the store, and its end into the conversation.

        Args:
            reply: One of those that `begin` starts.
            beginning: The task that it runs in.
        """
        recorder: Recorder | None = None
        run = None
        if self._runs is not None:
            await self._runs.load()
            run = self._runs.watch(reply.blank.provider, reply.blank.model)
        reply.stored = reply.id in await beginning
        waiting: list[StreamEvent] = []  # for a place in the store
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                for event in batch:
                    reply.folder.add(event)
                if run is not None:
                    run.add(batch)
                if recorder is None and reply.stored and self._store is not None:
                    recorder = Recorder(self._store, reply.blank, on_trouble=self._tell)
                    recorder.add(waiting)
                if recorder is not None:
                    recorder.add(batch)
                else:
                    waiting.extend(batch)
        message = reply.folder.message()
        self._conversation.update(message)
        async with self._lock:  # it may be given its place just now
            if not reply.stored:
                self._unsaved.add(message.id)
        if recorder is None and reply.stored and self._store is not None:
            recorder = Recorder(self._store, reply.blank, on_trouble=self._tell)
        if recorder is not None:
            await recorder.finish(message)
        else:
            await self.attempt(self._save_messages)
        if run is not None:
            await run.finish()
        del self.unrecorded[reply.id]

    async def _save_messages(self, store: Store) -> None:
        async with self._lock:  # replies that are compared may end at the same time
            await self._save_unsaved(store)

    async def _save_unsaved(self, store: Store) -> None:
        unsaved = [message for message in self._conversation if message.id in self._unsaved]
        if not self._saved:
            # With its first turn, so that no empty conversation is ever left behind.
            first = self._conversation.without_messages()
            for message in unsaved:
                first.add(message)
            await store.create(first)
            self._saved = True
            self._unsaved.difference_update(message.id for message in unsaved)
            return
        for message in unsaved:
            await store.add_message(self._conversation.id, message)
            self._unsaved.discard(message.id)

    async def attempt(self, save: Callable[[Store], Awaitable[None]]) -> bool:
        """A store in trouble does not stop a talk: it goes on in memory, and says so."""
        if self._store is None:
            return False
        try:
            await save(self._store)
        except StoreError as error:
            log.warning("cannot save: %s", error)
            self._tell(error)
            idle = self._again is None or self._again.done()
            if idle and not self._closing.is_set():
                self._again = asyncio.create_task(self._save_again(), name="save again")
            return False
        self._tell(None)
        return True

    async def _save_again(self) -> None:
        """After a failure, save everything that is in memory only, as soon as that can be done."""
        while self._store is not None and not await self._closes_within(RETRY_S):
            try:
                await self._save_messages(self._store)
                async with self._lock:
                    for reply in tuple(self.unrecorded.values()):
                        if not reply.stored and reply.id not in self._unsaved and self._saved:
                            await self._begin_reply(self._store, blank=reply.blank)
                            reply.stored = True
            except StoreError as error:
                self._tell(error)
            else:
                self._tell(None)
                return

    async def _closes_within(self, limit_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._closing.wait()
        return self._closing.is_set()

    def _tell(self, error: StoreError | None) -> None:
        before, self._trouble = self._trouble, error
        if str(before) != str(error) and self._on_trouble is not None:
            self._on_trouble(error)
