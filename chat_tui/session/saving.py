"""The way of a conversation and its replies into the store, which may be in trouble for a while."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Final

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound, StoreError
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import Message
from chat_tui.session.reply import Reply
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store
from chat_tui.titles import quoted_title

log = logging.getLogger(__name__)

RETRY_S: Final = 2.0
"""How long after a failure everything is saved that was not."""
PATIENCE_S: Final = 0.5
"""How long a request waits until what was said is on the disk: only one in trouble takes longer."""
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
        self._recorders: dict[MessageId, Recorder] = {}
        """Of those, and of what has ended and could not be saved yet."""
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
        failing = any(recorder.trouble is not None for recorder in self._recorders.values())
        return not self.unrecorded and not self._unsaved and not failing

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
        """Try once more to save what is in memory only; what cannot be is put aside in a file."""
        if self._unsaved:
            await self.attempt(self._save_messages)
        for recorder in self._recorders.values():
            await recorder.close()
        if self._store is not None and not self.done:
            from chat_tui.session.unsaved import put_aside

            await put_aside(self._conversation, self._store)

    async def place(self, replies: Sequence[Reply], *, after: Sequence[Reply]) -> None:
        """Save what was said, and give the replies their places behind it.

        Args:
            replies: What is to be started.
            after: The replies before: they are saved first.
        """
        if before := [reply.recording for reply in after if reply.recording is not None]:
            await asyncio.wait(before)
        if not await self.attempt(self._save_messages):
            return
        for reply in replies:
            await self.attempt(partial(self._place, reply=reply))
        if sum(reply.stored for reply in replies) > 1:
            await self.attempt(self._save_leaf)

    async def begin(
        self, replies: Sequence[Reply], *, after: Sequence[Reply], placing: asyncio.Task[None]
    ) -> None:
        """Let the requests leave when what was said is saved, or that takes too long.

        Args:
            replies: What is to be started.
            after: The replies before: until they are whole, the conversation lacks their text.
            placing: Saves what was said.
        """
        for reply in after:
            await reply.whole.wait()
        await asyncio.wait({placing}, timeout=PATIENCE_S)
        for reply in replies:
            reply.worker.start()

    async def _place(self, store: Store, *, reply: Reply) -> None:
        async with self._lock:
            await self._place_now(store, reply)

    async def _place_now(self, store: Store, reply: Reply) -> None:
        if reply.stored or not self._unsaved.isdisjoint({reply.id, reply.blank.parent}):
            return
        name = self._conversation.id
        try:
            restored = await store.begin_reply(name, reply.blank)
        except NotFound:
            await self._keep(store)
            restored = await store.begin_reply(name, reply.blank)
        reply.stored = True
        self._tell_restored(restored)

    async def _save_leaf(self, store: Store) -> None:
        with suppress(NotFound):  # whoever records the replies puts them back
            await store.set_leaf(self._conversation.id, self._conversation.leaf)

    async def record(self, reply: Reply) -> None:
        """Read a reply's log into the store, and its end into the conversation.

        Args:
            reply: One of those that `begin` starts.
        """
        recorder: Recorder | None = None
        run = None
        if self._runs is not None:
            await self._runs.load()
            run = self._runs.watch(reply.blank.provider, reply.blank.model)
        waiting: list[StreamEvent] = []  # for a place in the store
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                reply.fold(batch)
                if run is not None:
                    run.add(batch)
                if recorder is None and reply.stored:
                    recorder = self._recorder(reply)
                    recorder.add(waiting)
                if recorder is not None:
                    recorder.add(batch)
                else:
                    waiting.extend(batch)
        message = reply.folder.message()
        self._conversation.update(message)
        reply.whole.set()
        async with self._lock:  # it may be given its place just now
            if not reply.stored:
                self._unsaved.add(message.id)
        if recorder is None and reply.stored:
            recorder = self._recorder(reply)
        if recorder is not None:
            await recorder.finish(message)
        else:
            await self.attempt(self._save_messages)
        if run is not None:
            await run.finish()
        if recorder is None or recorder.trouble is None:
            self._recorders.pop(reply.id, None)
        del self.unrecorded[reply.id]

    def _recorder(self, reply: Reply) -> Recorder:
        store = self._store
        assert store is not None

        async def put_back() -> None:
            so_far = reply.folder.message()
            async with self._lock:
                await self._keep(store, anew=so_far)

        recorder = Recorder(store, reply.blank, on_trouble=self._tell, put_back=put_back)
        self._recorders[reply.id] = recorder
        return recorder

    async def _save_messages(self, store: Store) -> None:
        async with self._lock:  # replies that are compared may end at the same time
            try:
                await self._save_unsaved(store)
            except NotFound:
                await self._keep(store)

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
            restored = await store.add_message(self._conversation.id, message)
            self._unsaved.discard(message.id)
            self._tell_restored(restored)

    async def _keep(self, store: Store, *, anew: Message | None = None) -> None:
        """Bring everything into the store that is not in it, or not any more; under the lock.

        Args:
            store: Where to.
            anew: A reply as it stands, whose recorder goes on from there.
        """
        whole = self._placed(anew)
        if not len(whole):
            return
        known = {message.id for message in whole} - self._unsaved if self._saved else ()
        streams = anew is not None and anew.outcome is None
        lost = await store.keep(whole, known, anew=anew.id if anew and streams else None)
        self._saved = True
        self._unsaved.difference_update(message.id for message in whole)
        if lost == "nothing":
            return
        for name, recorder in self._recorders.items():
            if anew is None or name != anew.id:
                recorder.put_back_soon()
        title = quoted_title(self._conversation.title)
        store.tell(
            f"{title} was deleted elsewhere; it is open here, and has been kept as it is here"
            if lost == "all"
            else f"a part of {title} was lost elsewhere; it is open here, and was written again"
        )

    def _placed(self, anew: Message | None) -> Conversation:
        """All that has its place in the store, or is to have it with the turns."""
        left_out = self._waiting
        messages: list[Message] = []
        for message in self._conversation:
            if message.id in left_out or message.parent in left_out:
                left_out.add(message.id)
            else:
                messages.append(anew if anew is not None and anew.id == message.id else message)
        placed = self._conversation.with_messages(messages)
        leaf = self._conversation.leaf
        if leaf is None or leaf in placed:
            placed.show(leaf)
        return placed

    @property
    def _waiting(self) -> set[MessageId]:
        """Replies that are to have their places yet."""
        return {
            reply.id
            for reply in self.unrecorded.values()
            if not reply.stored and reply.id not in self._unsaved
        }

    async def look_after(self) -> None:
        """Write again what was stored, and is not any more.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._store is None or not self._saved:
            return
        name = self._conversation.id
        known = len(self._conversation) - len(self._unsaved) - len(self._waiting)
        stored = await self._store.how_many_stored([name])
        if stored.get(name, -1) < known:
            await self.attempt(self._keep_all)

    async def _keep_all(self, store: Store) -> None:
        async with self._lock:
            await self._keep(store)

    def _tell_restored(self, restored: bool) -> None:
        if restored and self._store is not None:
            title = quoted_title(self._conversation.title)
            self._store.tell(f"{title} had been deleted; it is back, as the talk in it goes on")

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
                async with self._lock:
                    await self._keep(self._store)  # what failed may have been done all the same
                    for reply in tuple(self.unrecorded.values()):
                        await self._place_now(self._store, reply)
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
