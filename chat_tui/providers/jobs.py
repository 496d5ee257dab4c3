"""Remote jobs: following one by asking again and again, and telling its server to stop it.

submit ──▶ cancels.cancelling(...) around poll(fetch, ...) ──▶ result
                 │ left early
                 ▼
           the cancel request, in a task that `Cancels.aclose` waits for; `STOP_ANSWERS` has what
           came of it
"""

import asyncio
import logging
import math
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
)
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

from chat_tui.errors import ConnectionLost, ProviderError, Stalled
from chat_tui.events import StopAnswer
from chat_tui.providers.stopping import STOP_ANSWERS, SendStop

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 2.0
MAX_MISSES: Final = 4
"""When so many inquiries in a row have failed, the job is given up."""
MAX_POLLS: Final = 20_000
CANCEL_S: Final = 2.0
"""How long a cancel request may take."""

_GROWTH: Final = 1.5
_ON_ITS_WAY: Final = (
    "the server may make it, and charge for it, all the same; ask again for another"
)
_HINT: Final = "it may still go on at the provider; a higher idle_timeout_s in [app] waits longer"


async def poll(
    fetch: Callable[[], Awaitable[T]],
    *,
    done: Callable[[T], bool],
    idle_s: float,
    first_s: float = FIRST_WAIT_S,
    longest_s: float = LONGEST_WAIT_S,
    max_polls: int = MAX_POLLS,
    host: str = "the server",
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[T, None]:
    """Ask for a job's state until it is done, and yield each one that differs from the last.

    The waits between inquiries grow, and start anew when the job moves. A few inquiries in a row
    may fail in a way that passes; a wait that the server asks for is granted. The time that the
    reader takes between two states does not count.

    Args:
        fetch: Asks once. States are compared with `==`: leave out what changes all the time.
        done: Tells that the job is over; that state is yielded, and is the last one.
        idle_s: The most seconds without another state; 0 is no limit.
        first_s: The wait after a new state; the first inquiry comes at once.
        longest_s: The longest wait, but for what the server asks for.
        max_polls: The most inquiries in all.
        host: Who is asked, for messages.
        sleep: Waits for so many seconds.

    Raises:
        Stalled: the job did not move for `idle_s`, or took `max_polls` inquiries.
        ProviderError: an inquiry failed for good. It is never `retryable`: the job exists, and a
            second request would make another one.
    """
    loop = asyncio.get_running_loop()
    patience_s = idle_s if idle_s > 0 else math.inf
    deadline = loop.time() + patience_s
    wait_s = first_s
    misses = 0
    latest: list[T] = []  # one at most; any value may be a state
    for _ in range(max_polls):
        pause_s = wait_s
        limit = asyncio.timeout_at(None if math.isinf(deadline) else deadline)
        try:
            async with limit:
                state = await fetch()
        except TimeoutError:
            if limit.expired():
                raise _stalled(host, idle_s) from None
            raise
        except ProviderError as error:
            misses += 1
            if misses >= MAX_MISSES or not error.retryable:
                error.retryable = False
                raise
            log.info("inquiry about a job failed, %d in a row: %s", misses, error)
            pause_s = max(wait_s, error.retry_after_s or 0.0)
        else:
            misses = 0
            if latest != [state]:
                latest = [state]
                yield state
                deadline = loop.time() + patience_s
                pause_s = wait_s = first_s
            if done(state):
                return
        await sleep(min(pause_s, max(0.0, deadline - loop.time())))
        if loop.time() >= deadline:
            raise _stalled(host, idle_s)
        wait_s = min(wait_s * _GROWTH, longest_s)
    raise Stalled(f"the job at {host} is not done after {max_polls} inquiries", hint=_HINT)


@contextmanager
def asked_once() -> Iterator[None]:
    """Send within the block what each request is charged for, and have it asked for only once.

    Whether the server has a request whose connection is lost, nobody knows: no other one is sent
    unless the user wants it.
    """
    try:
        yield
    except ConnectionLost as error:
        error.retryable = False
        error.hint = error.hint or _ON_ITS_WAY
        raise


class Job:
    """A job that the server works on."""

    def __init__(self) -> None:
        self.over = False
        """It has ended, so that there is nothing to cancel any more; its follower says so."""


class Cancels:
    """The cancel requests of one provider that are still on their way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[StopAnswer | None]] = set()

    @asynccontextmanager
    async def cancelling(self, cancel: SendStop, *, name: str = "job") -> AsyncIterator[Job]:
        """Send the cancel request when the block is left by an exception before the job is over.

        That is a cancellation, a generator that is closed, or a failure such as `Stalled`: nobody
        will come back for what the job makes. Leaving does not wait for the request.

        Args:
            cancel: Sends it; it has 2 s, and failures are only logged.
            name: The job, for the log.
        """
        job = Job()
        try:
            yield job
        except BaseException:
            if not job.over:
                self._start(cancel, name)
            raise

    async def submitted(
        self,
        submit: Callable[[], Coroutine[None, None, T]],
        cancel: Callable[[T], Awaitable[StopAnswer | None]],
        *,
        name: str = "job",
    ) -> T:
        """Submit a job; when the caller is cancelled meanwhile, cancel it once it has a name.

        Args:
            submit: Sends the job, and returns what names it.
            cancel: Sends the cancel request for that; together they have 2 s then.
            name: The job, for the log.

        Raises:
            ProviderError: as `submit` does.
        """
        submitting = asyncio.create_task(submit(), name=f"submit {name}")

        async def cancel_late() -> StopAnswer | None:
            return await cancel(await submitting)

        try:
            return await asyncio.shield(submitting)
        except asyncio.CancelledError:
            self._start(cancel_late, name)
            raise

    async def aclose(self) -> None:
        """Wait until all requests are sent, or have taken too long. Idempotent."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, cancel: SendStop, name: str) -> None:
        task = asyncio.create_task(_send(cancel, name), name=f"cancel {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if (answers := STOP_ANSWERS.get()) is not None:
            answers.add(task)


async def _send(cancel: SendStop, name: str) -> StopAnswer | None:
    try:
        async with asyncio.timeout(CANCEL_S):
            answer = await cancel()
    except (ProviderError, TimeoutError) as error:
        reason = str(error) or "no answer in time"
        log.warning("%s was not cancelled at its server: %s", name, reason)
        return "unanswered"
    log.info("%s was to be cancelled at its server: %s", name, answer)
    return answer


def _stalled(host: str, idle_s: float) -> Stalled:
    return Stalled(f"the job at {host} did not move for {idle_s:g} s", hint=_HINT)
