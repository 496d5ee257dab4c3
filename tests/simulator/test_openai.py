"""The OpenAI dialect, byte by byte."""

import json
from typing import Any

import httpx
import pytest

from chat_tui.simulator.dialect import Prompt, Turn
from chat_tui.simulator.script import (
    Comment,
    Done,
    Fail,
    Finish,
    Raw,
    Say,
    Script,
    Think,
    Usage,
    say,
)
from chat_tui.simulator.server import Simulator
from tests.simulator.client import ASK, payloads, said

CHAT = "/v1/chat/completions"
STREAM = {**ASK, "stream": True}
COUNTED = {**STREAM, "stream_options": {"include_usage": True}}
WHOLE = (Think("hm"), Say("Hel"), Say("lo"), Finish("stop"), Usage(3, 2), Done())


async def test_a_stream_has_the_shape_of_the_dialect(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WHOLE))
    reply = await client.post(CHAT, json=STREAM)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/event-stream"
    *chunks, mark = payloads(reply.content)
    assert mark == "[DONE]"
    assert len({chunk["id"] for chunk in chunks}) == 1
    for chunk in chunks:
        assert set(chunk) == {
            "id", "object", "created", "model", "system_fingerprint", "choices",
        }  # fmt: skip
        assert chunk["object"] == "chat.completion.chunk"
        assert chunk["model"] == "demo"
        assert isinstance(chunk["created"], int)
    choices = [chunk["choices"][0] for chunk in chunks]
    assert [choice["delta"] for choice in choices] == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": None, "reasoning_content": "hm"},
        {"content": "Hel"},
        {"content": "lo"},
        {},
    ]
    assert [choice["finish_reason"] for choice in choices] == [None] * 4 + ["stop"]
    assert all(choice["index"] == 0 and choice["logprobs"] is None for choice in choices)


async def test_usage_is_a_chunk_of_its_own_when_it_is_asked_for(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WHOLE))
    *chunks, last, _mark = payloads((await client.post(CHAT, json=COUNTED)).content)
    assert last["choices"] == []
    assert last["usage"] == {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    assert [chunk["usage"] for chunk in chunks] == [None] * 5


async def test_nothing_is_added_to_a_script(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("cut"),)))
    events = payloads((await client.post(CHAT, json=STREAM)).content)
    assert [event["choices"][0]["finish_reason"] for event in events] == [None, None]


async def test_an_empty_script_is_an_empty_body(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script())
    reply = await client.post(CHAT, json=STREAM)
    assert (reply.status_code, reply.content) == (200, b"")


async def test_an_error_comes_in_the_stream_after_what_was_said(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("par"), Fail("overloaded", 503))))
    reply = await client.post(CHAT, json=STREAM)
    assert reply.status_code == 200
    assert said(reply.content) == "par"
    assert payloads(reply.content)[-1] == {
        "error": {"message": "overloaded", "type": "server_error", "param": None, "code": 503}
    }


async def test_comments_and_raw_bytes_go_out_as_they_are(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Comment("ping"), Raw(b"\xff\x00garbage\n\n"))))
    reply = await client.post(CHAT, json=STREAM)
    assert reply.content == b": ping\n\n\xff\x00garbage\n\n"


async def test_without_streaming_the_acts_are_one_document(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script(WHOLE))
    reply = await client.post(CHAT, json=ASK)
    assert reply.headers["content-type"] == "application/json"
    assert int(reply.headers["content-length"]) == len(reply.content)
    document = reply.json()
    assert document["object"] == "chat.completion"
    assert document["choices"] == [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Hello",
                "refusal": None,
                "reasoning_content": "hm",
            },
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    assert document["usage"]["total_tokens"] == 5


async def test_a_server_that_does_not_stream_answers_with_a_document(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Say("all"), Finish()), content_type="application/json"))
    reply = await client.post(CHAT, json=STREAM)
    assert reply.json()["choices"][0]["message"]["content"] == "all"


