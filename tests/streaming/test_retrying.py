"""A worker asks again only before the first content, against a real server."""

import pytest

from chat_tui.events import Finished, Notice, Started, StreamError, StreamEvent, TextDelta
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.simulator.script import Comment, Done, Drop, Fail, Finish, Gate, Hold, Script, say
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from tests.builders import AT_ONCE, chat_provider, patiently, read_all, text_of, text_seen
from tests.streaming.requests import ask

ANSWER = Script((*say("Hello"), Finish(), Done()))
BUSY = Script(status=503, content_type="text/plain", body=b"busy")


def never(low: float, high: float) -> float:
    raise AssertionError("the server's own wait is to be followed")


def busy_for(value: str, *, header: str = "retry-after") -> Script:
    return Script(status=503, content_type="text/plain", body=b"busy", headers={header: value})


def notices(events: list[StreamEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Notice)]


async def reply(
    provider: ChatProvider, retry: RetryPolicy = AT_ONCE
) -> tuple[list[StreamEvent], Finished | StreamError]:
    worker = ask(provider, retry=retry)
    worker.start()
    return await read_all(worker), await worker.wait()


async def test_a_busy_server_is_asked_again_and_the_reader_told(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(BUSY, ANSWER)
    events, end = await reply(provider)
    (notice,) = notices(events)
    assert "127.0.0.1" in notice
    assert notice.endswith("; try 2 of 3 in 0.0 s")
    assert text_of(events) == "Hello"
    assert isinstance(end, Finished)
    assert len(simulator.calls) == 2


async def test_the_same_request_is_sent_again(simulator: Simulator, provider: ChatProvider) -> None:
    simulator.enqueue(BUSY, ANSWER)
    await reply(provider)
    first, second = simulator.calls
    assert first.body == second.body


async def test_a_connection_broken_before_content_is_tried_again(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script((Comment(), Drop(reset=False))), Script((Drop(),)), ANSWER)
    events, end = await reply(provider)
    assert text_of(events) == "Hello"
    assert isinstance(end, Finished)
    assert (len(notices(events)), len(simulator.calls)) == (2, 3)


async def test_the_number_of_tries_is_bounded(simulator: Simulator, provider: ChatProvider) -> None:
    simulator.enqueue(BUSY, BUSY, BUSY, ANSWER)
    events, end = await reply(provider)
    assert isinstance(end, StreamError)
    assert (end.kind, end.status) == ("provider", 503)
    assert (len(notices(events)), len(simulator.calls)) == (2, 3)


async def test_a_connection_broken_after_text_is_never_tried_again(
    simulator: Simulator, provider: ChatProvider
) -> None:
    gate = Gate()
    simulator.enqueue(Script((*say("Hell"), Hold(gate), Drop())), ANSWER)
    worker = ask(provider, retry=AT_ONCE)
    worker.start()
    await text_seen(worker)
    gate.open()
    events = await read_all(worker)
    assert text_of(events) == "Hell"
    assert len(notices(events)) == 1
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "incomplete"
    assert len(simulator.calls) == 1


async def test_an_error_of_the_provider_after_text_is_never_tried_again(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script((*say("Hell"), Fail("overloaded"))), ANSWER)
    events, end = await reply(provider)
    assert text_of(events) == "Hell"
    assert isinstance(end, StreamError)
    assert end.kind == "provider"
    assert "overloaded" in end.message
    assert len(simulator.calls) == 1


async def test_a_server_that_stalls_after_text_leaves_an_incomplete_reply(
    simulator: Simulator,
) -> None:
    async def stalled(idle_s: float) -> tuple[list[StreamEvent], Finished | StreamError]:
        simulator.enqueue(Script((*say("Hell"), Hold(Gate()))))
        simulator.calls.clear()
        async with chat_provider(simulator, idle_timeout_s=idle_s) as provider:
            return await reply(provider)

    events, end = await patiently(stalled, lambda outcome: text_of(outcome[0]) == "Hell")
    assert text_of(events) == "Hell"
    assert isinstance(end, Finished)
    assert end.reason == "incomplete"
    assert "idle_timeout_s" in notices(events)[0]
    assert len(simulator.calls) == 1


@pytest.mark.parametrize("script", [busy_for("0"), busy_for("10", header="retry-after-ms")])
async def test_a_short_retry_after_is_followed(
    simulator: Simulator, provider: ChatProvider, script: Script
) -> None:
    simulator.enqueue(script, ANSWER)
    events, end = await reply(provider, RetryPolicy(jitter=never))
    assert text_of(events) == "Hello"
    assert isinstance(end, Finished)
    assert len(simulator.calls) == 2


async def test_a_long_retry_after_is_left_to_the_user(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(busy_for("3600"), ANSWER)
    events, end = await reply(provider)
    assert notices(events) == []
    assert isinstance(end, StreamError)
    assert end.retry_after_s == 3600
    assert len(simulator.calls) == 1


@pytest.mark.parametrize(("status", "kind"), [(401, "auth"), (404, "rejected"), (422, "rejected")])
async def test_a_refusal_is_not_tried_again(
    simulator: Simulator, provider: ChatProvider, status: int, kind: str
) -> None:
    simulator.enqueue(Script(status=status, content_type="text/plain", body=b"no"), ANSWER)
    _, end = await reply(provider)
    assert isinstance(end, StreamError)
    assert (end.kind, end.status) == (kind, status)
    asked = [call for call in simulator.calls if call.method == "POST"]
    assert len(asked) == 1


async def test_a_later_try_does_not_say_again_that_it_started(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(BUSY, ANSWER)
    events, _ = await reply(provider)
    assert sum(isinstance(event, Started) for event in events) == 1
    assert isinstance(events[-2], TextDelta)
