"""fal's queue: tickets and states, and jobs that are followed over real sockets."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from chat_tui.errors import ProtocolViolation, ProviderFailed
from chat_tui.events import Finished, ImageProgress, Started, StreamEvent
from chat_tui.net.client import HttpClient
from chat_tui.providers.fal import jobs as fal_jobs
from chat_tui.providers.fal.provider import FalProvider
from chat_tui.providers.fal.queue import (
    JobState,
    Ticket,
    check_origin,
    decode_state,
    decode_ticket,
    poll_url,
    progress_of,
    stream_url,
)
from chat_tui.simulator.dialect import Answer
from chat_tui.simulator.pictures import landscape
from chat_tui.simulator.script import (
    Act,
    Comment,
    Drop,
    Fail,
    Finish,
    Gate,
    Hang,
    Hold,
    Pause,
    Picture,
    Progress,
    Raw,
    Say,
    Script,
)
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker
from tests.builders import patiently
from tests.providers.asking import Heard, ask, ask_once, closing, heard, request
from tests.providers.fal_sim import WORDS, asked_for, fal, refuse

QUEUE = "https://queue.fal.run"
PLACE = f"{QUEUE}/fal-ai/flux/requests/7"
TICKET = {
    "request_id": "7",
    "status_url": f"{PLACE}/status",
    "response_url": PLACE,
    "cancel_url": f"{PLACE}/cancel",
    "queue_position": 3,
}
PNG = landscape("x", cells=2)
ENDING: tuple[Act, ...] = (Picture(PNG), Finish())
NO_STREAM = Script(status=404, content_type="application/json", body=b'{"detail": "Not Found"}')
JOB = "/fal/queue/fal-ai/flux/requests/ID"
RETRYING = RetryPolicy(jitter=lambda _low, _high: 0.0)


def through_queue(simulator: Simulator, **options: Any) -> FalProvider:
    return fal(simulator, transport="queue", **options)


def progress(events: list[StreamEvent]) -> list[tuple[str, int | None, str]]:
    return [
        (event.state, event.queue_position, event.note)
        for event in events
        if isinstance(event, ImageProgress) and event.state != "saving"
    ]


def test_a_ticket_is_read() -> None:
    ticket = Ticket("7", f"{PLACE}/status", PLACE, f"{PLACE}/cancel", 3)
    assert decode_ticket(TICKET, queue_url=QUEUE) == ticket


@pytest.mark.parametrize("position", [None, "3", True, -1])
def test_a_ticket_may_say_less(position: object) -> None:
    less = {**TICKET, "cancel_url": None, "queue_position": position}
    ticket = decode_ticket(less, queue_url=QUEUE)
    assert (ticket.cancel_url, ticket.queue_position) == ("", None)


@pytest.mark.parametrize("missing", ["request_id", "status_url", "response_url"])
def test_a_reply_that_is_no_ticket_is_refused(missing: str) -> None:
    with pytest.raises(ProtocolViolation, match="not that of a fal queue"):
        decode_ticket({**TICKET, missing: None}, queue_url=QUEUE)


def test_an_error_instead_of_a_ticket_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="it broke"):
        decode_ticket({"detail": "it broke"}, queue_url=QUEUE)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/a",
        "http://queue.fal.run/a",
        "https://queue.fal.run:444/a",
        "https://queue.fal.run.evil.test/a",
        "https://queue.fal.run@evil.test/a",
        "https://user:word@queue.fal.run/a",
        "//queue.fal.run/a",
        "HTTPS://queue.fal.run/a",
        "/fal-ai/flux/requests/7",
        "https://[::1/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(ProtocolViolation, match="not where queue_url is") as caught:
        check_origin(url, QUEUE)
    assert "queue_url" in caught.value.hint


@pytest.mark.parametrize("url", [PLACE, "https://QUEUE.fal.run:443/other/place"])
def test_an_address_at_the_queue_is_taken(url: str) -> None:
    check_origin(url, f"{QUEUE}/prefix")


def test_the_places_of_states_keep_their_query() -> None:
    assert stream_url(f"{PLACE}/status") == f"{PLACE}/status/stream?logs=1"
    assert stream_url(f"{PLACE}/status/?a=b#c") == f"{PLACE}/status/stream?a=b&logs=1"
    assert poll_url(f"{PLACE}/status?a=b") == f"{PLACE}/status?a=b&logs=1"


def log_of(*lines: object) -> dict[str, object]:
    return {"status": "IN_PROGRESS", "logs": [*lines]}


def test_an_inquiry_has_the_whole_log_and_a_stream_what_is_new() -> None:
    first = decode_state(log_of({"message": "a"}, {"message": "b"}))
    assert (first.lines, first.line_count) == (("a", "b"), 2)
    again = decode_state(log_of({"message": "a"}, {"message": "b"}))
    assert again == first
    later = decode_state(log_of({"message": "c"}, "d"), first)
    assert (later.lines, later.line_count) == (("b", "c", "d"), 4)
    assert decode_state(log_of(), later) == later


def test_a_line_that_is_said_twice_is_something_new() -> None:
    states = [JobState("IN_PROGRESS", lines=("a",) * 3, line_count=3)]
    states.append(decode_state(log_of("a"), states[-1]))
    assert states[0] != states[1]
    assert states[0].lines == states[1].lines


@pytest.mark.parametrize("logs", [None, {}, [None, 3, {"message": " "}, {"text": "x"}]])
def test_a_log_that_cannot_be_read_is_empty(logs: object) -> None:
    assert decode_state({"status": "IN_PROGRESS", "logs": logs}).lines == ()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, ""),
        ({"error": None}, ""),
        ({"error": "it broke"}, "it broke"),
        ({"error": "it broke", "error_type": "runner_error"}, "it broke (runner_error)"),
        ({"error": {"message": "it broke"}}, "it broke"),
        ({"error": {"detail": [{"msg": "it broke"}]}, "error_type": 3}, "it broke"),
    ],
)
def test_a_completed_job_may_have_failed(more: dict[str, object], error: str) -> None:
    state = decode_state({"status": "COMPLETED", **more})
    assert (state.completed, state.error) == (True, error)


@pytest.mark.parametrize("body", [None, [], "IN_QUEUE", {}, {"status": 3}])
def test_what_is_no_state_is_refused(body: object) -> None:
    with pytest.raises(ProtocolViolation, match="not the state of a job"):
        decode_state(body)


def test_an_error_instead_of_a_state_is_the_providers() -> None:
    with pytest.raises(ProviderFailed, match="gone"):
        decode_state({"detail": "gone"})


def test_a_state_is_progress() -> None:
    assert progress_of(JobState("IN_QUEUE", 2), "j") == ImageProgress(
        "j", "queued", queue_position=2
    )
    assert progress_of(JobState("IN_PROGRESS", None, ("a", "b")), "j") == ImageProgress(
        "j", "running", note="a · b"
    )


async def test_a_job_is_followed_by_its_stream(simulator: Simulator) -> None:
    acts = (
        Progress(queue_position=2),
        Comment(),
        Progress(note="Loading"),
        Progress(note="Drawing"),
    )
    simulator.enqueue(Script((*acts, *ENDING)))
    events = await ask_once(through_queue(simulator), request(parameters={"seed": 7}))
    assert isinstance(events[0], Started)
    assert events[0].remote_id
    assert progress(events) == [
        ("queued", 0, ""),
        ("queued", 2, ""),
        ("running", None, "Loading"),
        ("running", None, "Loading · Drawing"),
    ]
    found = heard(events)
    assert [picture.seed for picture in found.pictures] == [7]
    assert (found.finish, found.notices) == ("stop", [])
    assert asked_for(simulator) == [
        "POST /fal/queue/fal-ai/flux/dev",
        f"GET {JOB}/status/stream",
        f"GET {JOB}",
    ]
    assert simulator.calls[0].json == {"prompt": "hi", "seed": 7}
    assert simulator.calls[1].query == "logs=1"


@pytest.mark.parametrize(
    "trouble",
    [
        NO_STREAM,
        Script((Drop(),)),
        Script(body=b""),
        Script(body=b'{"detail": "no"}', content_type="application/json"),
        Script((Raw(b"data: {nonsense\n\n"),)),
        Script((Raw(b'data: {"detail": "no"}\n\n'),)),
    ],
)
async def test_a_job_is_asked_for_where_its_stream_does_not_work(
    simulator: Simulator, trouble: Script
) -> None:
    acts = (Progress(queue_position=1), Progress(note="Loading"), Progress(note="Drawing"))
    simulator.enqueue(trouble, Script((*acts, *ENDING)))
    events = await ask_once(through_queue(simulator))
    assert progress(events)[-3:] == [
        ("queued", 1, ""),
        ("running", None, "Loading"),
        ("running", None, "Loading · Drawing"),
    ]
    assert (heard(events).finish, len(heard(events).pictures)) == ("stop", 1)
    asked = asked_for(simulator)
    assert asked[2:] == [f"GET {JOB}/status"] * 4 + [f"GET {JOB}"]
    assert simulator.calls[2].query == "logs=1"


async def test_a_stream_that_ends_too_early_is_gone_on_with(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(note="Loading"),)), Script(ENDING))
    found = heard(await ask_once(through_queue(simulator)))
    assert (found.finish, len(found.pictures)) == ("stop", 1)


async def test_a_queue_without_streams_is_not_asked_for_them_again(simulator: Simulator) -> None:
    simulator.enqueue(NO_STREAM, Script(ENDING), Script(ENDING))
    async with closing(through_queue(simulator)) as provider:
        for _ in range(2):
            assert heard(await ask(provider)).finish == "stop"
    assert asked_for(simulator).count(f"GET {JOB}/status/stream") == 1


async def test_a_stream_that_does_not_begin_is_left(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fal_jobs, "FIRST_STATE_S", 1.0)  # longer than the request takes on its way
    simulator.enqueue(Script((Raw(b": waiting\n\n"), Hang())), Script(ENDING))
    found = heard(await ask_once(through_queue(simulator)))
    assert (found.finish, len(found.pictures)) == ("stop", 1)


async def test_the_queue_says_how_long_it_took(simulator: Simulator) -> None:
    body = b'{"status": "COMPLETED", "metrics": {"inference_time": 3.42}, "logs": null}'
    assert decode_state(json.loads(body)).took_s == 3.42
    simulator.enqueue(Script(ENDING))
    async with closing(through_queue(simulator)) as provider:
        notes = [one.note for one in await ask(provider) if isinstance(one, ImageProgress)]
    assert notes[-1] == "made in 0.5 s"  # by the result itself, which knows it better


async def test_words_come_through_the_queue_too(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("Hel"), Say("lo"), Finish())))
    events = await ask_once(through_queue(simulator, model=WORDS))
    assert heard(events).text == "Hello"
    last = [event for event in events if isinstance(event, ImageProgress)][-1]
    assert last.fraction == 1.0
    assert heard(events).finish == "stop"


async def test_a_completed_job_with_an_error_is_a_failure(simulator: Simulator) -> None:
    simulator.enqueue(Script((Progress(note="Loading"), Fail("it broke", "runner_disconnected"))))
    async with closing(through_queue(simulator)) as provider:
        error = heard(await ask(provider)).error
    assert error is not None
    assert (error.kind, error.message) == (
        "provider",
        "127.0.0.1 reports: it broke (runner_disconnected)",
    )
    assert not [call for call in simulator.calls if call.method == "PUT"]


async def test_a_result_that_is_an_error_says_why(simulator: Simulator) -> None:
    simulator.enqueue(Script(ENDING))
    flagged = {"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}
    body = json.dumps({"detail": [flagged]}).encode()
    refuse(simulator, "GET", ".*/requests/[^/]+", Answer(body, status=422))
    error = heard(await ask_once(through_queue(simulator))).error
    assert error is not None
    assert (error.kind, error.status) == ("rejected", 422)
    assert "body.prompt: flagged" in error.message


async def test_a_result_is_fetched_again_after_a_hiccup(simulator: Simulator) -> None:
    simulator.enqueue(Script(ENDING))
    refuse(simulator, "GET", ".*/requests/[^/]+", Answer(b"{}", status=503))
    async with closing(through_queue(simulator)) as provider:
        error = heard(await ask(provider, retry=RETRYING)).error
    assert error is not None
    assert error.status == 503
    asked = asked_for(simulator)
    assert asked.count(f"GET {JOB}") == 4
    # The job is there: a second one is not paid for.
    assert asked.count("POST /fal/queue/fal-ai/flux/dev") == 1


async def test_an_unknown_status_is_waited_for_and_told(simulator: Simulator) -> None:
    strange = b'data: {"status": "PAUSED"}\n\n'
    simulator.enqueue(Script((Raw(strange), Raw(strange), *ENDING)))
    events = await ask_once(through_queue(simulator))
    assert heard(events).notices == ["the queue says 'PAUSED'; waiting for it to be completed"]
    assert heard(events).finish == "stop"


async def test_an_unknown_status_is_not_waited_for_without_end(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fal_jobs, "MAX_UNKNOWN", 5)
    refuse(simulator, "GET", ".*/status/stream", Answer(b"{}", status=404))
    refuse(simulator, "GET", ".*/status", Answer(b'{"status": "FAILED"}'))
    error = heard(await ask_once(through_queue(simulator, idle_timeout_s=0))).error
    assert error is not None
    assert (error.kind, error.message) == (
        "provider",
        "the queue goes on saying 'FAILED' of the job",
    )
    assert asked_for(simulator)[-1] == f"PUT {JOB}/cancel"


async def test_a_job_that_does_not_move_is_given_up_and_cancelled(simulator: Simulator) -> None:
    same = b'data: {"status": "IN_QUEUE", "queue_position": 4}\n\n'

    async def stalled(idle_s: float) -> tuple[Heard, list[str]]:
        simulator.enqueue(Script((Raw(same), Pause(0.02)) * 500))
        simulator.calls.clear()
        async with closing(through_queue(simulator, idle_timeout_s=idle_s)) as provider:
            found = heard(await ask(provider, retry=RETRYING))
        return found, asked_for(simulator)

    found, asked = await patiently(stalled, lambda outcome: f"PUT {JOB}/cancel" in outcome[1])
    assert found.error is not None
    assert found.error.kind == "network"
    assert asked[-1] == f"PUT {JOB}/cancel"
    assert asked.count("POST /fal/queue/fal-ai/flux/dev") == 1


async def test_a_stop_cancels_the_job(simulator: Simulator) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(queue_position=1), Hold(gate))))
    async with closing(through_queue(simulator)) as provider:
        worker = StreamWorker(lambda: provider.stream(request()))
        worker.start()
        await gate.reached.wait()
        worker.cancel()
        end = await worker.wait()
    assert isinstance(end, Finished)
    assert (end.reason, end.stop_answer) == ("cancelled", "confirmed")
    (cancel,) = [call for call in simulator.calls if call.method == "PUT"]
    assert cancel.path.endswith("/cancel")


@pytest.mark.parametrize(
    ("status", "answer"), [(400, "too_late"), (404, "unanswered"), (500, "unanswered")]
)
async def test_what_the_queue_says_to_a_stop_is_told(
    simulator: Simulator, status: int, answer: str
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Progress(queue_position=1), Hold(gate))))
    refuse(simulator, "PUT", f"{JOB.replace('ID', '[^/]+')}/cancel", Answer(b"{}", status=status))
    async with closing(through_queue(simulator)) as provider:
        worker = StreamWorker(lambda: provider.stream(request()))
        worker.start()
        await gate.reached.wait()
        worker.cancel()
        end = await worker.wait()
    assert isinstance(end, Finished)
    assert end.stop_answer == answer


async def test_a_stop_right_after_the_ticket_cancels_the_job(simulator: Simulator) -> None:
    async with (
        closing(through_queue(simulator)) as provider,
        aclosing(provider.stream(request())) as events,
    ):
        assert isinstance(await anext(events), Started)
    assert asked_for(simulator) == ["POST /fal/queue/fal-ai/flux/dev", f"PUT {JOB}/cancel"]


async def test_a_stop_while_the_job_is_submitted_cancels_it_once_it_has_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat_tui.streaming.worker.STOP_WAIT_S", 0.01)
    gate = Gate()
    async with Simulator() as simulator:
        # A stream stands in for a queue that is slow to give out its ticket.
        ticket = {
            "request_id": "7",
            "status_url": f"{simulator.url}/status",
            "response_url": f"{simulator.url}/result",
            "cancel_url": f"{simulator.url}/cancel",
        }
        body = json.dumps(ticket).encode()
        simulator.enqueue(Script((Raw(b" "), Hold(gate), Raw(body))))
        provider = fal(
            simulator,
            transport="queue",
            queue_url=f"{simulator.url}/fal/run",
            model="fal-ai/flux/stream",
            path="",
        )
        async with closing(provider):
            worker = StreamWorker(lambda: provider.stream(request()))
            worker.start()
            await gate.reached.wait()
            worker.cancel()
            await worker.wait()
            gate.open()
        assert asked_for(simulator) == ["POST /fal/run/fal-ai/flux/stream", "PUT /cancel"]


async def test_a_job_without_a_place_to_cancel_it_is_left(simulator: Simulator) -> None:
    async with closing(through_queue(simulator)) as provider:
        await provider._queue.cancel(Ticket("7", "", "", ""))
    assert simulator.calls == []


async def test_a_queue_that_sends_us_elsewhere_is_not_followed() -> None:
    async with Simulator() as elsewhere, Simulator() as simulator:
        place = f"{elsewhere.url}/fal/queue/a/b/requests/7"
        urls = {"status_url": f"{place}/status", "response_url": place, "cancel_url": place}
        body = json.dumps({"request_id": "7", **urls}).encode()
        refuse(simulator, "POST", "/fal/queue/.*", Answer(body))
        error = heard(await ask_once(through_queue(simulator))).error
        assert error is not None
        assert error.kind == "protocol"
        assert "queue_url" in error.hint
        assert elsewhere.calls == []


async def test_jobs_at_the_same_time_do_not_mix(simulator: Simulator) -> None:
    # Whichever asks first gets the first script: both have their own picture at the end.
    simulator.enqueue(Script(ENDING), Script(ENDING))
    async with closing(through_queue(simulator)) as provider:
        replies = await asyncio.gather(ask(provider), ask(provider))
    ids = {event.remote_id for events in replies for event in events if isinstance(event, Started)}
    assert len(ids) == 2
    assert all(len(heard(events).pictures) == 1 for events in replies)


async def test_the_picture_of_a_result_can_be_fetched(simulator: Simulator) -> None:
    simulator.enqueue(Script(ENDING))
    (picture,) = heard(await ask_once(through_queue(simulator))).pictures
    assert picture.url is not None
    client = HttpClient(simulator.url)
    try:
        async with client.open("GET", picture.url) as reply:
            assert await reply.body() == PNG
    finally:
        await client.aclose()
