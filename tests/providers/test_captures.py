"""Bodies as servers send them, over a real socket and through the decoder alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat_tui.events import Finished, StreamError, StreamEvent
from chat_tui.net.json import decode_json
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.model_list import decode_models
from chat_tui.providers.openai.images import ImagesDecoder
from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import Heard, ask_once, heard, openai, terminals
from tests.providers.captured import through_decoder

CAPTURES = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True, slots=True)
class Capture:
    file: str
    status: int
    content_type: str
    headers: dict[str, str]
    expect: dict[str, Any]
    pictures: bool = False

    @property
    def body(self) -> bytes:
        return (CAPTURES / self.file).read_bytes()


FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
MOCKED = f"Hello from a mock. Unicode: naïve café 日本語 {FAMILY} and a line\nbreak."
REAL: dict[str, dict[str, Any]] = {
    "aimock_chat_think": {
        "text": f"The answer is 42. Unicode: naïve 日本語 {FAMILY}",
        "reasoning": "First I consider the question. Then I answer.",
        "finish": "stop",
        "usage": {"prompt_tokens": 2, "completion_tokens": 12},
    },
    "litellm_401": {"error": "No connected db.", "kind": "rejected"},
    "litellm_chat_n2": {"text": MOCKED, "finish": "stop"},
    "litellm_chat_stream": {"text": MOCKED, "finish": "stop"},
    "llamacpp_chat": {"text": " said her are number day day day this", "finish": "length"},
}
KINDS = {401: "auth", 429: "rate_limit", 200: "protocol"}
"""Of the errors in the manifest; a JSON or in-band error at 200 is the provider's own."""


def from_manifest() -> Iterator[Capture]:
    for entry in json.loads((CAPTURES / "manifest.json").read_text()):
        expect = dict(entry["expect"])
        if "error" in expect:
            in_band = entry["file"] == "openai/error_only_data.sse"
            expect["kind"] = "provider" if in_band else KINDS[entry["status"]]
        yield Capture(
            entry["file"],
            entry["status"],
            entry["content_type"],
            entry["headers"],
            expect,
            pictures=entry["provider"] == "openai-images",
        )


def from_real() -> Iterator[Capture]:
    for name, expect in REAL.items():
        file = f"openai/real/{name}"
        first, *lines = (CAPTURES / f"{file}.headers").read_text().splitlines()
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        yield Capture(
            f"{file}.body", int(first.split()[1]), headers["content-type"], {}, dict(expect)
        )


ALL = [*from_manifest(), *from_real()]
STREAMS = [one for one in ALL if one.file.endswith((".sse", ".body")) and one.status == 200]


def check(events: list[StreamEvent], capture: Capture) -> None:
    found, expect = heard(events), capture.expect
    assert found.text == expect.get("text", "")
    assert found.reasoning == expect.get("reasoning", "")
    assert found.refusal == expect.get("refusal", "")
    tools = [[call.name, call.arguments] for call in found.tools.values()]
    assert tools == expect.get("tool_calls", [])
    assert all(call.state == "done" for call in found.tools.values())
    check_usage(found, expect.get("usage"))
    assert len(found.previews) == expect.get("previews", 0)
    assert [bool(picture.data) for picture in found.pictures] == [
        kind == "b64" for kind in expect.get("images_final", [])
    ]
    if "error" in expect:
        assert found.error is not None
        assert expect["error"] in found.error.message
        assert found.error.kind == expect["kind"]
    else:
        assert found.finish == expect.get("finish", "stop")
        assert found.error is None


def check_usage(found: Heard, expected: dict[str, int] | None) -> None:
    if expected is None:
        return
    assert found.usage is not None
    assert found.usage.input_tokens == expected["prompt_tokens"]
    assert found.usage.output_tokens == expected["completion_tokens"]


def test_every_capture_is_read() -> None:
    bodies = {
        str(path.relative_to(CAPTURES))
        for path in (CAPTURES / "openai").rglob("*")
        if path.suffix in {".sse", ".json", ".body"} and path.name != "manifest.json"
    }
    assert bodies == {one.file for one in ALL} | {"openai/real/llamacpp_models.body"}


@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", ALL, ids=lambda one: one.file)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    simulator: Simulator, capture: Capture, size: int | None
) -> None:
    simulator.enqueue(
        Script(
            body=capture.body,
            status=capture.status,
            content_type=capture.content_type,
            headers=capture.headers,
            cut=size,
        )
    )
    endpoint = "images" if capture.pictures else "chat"
    events = await ask_once(openai(simulator, model="m", endpoint=endpoint))
    check(events, capture)
    assert terminals(events) == [-1]


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("capture", STREAMS, ids=lambda one: one.file)
async def test_a_capture_through_the_decoder_gives_what_is_in_it(
    capture: Capture, size: int
) -> None:
    decoder: ChatDecoder | ImagesDecoder = (
        ImagesDecoder(provider="p", model="m", job="j")
        if capture.pictures
        else ChatDecoder(provider="p", model="m")
    )
    events = await through_decoder(decoder, capture.body, size)
    check(events, capture)
    assert isinstance(events[-1], Finished | StreamError)


def test_a_captured_list_of_models_is_read() -> None:
    body = (CAPTURES / "openai/real/llamacpp_models.body").read_bytes()
    assert [model.id for model in decode_models(decode_json(body))] == ["tiny"]
