"""The event log of one reply: append-only, read by any number of cursors.

A slow reader gets larger batches, a late one starts from the beginning: back-pressure,
coalescing and catching up come from one list and one integer per reader.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

from chat_tui.events import Finished, StreamError, StreamEvent, Terminal


class EventLog:
    """Events in the order in which they came; the terminal one closes the log."""

    def __init__(self) -> None:
        self._events: list[StreamEvent] = []
        self._grown = asyncio.Event()
        self._pauses: set[asyncio.Future[None]] = set()
        """Readers that let events add up; the end does not wait for them."""
        self._waiting = False
        """Somebody waits for the next event."""
        self._terminal: Terminal | None = None
        self._at_end: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._events)

    @property
    def terminal(self) -> Terminal | None:
        """The event that closed the log, or null while it is open."""
        return self._terminal

    def append(self, event: StreamEvent) -> None:
        """Add an event and wake the readers.

        Raises:
            ValueError: the log is closed.
        """
        if self._terminal is not None:
            raise ValueError("the log is closed: a terminal event is always the last")
        self._events.append(event)
        if isinstance(event, (Finished, StreamError)):  # twice as fast as a union
            self._terminal = event
            for pause in self._pauses:
                _end(pause)
            for tell in self._at_end:
                tell()
            self._at_end.clear()
        if self._waiting:
            # A pulse: it wakes who waits now, and whoever waits later waits for the next event.
            self._waiting = False
            self._grown.set()
            self._grown.clear()

    def at_end(self, tell: Callable[[], None]) -> None:
        """Have it told when the log is closed, which it is not yet."""
        self._at_end.append(tell)

    def since(self, cursor: int) -> Sequence[StreamEvent]:
        """Return all events from `cursor` on, without waiting."""
        return self._events[cursor:]

    async def read(
        self, *, since: int = 0, pace_s: float = 0.0
    ) -> AsyncGenerator[Sequence[StreamEvent], None]:
        """Yield batches of events as they come, until the terminal one was among them.

        Args:
            since: How many events the reader has already seen.
            pace_s: The least time between two batches: a wake-up costs more than an event.

        Yields:
            Everything that came since the last batch, never empty.
        """
        cursor = since
        while True:
            if cursor < len(self._events):
                batch = self._events[cursor:]
                cursor += len(batch)
                yield batch
                if pace_s and self._terminal is None:
                    await self._pause(pace_s)
            elif self._terminal is not None:
                return
            else:
                self._waiting = True
                await self._grown.wait()

    async def _pause(self, pace_s: float) -> None:
        loop = asyncio.get_running_loop()
        pause: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(pace_s, _end, pause)
        self._pauses.add(pause)
        try:
            await pause
        finally:
            self._pauses.discard(pause)
            timer.cancel()


def _end(pause: "asyncio.Future[None]") -> None:
    if not pause.done():
        pause.set_result(None)
