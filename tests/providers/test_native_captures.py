"""Bodies as Anthropic, Gemini and Ollama send them, over a real socket."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chat_tui.events import Usage
from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard, terminals
from tests.providers.native_sim import anthropic, gemini, ollama

CAPTURES = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True, slots=True)
class Capture:
    file: str
    build: Callable[[Simulator], Any]
    text: str = ""
    reasoning: str = ""
    pictures: int = 0
    usage: Usage | None = None
    finish: str = "stop"
    error: str | None = None
    notices: tuple[str, ...] = ()


ALL = (
    Capture(
        "anthropic/thinking.sse",
        anthropic,
        text="Hello!",
        reasoning="Let me think.",
        usage=Usage(25, 15),
    ),
    Capture(
        "gemini/thought_image.sse",
        gemini,
        text="Here: done",
        reasoning="Planning",
        pictures=1,
        usage=Usage(4, 8),
    ),
    Capture(
        "gemini/blocked.sse",
        gemini,
        usage=Usage(4, None),
        finish="",
        error="the prompt was blocked: SAFETY",
    ),
    Capture("ollama/chat.ndjson", ollama, text="Hi", reasoning="Hm", usage=Usage(5, 2)),
)
TYPES = {".sse": "text/event-stream", ".ndjson": "application/x-ndjson"}


def test_every_capture_is_read() -> None:
    there = {
        f"{kind}/{path.name}"
        for kind in ("anthropic", "gemini", "ollama")
        for path in (CAPTURES / kind).iterdir()
    }
    assert there == {one.file for one in ALL}


@pytest.mark.parametrize("labelled", [True, False], ids=["labelled", "as json"])
@pytest.mark.parametrize("size", [1, 7, None])
@pytest.mark.parametrize("capture", ALL, ids=lambda one: one.file)
async def test_a_capture_over_a_socket_gives_what_is_in_it(
    simulator: Simulator, capture: Capture, size: int | None, labelled: bool
) -> None:
    path = CAPTURES / capture.file
    kind = TYPES[path.suffix] if labelled else "application/json"
    simulator.enqueue(Script(body=path.read_bytes(), content_type=kind, cut=size))
    events = await ask_once(capture.build(simulator))
    found = heard(events)
    assert (found.text, found.reasoning) == (capture.text, capture.reasoning)
    assert len(found.pictures) == capture.pictures
    assert all(one.data.startswith(b"\x89PNG") for one in found.pictures)
    assert found.usage == capture.usage
    assert (found.finish or "", found.error and found.error.message) == (
        capture.finish,
        capture.error,
    )
    assert found.notices == list(capture.notices)
    assert terminals(events) == [-1]
