"""One stream to its one terminal event, whatever the stream does."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from chat_tui.errors import (
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Stalled,
    Unreachable,
)
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.logs import start_logging
from chat_tui.streaming.worker import StreamWorker
from tests.builders import AT_ONCE, NO_RETRY, read_all, text_of
from tests.streaming.clock import Clock

Stream = AsyncGenerator[StreamEvent, None]

STARTED = Started("p", "m")
OK = Finished("stop")


def telling(
    *acts: StreamEvent | BaseException, afterwards: BaseException | None = None
) -> Callable[[], Stream]:
    """A stream that yields these events, or raises; and may fail when it is closed."""

    async def stream() -> Stream:
        try:
            for act in acts:
                if isinstance(act, BaseException):
                    raise act
                yield act
        finally:
            if afterwards is not None:
                raise afterwards

    return stream


async def told(
    *acts: StreamEvent | BaseException, afterwards: BaseException | None = None
) -> list[StreamEvent]:
    worker = StreamWorker(telling(*acts, afterwards=afterwards), retry=NO_RETRY, clock=Clock())
    worker.start()
    await worker.wait()
    return await read_all(worker)


async def test_a_reply_is_its_events_up_to_the_terminal_one() -> None:
    events: list[StreamEvent] = [STARTED, TextDelta("a"), Usage(1, 2)]
    assert await told(*events, OK) == [*events, Finished("stop", 0.0, 0.0)]


async def test_events_are_stamped() -> None:
    clock = Clock()

    async def stream() -> Stream:
        clock.tick(2)
        yield TextDelta("a")
        clock.tick(1)
        yield OK

    worker = StreamWorker(stream, clock=clock)
    worker.start()
    assert await worker.wait() == Finished("stop", elapsed_s=3.0, first_s=2.0)


async def test_the_clock_runs_from_the_start_not_from_the_making() -> None:
    clock = Clock()
    worker = StreamWorker(telling(OK), clock=clock)
    clock.tick(60)
    worker.start()
    assert await worker.wait() == Finished("stop", elapsed_s=0.0)


async def test_waiting_returns_how_it_ended() -> None:
    worker = StreamWorker(telling(TextDelta("a"), StreamError("provider", "sorry")))
    assert worker.terminal is None
    worker.start()
    assert await worker.wait() == StreamError("provider", "sorry")
    assert worker.terminal == StreamError("provider", "sorry")


async def test_what_follows_a_terminal_event_is_not_read() -> None:
    assert await told(OK, TextDelta("late"), ValueError("late")) == [Finished("stop", 0.0)]


async def test_a_stream_that_cannot_be_opened_is_an_error() -> None:
    def refuse() -> Stream:
        raise AuthFailed("no key", hint="set one")

    worker = StreamWorker(refuse)
    worker.start()
    assert await worker.wait() == StreamError("auth", "no key", "set one")


async def test_an_error_before_content_carries_all_that_is_known() -> None:
    error = RateLimited("slow down", hint="wait", status=429, retry_after_s=90, retryable=True)
    assert await told(STARTED, error) == [
        STARTED,
        StreamError("rate_limit", "slow down", "wait", 429, 90),
    ]


async def test_a_network_error_before_content_is_an_error() -> None:
    assert await told(STARTED, ConnectionLost("lost")) == [STARTED, StreamError("network", "lost")]


@pytest.mark.parametrize(
    "content",
    [
        TextDelta("a"),
        ReasoningDelta("a", 0.0),
        ToolCall("1", "find", "{}"),
        ImagePreview("job", 0, "image/png"),
        ImageResult("job", 0),
    ],
)
async def test_a_connection_lost_after_content_leaves_an_incomplete_reply(
    content: StreamEvent,
) -> None:
    *kept, notice, finished = await told(content, ConnectionLost("lost"))
    assert kept == [content]
    assert notice == Notice("lost")
    assert isinstance(finished, Finished)
    assert finished.reason == "incomplete"


@pytest.mark.parametrize(
    "event",
    [
        STARTED,
        Step("1", "s", "done", elapsed_s=0.0),
        ImageProgress("job", "running", elapsed_s=0.0),
    ],
)
async def test_a_connection_lost_before_content_is_an_error_even_after_signs_of_work(
    event: StreamEvent,
) -> None:
    assert await told(event, ConnectionLost("lost")) == [event, StreamError("network", "lost")]


@pytest.mark.parametrize("error", [Stalled, Unreachable])
async def test_every_network_error_after_content_is_told_with_its_hint(
    error: type[ProviderError],
) -> None:
    events = await told(TextDelta("a"), error("gone", hint="try again"))
    assert events[1:] == [Notice("gone (try again)"), Finished("incomplete", 0.0, 0.0)]


@pytest.mark.parametrize(
    ("error", "kind"), [(ProviderFailed, "provider"), (ProtocolViolation, "protocol")]
)
async def test_an_error_of_the_provider_after_content_keeps_the_text(
    error: type[ProviderError], kind: str
) -> None:
    text, end = await told(TextDelta("a"), error("no more", retryable=True))
    assert text == TextDelta("a")
    assert isinstance(end, StreamError)
    assert (end.kind, end.message) == (kind, "no more")


@pytest.mark.parametrize("before", [(), (STARTED,), (TextDelta("a"),)])
async def test_a_stream_that_just_ends_has_broken_the_protocol(
    before: tuple[StreamEvent, ...],
) -> None:
    *kept, end = await told(*before)
    assert kept == list(before)
    assert end == StreamError("protocol", "the reply ended without saying how")


async def test_a_bug_says_which_log_has_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    handler = start_logging(tmp_path / "chat-tui.log")
    try:
        *_, end = await told(ValueError("a bug"))
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    assert isinstance(end, StreamError)
    assert end.hint == "what came so far is kept; see ~/chat-tui.log"


async def test_a_bug_becomes_an_internal_error_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bug = ValueError("not for the eyes of a user")
    text, end = await told(TextDelta("a"), bug)
    assert text == TextDelta("a")
    assert isinstance(end, StreamError)
    assert end.kind == "internal"
    assert str(bug) not in end.message + end.hint
    (record,) = (record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[1] is bug


@pytest.mark.parametrize("error", [ConnectionLost("lost", retryable=True), ValueError("bug")])
@pytest.mark.parametrize("content", [(), (TextDelta("a"),)])
async def test_a_failure_to_close_does_not_change_how_it_ended(
    content: tuple[StreamEvent, ...], error: Exception
) -> None:
    calls: list[None] = []
    stream = telling(*content, OK, afterwards=error)

    def open_stream() -> Stream:
        calls.append(None)
        return stream()

    worker = StreamWorker(open_stream, retry=AT_ONCE, clock=Clock())
    worker.start()
    await worker.wait()
    events = await read_all(worker)
    assert events[:-1] == list(content)
    assert isinstance(events[-1], Finished)
    assert len(calls) == 1


async def test_waiting_outlasts_the_clean_up() -> None:
    closing = asyncio.Event()
    closed = asyncio.Event()

    async def stream() -> Stream:
        try:
            yield OK
        finally:
            await closing.wait()
            closed.set()

    worker = StreamWorker(stream)
    worker.start()
    await read_all(worker)
    closing.set()
    await worker.wait()
    assert closed.is_set()


async def test_readers_that_come_late_read_the_same() -> None:
    worker = StreamWorker(telling(STARTED, TextDelta("a"), TextDelta("b"), OK))
    early = asyncio.create_task(read_all(worker))
    worker.start()
    await worker.wait()
    assert await early == await read_all(worker)
    assert text_of(await early) == "ab"


async def test_a_reader_can_skip_what_it_has_seen() -> None:
    worker = StreamWorker(telling(STARTED, TextDelta("a"), OK))
    worker.start()
    await worker.wait()
    assert [len(batch) async for batch in worker.subscribe(since=2)] == [1]


async def test_a_worker_starts_once() -> None:
    worker = StreamWorker(telling(OK))
    worker.start()
    with pytest.raises(AssertionError):
        worker.start()
    await worker.wait()
