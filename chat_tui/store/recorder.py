"""A reader of a reply's events that writes them to the store as they come."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress

from chat_tui.errors import NotFound, StoreError
from chat_tui.events import (
    Finished,
    ReasoningDelta,
    StreamError,
    StreamEvent,
    TextDelta,
)
from chat_tui.message import Message
from chat_tui.store.store import Store

log = logging.getLogger(__name__)

FLUSH_S = 0.2
"""How long an event may wait; with the way here and the commit, what was seen 0.3 s ago is on the
disk."""
FLUSH_CHARS = 4096
"""How much text may wait."""
RETRY_S = 2.0


class Recorder:
    """Writes one reply. A store in trouble never stops the stream: events wait in memory."""

    def __init__(
        self,
        store: Store,
        message: Message,
        *,
        on_trouble: Callable[[StoreError | None], None] | None = None,
        put_back: Callable[[], Awaitable[None]] | None = None,
        retry_s: float = RETRY_S,
    ) -> None:
        """Record the reply that `store.begin_reply` stored.

        Args:
            store: It closes the recorder before itself.
            message: The blank reply.
            on_trouble: Told when writing fails, and with null when it works again.
            put_back: Stores the reply again after somebody has deleted it, with all that was given
                to this recorder until the call; without it nothing more is recorded then.
            retry_s: The pause between attempts while writing fails.
        """
        self.trouble: StoreError | None = None
        """Why the last attempt failed; null while all is well."""
        self.saved = 0
        """How many of the events given so far are on the disk."""
        self._store = store
        self._message_id = message.id
        self._on_trouble = on_trouble
        self._put_back = put_back
        self._retry_s = retry_s
        self._pending: list[StreamEvent] = []
        self._pending_chars = 0
        self._pending_since = 0.0
        self._filled = asyncio.Event()
        self._urgent = asyncio.Event()
        self._seq = 0
        self._lost = False
        """The reply was deleted, and is not put back yet."""
        self._final: Message | None = None
        self._done = False
        self._task: asyncio.Task[None] | None = None
        store.close_with(self)

    def add(self, events: Iterable[StreamEvent]) -> None:
        """Take the next events; they are written within `FLUSH_S`, a terminal one at once."""
        if self._done:
            return
        if not self._pending:
            self._pending_since = asyncio.get_running_loop().time()
        for event in events:
            self._pending.append(event)
            if isinstance(event, TextDelta | ReasoningDelta):
                self._pending_chars += len(event.text)
            elif isinstance(event, Finished | StreamError):
                self._urgent.set()
        if self._pending_chars >= FLUSH_CHARS:
            self._urgent.set()
        if self._pending:
            self._filled.set()
        if self._task is None:
            self._start()

    def put_back_soon(self) -> None:
        """Somebody has found that the reply, or its log, is not stored any more."""
        if self._done:
            return
        self._lost = True
        self._urgent.set()
        self._filled.set()
        if self._task is None:
            self._start()

    async def finish(self, message: Message) -> None:
        """Store the reply as it ended.

        When this returns it is durable; or `trouble` says why not, and attempts go on until
        one succeeds or the recorder is closed.

        Args:
            message: With its outcome.
        """
        if self._done:
            return
        self._final = message
        # No append can follow what is written now: the task only goes on to end itself.
        stopped = self._stop()
        await self._attempt()
        await _ended(stopped)
        if not self._done:
            self._start()

    async def close(self) -> None:
        """Write what waits, in one last attempt. Idempotent."""
        if self._done:
            return
        stopped = self._stop()
        if self._pending or self._final is not None:
            await self._attempt()
        self._end()
        await _ended(stopped)

    def _start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"recorder {self._message_id}")

    def _stop(self) -> asyncio.Task[None] | None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
        return task

    async def _run(self) -> None:
        while not self._done:
            if self.trouble is not None:
                await asyncio.sleep(self._retry_s)
            else:
                await self._filled.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._pending_since + FLUSH_S):
                        await self._urgent.wait()
            await self._attempt()

    async def _attempt(self) -> None:
        try:
            await self._write()
        except StoreError as error:
            self._tell(error)
        else:
            self._tell(None)

    async def _write(self) -> None:
        try:
            if self._lost:  # also where a cancelled attempt may have put it back: then it is again
                await self._write_anew()
            elif self._final is None:
                await self._flush()
            else:
                await self._store.finish(self._final)
                self._written(len(self._pending))
                self._end()
        except NotFound as error:
            if self._lost:
                raise
            log.info("the reply that is recorded was deleted: %s", error)
            self._lost = True
            await self._write_anew()

    async def _flush(self) -> None:
        batch = self._next_batch()
        self._seq = await self._store.append(self._message_id, batch, seq=self._seq)
        self._written(len(batch))

    async def _write_anew(self) -> None:
        if self._put_back is None:
            self._end()
            return
        final, batch = self._final, self._next_batch()
        await self._put_back()
        self._lost, self._seq = False, 0
        self._written(len(batch))
        if final is not None:
            self._end()

    def _next_batch(self) -> Sequence[StreamEvent]:
        self._urgent.clear()
        self._pending_chars = 0
        self._pending_since = asyncio.get_running_loop().time()  # of what comes meanwhile
        return tuple(self._pending)

    def _written(self, count: int) -> None:
        self.saved += count
        del self._pending[:count]
        if not self._pending:
            self._filled.clear()

    def _tell(self, trouble: StoreError | None) -> None:
        before, self.trouble = self.trouble, trouble
        if str(before) != str(trouble) and self._on_trouble is not None:
            self._on_trouble(trouble)

    def _end(self) -> None:
        self._done = True
        self._pending.clear()
        self._store.forget(self)


async def _ended(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        await asyncio.wait({task})
