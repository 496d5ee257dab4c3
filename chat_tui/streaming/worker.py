"""The stream worker: runs one provider stream to its one terminal event.

This is the only place where an exception becomes an event.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from chat_tui.errors import ProtocolViolation, ProviderError
from chat_tui.events import (
    Content,
    Finished,
    Notice,
    Started,
    StreamError,
    StreamEvent,
    Terminal,
    TextDelta,
)
from chat_tui.log_place import see_log
from chat_tui.providers.stopping import STOP_ANSWERS, StopAnswers
from chat_tui.streaming.log import EventLog
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.size import MAX_CHARS, TOO_LONG, weight_chars
from chat_tui.streaming.stamp import Stamper

log = logging.getLogger(__name__)

STOP_WAIT_S = 1.0
"""How long a stopped reply waits for what its provider says to that."""

OpenStream = Callable[[], AsyncGenerator[StreamEvent, None]]


class StreamWorker:
    """One reply under way. Readers subscribe; whoever made it waits for it or cancels it."""

    def __init__(
        self,
        open_stream: OpenStream,
        *,
        retry: RetryPolicy | None = None,
        clock: Callable[[], float] = time.monotonic,
        name: str = "reply",
    ) -> None:
        """Prepare a worker; nothing is sent before `start`.

        Args:
            open_stream: Opens the provider's stream; called once for each try.
            retry: When to try again; the usual policy when left out.
            clock: Monotonic seconds.
            name: The task's name.
        """
        self._open_stream = open_stream
        self._retry = retry or RetryPolicy()
        self._clock = clock
        self._name = name
        self._log = EventLog()
        self._stamper: Stamper | None = None
        self._started: Started | None = None
        self._has_content = False
        self._task: asyncio.Task[None] | None = None
        self._cancelling = False

    @property
    def terminal(self) -> Terminal | None:
        """How the reply ended, or null while it is under way."""
        return self._log.terminal

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop, and its server has still to say what it makes of that."""
        return self._cancelling and self._log.terminal is None

    def start(self) -> None:
        """Send the request. Must be called once, with a running event loop."""
        assert self._task is None, "a worker starts once"
        self._stamper = Stamper(self._clock)
        if self._cancelling:
            self._emit(Finished("cancelled"))
            return
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)
        self._task.add_done_callback(self._ensure_terminal)

    def cancel(self) -> None:
        """Stop, or never start. A second call would interrupt the clean-up of the first."""
        if not self._cancelling:
            self._cancelling = True
            if self._task is not None:
                self._task.cancel()

    async def wait(self) -> Terminal:
        """Wait for the end, whatever it is, and until the provider's stream is closed."""
        async with aclosing(self.subscribe()) as batches:
            async for _ in batches:
                pass
        if self._task is not None:
            await asyncio.wait({self._task})
        assert self._log.terminal is not None
        return self._log.terminal

    def subscribe(
        self, *, since: int = 0, pace_s: float = 0.0
    ) -> AsyncGenerator[Sequence[StreamEvent], None]:
        """Read the events, from the first one or from `since`; see `EventLog.read`."""
        return self._log.read(since=since, pace_s=pace_s)

    def at_end(self, tell: Callable[[], None]) -> None:
        """Have it told as soon as the terminal event has come, which has not come yet."""
        self._log.at_end(tell)

    async def _run(self) -> None:
        answers = StopAnswers()
        STOP_ANSWERS.set(answers)
        try:
            await self._try_until_done()
        except asyncio.CancelledError:
            # The connection is closed by now, and nothing else runs for this reply.
            self._end(Finished("cancelled", stop_answer=await answers.heard(STOP_WAIT_S)))
            raise
        except ProviderError as error:
            log.info("the stream of %s failed: %s", self._name, error)
            self._end(_stream_error(error))
        except Exception:
            log.exception("a provider's stream failed in our own code")
            self._end(
                StreamError(
                    "internal",
                    "chat-tui made a mistake while reading the reply",
                    hint=f"what came so far is kept; {see_log()}",
                )
            )

    async def _try_until_done(self) -> None:
        tried = 0
        while True:
            tried += 1
            try:
                await self._stream_once()
            except ProviderError as error:
                if self._cancelling or self._log.terminal is not None:
                    raise  # a failed clean-up: there is nothing left to try
                if self._has_content:
                    self._end_after_content(error)
                    return
                delay_s = self._retry.delay_s(error, tried=tried)
                if delay_s is None:
                    raise
                self._emit(
                    Notice(
                        f"{error.message}; try {tried + 1} of {self._retry.tries}"
                        f" in {delay_s:.1f} s",
                        wait_s=round(delay_s, 3),
                    )
                )
                await asyncio.sleep(delay_s)
            else:
                return

    async def _stream_once(self) -> None:
        room_chars = MAX_CHARS
        async with aclosing(self._open_stream()) as events:
            async for event in events:
                self._emit(event)
                if self._log.terminal is not None:
                    return
                room_chars -= weight_chars(event)
                if room_chars < 0:
                    self._emit(Notice(TOO_LONG))
                    self._emit(Finished("length"))
                    return
        raise ProtocolViolation("the reply ended without saying how")

    def _end_after_content(self, error: ProviderError) -> None:
        """Text is never lost to an error: a broken connection leaves an incomplete reply."""
        if error.kind == "network":
            self._emit(Notice(error.told))
            self._emit(Finished("incomplete"))
        else:
            self._emit(_stream_error(error))

    def _emit(self, event: StreamEvent) -> None:
        if self._has_content and type(event) is TextDelta:
            pass  # nearly all events are such
        elif isinstance(event, Started):
            if event == self._started:
                return  # a later try says it again
            self._started = event
        elif isinstance(event, Content):
            self._has_content = True
        assert self._stamper is not None
        self._log.append(self._stamper.stamp(event))

    def _end(self, terminal: Terminal) -> None:
        """End the log, unless the stream has; the clean-up after a cancel may fail in any way."""
        if self._log.terminal is None:
            told = isinstance(terminal, Finished) and terminal.reason == "cancelled"
            self._emit(terminal if told or not self._cancelling else Finished("cancelled"))

    def _ensure_terminal(self, _task: asyncio.Task[None]) -> None:
        """A task that is cancelled before its first step never runs at all."""
        self._end(Finished("cancelled"))


def _stream_error(error: ProviderError) -> StreamError:
    return StreamError(error.kind, error.message, error.hint, error.status, error.retry_after_s)
