"""The dialects of Anthropic, Gemini and Ollama, byte by byte."""

import json
from typing import Any

import httpx
import pytest

from chat_tui.simulator.script import (
    AskApproval,
    Comment,
    Done,
    Fail,
    Finish,
    Progress,
    Say,
    Script,
    Suggest,
    Think,
    Usage,
    Work,
)
from chat_tui.simulator.server import Simulator

KEY = "canary-0123456789abcdef"
VERSION = {"anthropic-version": "2023-06-01"}
TURNS = [{"role": "user", "content": "hi there"}]
CONTENTS = [{"role": "user", "parts": [{"text": "hi"}]}]
ASK: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": (
        "/anthropic/v1/messages",
        {"model": "m", "max_tokens": 9, "messages": TURNS, "stream": True},
    ),
    "gemini": ("/gemini/v1beta/models/m:streamGenerateContent?alt=sse", {"contents": CONTENTS}),
    "ollama": ("/ollama/api/chat", {"model": "demo", "messages": TURNS}),
}
EACH = pytest.mark.parametrize("kind", ASK)
NOTHING = (Progress(), Work("1", "a"), Suggest(("a",)), AskApproval("a"))


async def asked(simulator: Simulator, client: httpx.AsyncClient, kind: str, *acts: Any) -> bytes:
    simulator.enqueue(Script(acts))
    path, body = ASK[kind]
    reply = await client.post(path, json=body, headers=VERSION)
    media_type = "application/x-ndjson" if kind == "ollama" else "text/event-stream"
    assert reply.headers["content-type"] == media_type
    return reply.content


def events(body: bytes) -> list[Any]:
    """Those of Anthropic, whose name says the same as their data."""
    found = []
    for block in body.decode().split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


@EACH
async def test_what_a_dialect_has_no_words_for_is_left_out(
    simulator: Simulator, client: httpx.AsyncClient, kind: str
) -> None:
    assert await asked(simulator, client, kind, *NOTHING) == b""


async def test_a_message_of_anthropic_has_blocks(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Think("Hm"), Say("a"), Say("b"), Usage(3, 2), Finish(), Done())
    told = events(await asked(simulator, client, "anthropic", *acts))
    assert [event["type"] for event in told] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert [event["index"] for event in told if "index" in event] == [0, 0, 0, 1, 1, 1, 1]
    assert told[5]["delta"] == {"type": "text_delta", "text": "a"}
    assert told[8]["delta"] == {"stop_reason": "end_turn", "stop_sequence": None}
    assert told[8]["usage"] == {"input_tokens": 3, "output_tokens": 2}


async def test_anthropic_pings_and_fails_by_events(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Comment(), Fail("no", "overloaded_error"))
    assert events(await asked(simulator, client, "anthropic", *acts)) == [
        {"type": "ping"},
        {"type": "error", "error": {"type": "overloaded_error", "message": "no"}},
    ]


async def test_anthropic_wants_a_version_and_a_limit(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    path, body = ASK["anthropic"]
    assert (await client.post(path, json=body)).status_code == 400
    unlimited = {name: value for name, value in body.items() if name != "max_tokens"}
    refused = await client.post(path, json=unlimited, headers=VERSION)
    assert refused.json()["error"]["message"] == "max_tokens: Field required"


async def test_each_event_of_gemini_is_a_whole_response(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    acts = (Think("Hm"), Say("a"), Finish(), Usage(3, 2), Done())
    body = await asked(simulator, client, "gemini", *acts)
    assert body.endswith(b"\r\n\r\n")
    told = [json.loads(part[6:]) for part in body.decode().split("\r\n\r\n")[:-1]]
    assert all(one["modelVersion"] == "m" for one in told)
    first, second, last = (one["candidates"][0] for one in told[:3])
    assert first["content"]["parts"] == [{"text": "Hm", "thought": True}]
    assert second["content"]["parts"] == [{"text": "a"}]
    assert last["finishReason"] == "STOP"
    assert told[3]["usageMetadata"]["totalTokenCount"] == 5


async def test_gemini_without_framing_sends_one_list(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("a"), Finish())))
    path, body = ASK["gemini"]
    reply = await client.post(path.partition("?")[0], json=body)
    assert [list(one["candidates"][0]) for one in reply.json()] == [
        ["content", "index"],
        ["content", "finishReason", "index"],
    ]


async def test_ollama_sends_lines_of_which_the_last_has_the_totals(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    body = await asked(simulator, client, "ollama", Think("Hm"), Say("a"), Finish("length"))
    told = [json.loads(line) for line in body.splitlines()]
    assert told[0]["message"] == {"role": "assistant", "content": "", "thinking": "Hm"}
    assert told[1]["message"] == {"role": "assistant", "content": "a"}
    assert [one["done"] for one in told] == [False, False, True]
    last = told[2]
    assert (last["done_reason"], last["prompt_eval_count"], last["eval_count"]) == ("length", 2, 1)


async def test_ollama_has_only_the_models_that_it_lists(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    path, body = ASK["ollama"]
    refused = await client.post(path, json={**body, "model": "gone"})
    assert (refused.status_code, refused.json()) == (404, {"error": "model 'gone' not found"})


@EACH
async def test_a_caller_without_the_key_is_refused(kind: str) -> None:
    path, body = ASK[kind]
    async with Simulator(key=KEY) as simulator:
        url = simulator.url
        async with httpx.AsyncClient(base_url=url, trust_env=False, headers=VERSION) as client:
            refused = await client.post(path, json=body)
            shown = {"x-api-key": KEY, "x-goog-api-key": KEY, "authorization": f"Bearer {KEY}"}
            simulator.enqueue(Script((Say("a"), Finish(), Done())))
            taken = await client.post(path, json=body, headers=shown)
    assert refused.status_code in {401, 403}
    assert refused.json()["error"]
    assert taken.status_code == 200
