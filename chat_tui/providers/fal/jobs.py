"""fal's queue over its connection: a job is submitted, followed, fetched and cancelled.

Vendor page: https://docs.fal.ai/model-apis/model-endpoints/queue (read 2026-11-20).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final
from urllib.parse import urlsplit

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed, Rejected, Stalled
from chat_tui.events import StopAnswer
from chat_tui.net.json import decode_json
from chat_tui.net.limits import idle_guard
from chat_tui.providers.connection import NO_LIMIT_S, Connection
from chat_tui.providers.fal.queue import (
    KNOWN,
    JobState,
    Ticket,
    decode_state,
    decode_ticket,
    poll_url,
    stream_url,
)
from chat_tui.providers.jobs import FIRST_WAIT_S, LONGEST_WAIT_S, asked_once, poll

log = logging.getLogger(__name__)

NO_REQUEST: Final = "00000000-0000-4000-8000-000000000000"
"""The id of a request that does not exist."""
FIRST_STATE_S: Final = 5.0
"""A queue that streams tells the first state at once; one that is slower is asked instead."""
MAX_UNKNOWN: Final = 100
"""So many inquiries in a row may tell a status that nobody knows."""

_NAMESPACES: Final = ("workflows/", "comfy/")
"""What stands before the owner in some app ids."""
_NO_STREAM: Final = frozenset({404, 405})
_OVER: Final = 400
"""How the queue answers who wants to stop what is completed: `ALREADY_COMPLETED`."""
_REACHED: Final = frozenset({400, 404, 405, 409, 410, 422})
"""How a server answers that has taken the key, and knows no such request."""


class FalQueue:
    """The queue of one provider."""

    def __init__(
        self,
        connection: Connection,
        queue_url: str,
        *,
        idle_s: float,
        first_wait_s: float = FIRST_WAIT_S,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        """Describe the queue.

        Args:
            connection: The way to it; closed with the queue.
            queue_url: Its address; nothing at another origin is asked.
            idle_s: How long a job may stay as it is; 0 is no limit.
            first_wait_s: Between two inquiries about a job that has just moved.
            longest_wait_s: Between two inquiries about one that has not for long.
        """
        self.host = urlsplit(queue_url).hostname or "the queue"
        self._connection = connection
        self._queue_url = queue_url
        self._idle_s = idle_s
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._streams = True

    async def submit(self, app: str, body: dict[str, object]) -> Ticket:
        """Put a request into the queue.

        Raises:
            ProviderError: the queue does not take it.
        """
        with asked_once():
            async with self._connection.open("POST", f"/{app}", json=body) as reply:
                return decode_ticket(await reply.json(), queue_url=self._queue_url)

    async def cancel(self, ticket: Ticket) -> StopAnswer | None:
        """Take a request out of the queue, or stop it.

        Returns:
            What the queue says to that; null where it names no place for it.

        Raises:
            ProviderError: the way there failed, or the queue does not know the request.
        """
        if not ticket.cancel_url:
            return None
        try:
            async with self._connection.open("PUT", ticket.cancel_url):
                return "confirmed"
        except Rejected as error:
            if error.status != _OVER:
                raise
            return "too_late"

    async def states(self, ticket: Ticket) -> AsyncGenerator[JobState, None]:
        """Yield each new state of a job, from the queue's stream, or by asking again and again.

        Raises:
            ProviderError: the job cannot be followed. It is never `retryable`.
        """
        idle_s = self._idle_s
        if self._streams:
            patience_s = min(FIRST_STATE_S, idle_s / 2) if idle_s > 0 else FIRST_STATE_S
            try:
                async with aclosing(
                    _changes(self._state_stream(ticket), idle_s, host=self.host)
                ) as states:
                    async with asyncio.timeout(patience_s):
                        state = await anext(states, None)
                    while state is not None:
                        yield state
                        if state.completed:
                            return
                        state = await anext(states, None)
            except Stalled as error:
                error.retryable = False  # the job exists: a second request would make another
                raise
            except ProviderError as error:
                self._streams = error.status not in _NO_STREAM
                log.info("the queue's stream of states ended: %s", error)
            except TimeoutError:
                log.info("the queue's stream of states did not begin")
        inquiries = poll(
            _Inquiry(self._connection, ticket).ask,
            done=lambda state: state.completed,
            idle_s=idle_s,
            first_s=self._first_wait_s,
            longest_s=self._longest_wait_s,
            host=self.host,
        )
        async with aclosing(inquiries) as states:
            async for state in states:
                yield state

    async def _state_stream(self, ticket: Ticket) -> AsyncGenerator[JobState, None]:
        state = JobState("")
        async with (
            self._connection.open("GET", stream_url(ticket.status_url)) as reply,
            aclosing(reply.frames()) as frames,
        ):
            async for frame in frames:
                try:
                    document = decode_json(frame.data)
                except ProtocolViolation:
                    continue  # a keepalive, or nonsense: the inquiries after it will tell
                state = decode_state(document, state)
                yield state

    async def result(self, ticket: Ticket) -> object:
        """Fetch what was made and paid for, also over a bad connection.

        Raises:
            ProviderError: there is none, or it cannot be fetched. It is never `retryable`.
        """

        async def fetch() -> object:
            return await self._connection.get_json(ticket.response_url)

        results = poll(
            fetch,
            done=lambda _: True,
            idle_s=self._idle_s,
            first_s=self._first_wait_s,
            longest_s=self._longest_wait_s,
            host=self.host,
        )
        async with aclosing(results):
            return await anext(results)

    async def ask_for_nothing(self, app: str) -> None:
        """Ask for a request that does not exist, which costs nothing.

        Raises:
            ProviderError: the queue is not there, or does not take the key.
        """
        owner_and_alias = app.split("/")[: 3 if app.startswith(_NAMESPACES) else 2]
        place = f"/{'/'.join(owner_and_alias)}/requests/{NO_REQUEST}/status"
        try:
            async with self._connection.open("GET", place) as reply:
                await reply.start()
        except Rejected as error:
            if error.status not in _REACHED:
                raise

    async def aclose(self) -> None:
        await self._connection.aclose()


class _Inquiry:
    """Asks for the state of one job."""

    def __init__(self, queue: Connection, ticket: Ticket) -> None:
        self._queue = queue
        self._url = poll_url(ticket.status_url)
        self._unknown = 0

    async def ask(self) -> JobState:
        """Ask once.

        Raises:
            ProviderError: the way there failed, or the job's status is nothing to wait for.
        """
        state = decode_state(await self._queue.get_json(self._url))
        self._unknown = 0 if state.status in KNOWN else self._unknown + 1
        if self._unknown > MAX_UNKNOWN:
            raise ProviderFailed(f"the queue goes on saying {state.status!r} of the job")
        return state


async def _changes(
    states: AsyncGenerator[JobState, None], idle_s: float, *, host: str
) -> AsyncGenerator[JobState, None]:
    """Yield the states that differ from the one before; those that do not are no sign of life."""
    latest: list[JobState] = []

    def is_known(state: JobState) -> bool:
        return latest == [state]

    guarded = idle_guard(states, idle_s or NO_LIMIT_S, host=host, keepalive=is_known)
    async with aclosing(guarded):
        async for state in guarded:
            if not is_known(state):
                yield state
            latest[:] = [state]
