"""Anthropic's dialect: what is sent, and what its events mean."""

import base64
from typing import Any

import pytest

from chat_tui.events import Source, SourceRefs, StreamError, TextDelta
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import Attachment, user_message
from chat_tui.net.frames import Frame
from chat_tui.providers.anthropic.dialect import MAX_TOKENS, AnthropicDecoder, encode
from chat_tui.simulator.script import (
    Cite,
    Done,
    Fail,
    Finish,
    Passage,
    Raw,
    Say,
    Script,
    UseTool,
)
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from tests.media.pictures import png
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.native_sim import anthropic, sent

KEY = "canary-0123456789abcdef"
HELLO = Script((Say("Hello"), Finish(), Done()))
AT_ONCE = RetryPolicy(jitter=lambda _least, _most: 0.0)


def attached(text: str) -> tuple[Any, bytes]:
    data = png(2, 2)
    cat = Attachment(path="/c.png", name="c.png", media_type="image/png", size_bytes=len(data))
    return user_message(text, parent=None, attachments=(cat,)), data


async def test_version_and_key_have_headers_of_their_own(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(anthropic(simulator, PlainKey(Secret(KEY))))
    headers = simulator.calls[0].headers
    assert (headers["x-api-key"], headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in headers


async def test_another_version_of_the_users_wins(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(anthropic(simulator, headers={"Anthropic-Version": "2030-01-01"}))
    assert simulator.calls[0].headers["anthropic-version"] == "2030-01-01"


def test_a_reply_has_room_beside_its_thinking_unless_the_user_says() -> None:
    assert encode(request())["max_tokens"] == MAX_TOKENS
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 8000}}
    assert encode(request(parameters=thinking))["max_tokens"] == MAX_TOKENS + 8000
    assert encode(request(parameters={"max_tokens": 5}))["max_tokens"] == 5


async def test_pictures_go_as_blocks_before_the_words(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    turn, data = attached("what is this?")
    await ask_once(anthropic(simulator), request(turn, files={"/c.png": data}))
    encoded = base64.b64encode(data).decode()
    assert sent(simulator)["messages"][0]["content"] == [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": encoded},
        },
        {"type": "text", "text": "what is this?"},
    ]


async def test_a_search_of_the_servers_is_a_tool_with_sources(simulator: Simulator) -> None:
    simulator.enqueue(
        Script(
            (
                UseTool("web_search", '{"query": "x"}', "https://a.test/"),
                Say("It is so."),
                Cite((Passage("A page", "https://a.test/", "so it is"), Passage("A file"))),
                Finish(),
                Done(),
            )
        )
    )
    events = await ask_once(anthropic(simulator))
    [call] = heard(events).tools.values()
    assert (call.name, call.arguments, call.output, call.state) == (
        "web_search",
        '{"query": "x"}',
        "https://a.test/",
        "done",
    )
    told = [event.sources for event in events if isinstance(event, SourceRefs)]
    assert told[-1] == (
        Source("web_search", "https://a.test/", "so it is"),
        Source("A file"),
    )
    assert heard(events).finish == "stop"


def test_a_search_that_fails_is_a_tool_that_failed() -> None:
    decoder = AnthropicDecoder(provider="p", model="m")
    use = {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}}
    problem = {"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"}
    result = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": problem}
    body = {"type": "message", "content": [use, result], "stop_reason": "end_turn"}
    [call] = heard(decoder.whole(body)).tools.values()
    assert (call.state, call.output) == ("failed", "max_uses_exceeded")


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "filtered"),
        ("pause_turn", "incomplete"),
        ("something_new", "unknown"),
    ],
)
async def test_each_reason_to_stop_has_a_meaning(
    simulator: Simulator, reason: str, finish: str
) -> None:
    simulator.enqueue(Script((Say("a"), Finish(reason), Done())))
    found = heard(await ask_once(anthropic(simulator)))
    assert found.finish == finish
    assert bool(found.notices) is (finish in {"filtered", "incomplete", "unknown"})


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("overloaded_error", "provider"),
        ("api_error", "provider"),
        ("rate_limit_error", "rate_limit"),
        ("authentication_error", "auth"),
        ("invalid_request_error", "rejected"),
        ("billing_error", "rejected"),
    ],
)
async def test_an_error_in_the_stream_keeps_its_kind(
    simulator: Simulator, code: str, kind: str
) -> None:
    simulator.enqueue(Script((Say("a"), Fail("no", code))))
    found = heard(await ask_once(anthropic(simulator)))
    assert found.error is not None
    assert (found.text, found.error.kind, found.error.message) == ("a", kind, "no")


async def test_an_overloaded_server_is_asked_again_where_nothing_came(
    simulator: Simulator,
) -> None:
    overloaded = Fail("Overloaded", "overloaded_error")
    simulator.enqueue(Script((overloaded,)), HELLO, Script((Say("a"), overloaded)))
    async with closing(anthropic(simulator)) as provider:
        assert heard(await ask(provider, retry=AT_ONCE)).text == "Hello"
        events = await ask(provider, retry=AT_ONCE)
    assert isinstance(events[-1], StreamError)
    assert len(simulator.calls) == 3


async def test_unknown_events_and_pings_are_passed_over(simulator: Simulator) -> None:
    unknown = b'event: new\ndata: {"type": "new"}\n\nevent: ping\ndata: {"type": "ping"}\n\n'
    simulator.enqueue(Script((Say("Hel"), Raw(unknown * 4), Say("lo"), Finish(), Done())))
    found = heard(await ask_once(anthropic(simulator)))
    assert (found.text, found.notices) == ("Hello", [])


async def test_a_body_of_another_dialect_is_named_as_such(simulator: Simulator) -> None:
    simulator.enqueue(Script(body=b'{"choices": []}', content_type="application/json"))
    found = heard(await ask_once(anthropic(simulator)))
    assert found.error is not None
    assert (found.error.kind, "Anthropic" in found.error.message) == ("protocol", True)
    assert "/v1" in found.error.hint


def test_what_was_read_from_a_cache_counts_as_input() -> None:
    decoder = AnthropicDecoder(provider="p", model="m")
    usage = {"input_tokens": 2, "cache_read_input_tokens": 30, "output_tokens": 4}
    content = [{"type": "text", "text": "a"}]
    body = {"type": "message", "content": content, "stop_reason": "end_turn", "usage": usage}
    events = list(decoder.whole(body))
    assert TextDelta("a") in events
    spent = heard(events).usage
    assert spent is not None
    assert (spent.input_tokens, spent.output_tokens) == (32, 4)


def test_the_end_that_a_gateway_gives_no_reason_for_is_an_end() -> None:
    decoder = AnthropicDecoder(provider="p", model="m")
    events = [
        event
        for data in (
            '{"type": "message_start", "message": {"id": "m1", "usage": {}}}',
            '{"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}}',
            '{"type": "message_stop"}',
        )
        for event in decoder.decode(Frame("message", data))
    ]
    found = heard(events)
    assert (found.text, found.finish, found.notices) == ("Hi", "stop", [])
