"""Bodies as get3w sends them, over a real socket and through the decoder alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat_tui.errors import ProviderError
from chat_tui.events import ImageProgress, Started, StreamEvent
from chat_tui.net.json import decode_json
from chat_tui.providers.get3w.dialect import Get3wDecoder
from chat_tui.simulator.script import Progress, Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard, terminals
from tests.providers.captured import through_decoder
from tests.providers.get3w_sim import V1, V3, asked_for, get3w

CAPTURES = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True, slots=True)
class Capture:
    file: str
    method: str
    status: int
    content_type: str
    expect: dict[str, Any]

    @property
    def body(self) -> bytes:
        return (CAPTURES / self.file).read_bytes()

    @property
    def api(self) -> str:
        return V1 if "_v1_" in self.file else V3

    def script(self, size: int | None) -> Script:
        return Script(body=self.body, status=self.status, content_type=self.content_type, cut=size)


def from_manifest() -> Iterator[Capture]:
    for entry in json.loads((CAPTURES / "get3w/manifest.json").read_text()):
        yield Capture(
            entry["file"],
            entry["method"],
            entry["status"],
            entry["content_type"],
            entry["expect"],
        )


ALL = list(from_manifest())
ENDED = [one for one in ALL if "asks" not in one.expect]
STREAMS = [one for one in ALL if one.file.endswith(".sse")]


def check(events: list[StreamEvent], capture: Capture) -> None:
    found, expect = heard(events), capture.expect
    assert [picture.url for picture in found.pictures] == expect.get("images_final", [])
    if "flagged" in expect:
        assert [picture.flagged for picture in found.pictures] == expect["flagged"]
    if "progress" in expect:
        told = [event for event in events if isinstance(event, ImageProgress)]
        assert [event.fraction for event in told if event.state != "saving"] == expect["progress"]
    if "id" in expect:
        ids = [event.remote_id for event in events if isinstance(event, Started)]
        assert ids[-1] == expect["id"]
    if "error" in expect:
        assert found.error is not None
        assert expect["error"] in found.error.message
        assert found.error.kind == expect["kind"]
    else:
        assert (found.finish, found.error) == ("stop", None)


def test_every_capture_is_read() -> None:
    bodies = {path.name for path in (CAPTURES / "get3w").iterdir()} - {"manifest.json"}
    assert {f"get3w/{name}" for name in bodies} == {one.file for one in ALL}


@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", ENDED, ids=lambda one: one.file)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    simulator: Simulator, capture: Capture, size: int | None
) -> None:
    if capture.method == "GET":  # the result of a task whose stream ended early
        simulator.enqueue(Script((Progress(),)))
    simulator.enqueue(capture.script(size))
    events = await ask_once(get3w(simulator, api=capture.api))
    check(events, capture)
    assert terminals(events) == [-1]
    assert simulator.calls[-1].method == capture.method


@pytest.mark.parametrize("size", [1, 7, None])
async def test_the_captured_task_of_v1_is_asked_for(simulator: Simulator, size: int | None) -> None:
    (capture,) = (one for one in ALL if one not in ENDED)
    simulator.enqueue(capture.script(size))
    events = await ask_once(get3w(simulator, api=V1, model="google/nano-banana-pro/text-to-image"))
    assert events[0] == Started("sim", "google/nano-banana-pro/text-to-image", capture.expect["id"])
    assert isinstance(events[1], ImageProgress)
    assert (events[1].state, events[1].note) == ("queued", "about 52 s")
    assert asked_for(simulator) == [
        "POST /get3w/v1/google/nano-banana-pro/text-to-image",
        f"GET {capture.expect['asks']}",
    ]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("capture", STREAMS, ids=lambda one: one.file)
async def test_a_capture_through_the_decoder_gives_what_is_in_it(
    capture: Capture, size: int
) -> None:
    decoder = Get3wDecoder(provider="p", model="m", job="j", host="h")
    events = await through_decoder(decoder, capture.body, size)
    check(events, capture)
    assert decoder.over


def test_a_captured_failure_names_its_code() -> None:
    body = (CAPTURES / "get3w/get3w_stream_failed.sse").read_bytes().split(b"data: ")[-1]
    decoder = Get3wDecoder(provider="p", model="m", job="j", host="h")
    with pytest.raises(ProviderError, match=r"safety system \(code 5004\)"):
        decoder.read(decode_json(body))
    assert decoder.over
