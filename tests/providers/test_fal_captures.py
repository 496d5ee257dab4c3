"""Bodies as fal sends them, over a real socket and through the decoder alone."""

import json
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat_tui.events import ImageProgress, StreamEvent
from chat_tui.net.json import decode_json
from chat_tui.providers.fal.dialect import FalDecoder
from chat_tui.providers.fal.queue import JobState, decode_state, decode_ticket
from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from tests.net.pieces import arriving, cut, sse_frames
from tests.providers.asking import ask_once, heard, terminals
from tests.providers.captured import through_decoder
from tests.providers.fal_sim import asked_for, fal

CAPTURES = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True, slots=True)
class Capture:
    file: str
    status: int
    content_type: str
    headers: dict[str, str]
    expect: dict[str, Any]

    @property
    def body(self) -> bytes:
        return (CAPTURES / self.file).read_bytes()

    def script(self, size: int | None) -> Script:
        return Script(
            body=self.body,
            status=self.status,
            content_type=self.content_type,
            headers=self.headers,
            cut=size,
        )


def from_manifest() -> Iterator[Capture]:
    for entry in json.loads((CAPTURES / "fal/manifest.json").read_text()):
        yield Capture(
            entry["file"],
            entry["status"],
            entry["content_type"],
            entry["headers"],
            entry["expect"],
        )


ALL = {one.file: one for one in from_manifest()}
STATES = ALL["fal/fal_queue_status_stream.sse"]
SUBMITTED = ALL["fal/fal_queue_submit.json"]
REPLIES = [one for one in ALL.values() if one not in (STATES, SUBMITTED)]
STREAMS = [one for one in REPLIES if one.file.endswith(".sse")]


def check(events: list[StreamEvent], capture: Capture) -> None:
    found, expect = heard(events), capture.expect
    assert found.text == expect.get("text", "")
    assert found.reasoning == expect.get("reasoning", "")
    assert [picture.url for picture in found.pictures] == expect.get("images_final", [])
    assert all(picture.seed == expect["seed"] for picture in found.pictures)
    assert len(found.previews) == expect.get("previews", 0)
    if "flagged" in expect:
        assert [picture.flagged for picture in found.pictures] == expect["flagged"]
    told = [event for event in events if isinstance(event, ImageProgress)]
    assert [one.fraction for one in told if one.state == "running"] == expect.get("progress", [])
    if "took" in expect:
        assert (told[-1].state, told[-1].note) == ("saving", expect["took"])
    if "error" in expect:
        assert found.error is not None
        assert expect["error"] in found.error.message
        assert found.error.kind == expect["kind"]
    else:
        assert (found.finish, found.error) == (expect["finish"], None)


def test_every_capture_is_read() -> None:
    bodies = {path.name for path in (CAPTURES / "fal").iterdir()} - {"manifest.json"}
    assert {f"fal/{name}" for name in bodies} == set(ALL)


@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", REPLIES, ids=lambda one: one.file)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    simulator: Simulator, capture: Capture, size: int | None
) -> None:
    simulator.enqueue(capture.script(size))
    events = await ask_once(fal(simulator))
    check(events, capture)
    assert terminals(events) == [-1]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("capture", STREAMS, ids=lambda one: one.file)
async def test_a_capture_through_the_decoder_gives_what_is_in_it(
    capture: Capture, size: int
) -> None:
    decoder = FalDecoder(provider="p", model="m", job="j")
    events = await through_decoder(decoder, capture.body, size)
    check(events, capture)


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
async def test_a_captured_stream_of_states_has_them_all(size: int) -> None:
    states = [JobState("")]
    frames = sse_frames(arriving(cut(STATES.body, size)), max_event_bytes=1 << 20, lenient=True)
    async with aclosing(frames):
        async for frame in frames:
            states.append(decode_state(decode_json(frame.data), states[-1]))
    del states[0]
    assert [state.status for state in states] == STATES.expect["statuses"]
    assert [state.queue_position for state in states[:2]] == STATES.expect["positions"]
    assert list(states[-1].lines) == STATES.expect["logs"]
    assert states[-1].completed
    assert states[-1].error == ""


@pytest.mark.parametrize("size", [1, 7, None])
async def test_a_captured_stream_of_states_is_followed_over_a_socket(
    simulator: Simulator, size: int | None
) -> None:
    simulator.enqueue(STATES.script(size))
    events = await ask_once(fal(simulator, transport="queue"))
    loading, generating = STATES.expect["logs"]
    first, second = STATES.expect["positions"]
    told = [event for event in events if isinstance(event, ImageProgress)]
    assert [(event.state, event.queue_position, event.note) for event in told] == [
        ("queued", 0, ""),  # by the ticket
        ("queued", first, ""),
        ("queued", second, ""),
        ("running", None, loading),
        ("running", None, f"{loading} · {generating}"),
    ]
    # The simulator does not read what it plays: its own job is not completed.
    assert asked_for(simulator)[-1] == "GET /fal/queue/fal-ai/flux/requests/ID"
    end = heard(events).error
    assert end is not None
    assert (end.kind, end.status) == ("rejected", 400)


def test_a_captured_ticket_is_read() -> None:
    ticket = decode_ticket(decode_json(SUBMITTED.body), queue_url="https://queue.fal.run")
    place = f"https://queue.fal.run/fal-ai/flux/requests/{SUBMITTED.expect['id']}"
    assert ticket.request_id == SUBMITTED.expect["id"]
    assert (ticket.status_url, ticket.response_url) == (f"{place}/status", place)
    assert (ticket.cancel_url, ticket.queue_position) == (f"{place}/cancel", 0)