async def test_raw_bytes_may_come_before_a_document(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(Script((Raw(b"\n\n"), Say("late"), Finish())))
    reply = await client.post(CHAT, json=ASK)
    assert reply.content.startswith(b"\n\n{")
    assert reply.json()["choices"][0]["message"]["content"] == "late"


@pytest.mark.parametrize(
    ("fail", "status"), [(Fail("busy", 503), 503), (Fail("odd", "x"), 500), (Fail("no", 7), 500)]
)
async def test_without_streaming_an_error_is_a_status(
    simulator: Simulator, client: httpx.AsyncClient, fail: Fail, status: int
) -> None:
    simulator.enqueue(Script((Say("lost"), fail)))
    reply = await client.post(CHAT, json=ASK)
    assert reply.status_code == status
    assert reply.json()["error"]["message"] == fail.message


async def test_a_script_may_have_any_status_and_headers(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.enqueue(
        Script(
            (Fail("slow down", "rate_limit_exceeded"),),
            status=429,
            headers={"Retry-After": "2"},
            content_type="application/json",
        )
    )
    reply = await client.post(CHAT, json=STREAM)
    assert (reply.status_code, reply.headers["retry-after"]) == (429, "2")
    assert reply.json()["error"]["code"] == "rate_limit_exceeded"


@pytest.mark.parametrize("text", ["ÄÖ 漢字 🙂 \u2028", "\ud800", 'a"\\\n\x00'])
async def test_any_text_survives_the_encoding(
    simulator: Simulator, client: httpx.AsyncClient, text: str
) -> None:
    simulator.enqueue(Script((Say(text),)))
    assert said((await client.post(CHAT, json=STREAM)).content) == text


async def test_models_are_listed(client: httpx.AsyncClient) -> None:
    listing = (await client.get("/v1/models")).json()
    assert listing["object"] == "list"
    assert [model["id"] for model in listing["data"]] == ["demo", "demo-slow", "demo-picture"]
    assert all(set(m) == {"id", "object", "created", "owned_by"} for m in listing["data"])


async def test_one_model_can_be_looked_up(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/models/demo")).json()["id"] == "demo"
    missing = await client.get("/v1/models/no/such")
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "model_not_found"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000,
        b'{"model":"m"}', b'{"model":"m","messages":[]}', b'{"messages":[{"role":"user"}]}',
    ],
    ids=range(9),
)  # fmt: skip
async def test_a_request_that_says_nothing_is_refused(
    simulator: Simulator, client: httpx.AsyncClient, body: bytes
) -> None:
    kept = Script((Say("kept"),))
    simulator.enqueue(kept)
    reply = await client.post(CHAT, content=body)
    assert reply.status_code == 400
    assert reply.json()["error"]["type"] == "invalid_request_error"
    assert said((await client.post(CHAT, json=STREAM)).content) == "kept"


@pytest.mark.parametrize("shown", [None, "Bearer wrong", "bearer", "right", "Bearer rïght"])
@pytest.mark.parametrize("path", ["/v1/models", CHAT])
async def test_a_wrong_or_missing_key_is_401(shown: str | None, path: str) -> None:
    headers = {} if shown is None else {b"authorization": shown.encode("latin-1")}
    async with (
        Simulator(key="right") as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        method = "POST" if path == CHAT else "GET"
        reply = await client.request(method, path, headers=headers, json=STREAM)
    assert reply.status_code == 401
    assert set(reply.json()["error"]) == {"message", "type", "param", "code"}
    assert "right" not in reply.text


async def test_the_right_key_is_let_in() -> None:
    async with (
        Simulator(key="right") as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        reply = await client.get("/v1/models", headers={"authorization": "Bearer right"})
    assert reply.status_code == 200


async def test_the_responder_gets_the_history() -> None:
    prompts: list[Prompt] = []

    def respond(prompt: Prompt) -> Script:
        prompts.append(prompt)
        return Script(say("ok"))

    parts: list[Any] = [
        {"type": "text", "text": "what is"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        {"type": "text", "text": "this?"},
    ]
    messages = [
        {"role": "system", "content": "be kind"},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None},
        "nonsense",
    ]
    async with (
        Simulator(responder=respond) as simulator,
        httpx.AsyncClient(base_url=simulator.url, trust_env=False) as client,
    ):
        await client.post(CHAT, content=json.dumps({"model": "m", "messages": messages}))
    assert prompts == [
        Prompt(
            "m",
            (
                Turn("system", "be kind"),
                Turn("user", "what is\nthis?", images=1),
                Turn("assistant", ""),
                Turn("", ""),
            ),
        )
    ]
