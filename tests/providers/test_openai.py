"""The shell around the chat dialect, over real sockets."""

from contextlib import aclosing
from typing import Any

import pytest

from chat_tui.errors import AuthFailed
from chat_tui.events import Finished, Notice, StreamError, TextDelta, Usage
from chat_tui.ids import new_message_id
from chat_tui.keys.secrets import EnvKey, PlainKey, Secret
from chat_tui.message import Message, TextPart, blank_reply, user_message
from chat_tui.providers.chat.request import encode
from chat_tui.providers.openai.provider import FLOWAPI, FlowapiOptions
from chat_tui.simulator.demo import MODELS
from chat_tui.simulator.script import (
    Done,
    Drop,
    Fail,
    Finish,
    Gate,
    Hang,
    Hold,
    Raw,
    Say,
    Script,
)
from chat_tui.simulator.script import (
    Usage as Totals,
)
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker
from tests.providers.asking import ask, ask_once, closing, heard, openai, request, services

KEY = "canary-0123456789abcdef"
AT_ONCE = RetryPolicy(jitter=lambda _least, _most: 0.0)
UNKNOWN = b'{"error": {"message": "Unknown parameter: \'stream_options\'."}}'
REFUSES_STREAM_OPTIONS = Script(status=400, content_type="application/json", body=UNKNOWN)
HELLO = Script((Say("Hello"), Finish(), Totals(3, 2), Done()))


def answer(text: str) -> Message:
    blank = blank_reply(parent=new_message_id(), provider="p", model="m")
    return Message(id=blank.id, role="assistant", created=blank.created, parts=(TextPart(text),))


def sent(simulator: Simulator, at: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = simulator.calls[at].json
    return body


def test_the_system_prompt_comes_first_and_empty_replies_are_left_out() -> None:
    turns = [user_message("one", parent=None), answer(" \n"), user_message("", parent=None)]
    asked = request(*turns, answer("two"), system_prompt="be brief")
    assert encode(asked, model="m")["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "one"},
        {"role": "user", "content": ""},
        {"role": "assistant", "content": "two"},
    ]


def test_what_is_sent_is_clean() -> None:
    turn = user_message("a\x1b[31m\u202eb\ud800", parent=None)
    body = encode(request(turn, system_prompt="\x1b"), model="m")
    assert body["messages"] == [
        {"role": "system", "content": "␛"},
        {"role": "user", "content": "a␛[31m<U+202E>b\ufffd"},
    ]


def test_the_parameters_of_a_request_win_over_our_own() -> None:
    asked = request(model="chosen", parameters={"temperature": 0.5, "stream": False})
    body = encode(asked, model="usual")
    assert (body["model"], body["temperature"], body["stream"]) == ("chosen", 0.5, False)
    assert encode(request(), model="usual")["model"] == "usual"


async def test_the_parameters_of_a_request_win_over_the_configured_ones(
    simulator: Simulator,
) -> None:
    simulator.enqueue(HELLO)
    provider = openai(simulator, model="m", parameters={"temperature": 0.1, "top_p": 0.2})
    await ask_once(provider, request(parameters={"temperature": 0.9}))
    body = sent(simulator)
    assert (body["temperature"], body["top_p"]) == (0.9, 0.2)


async def test_a_reply_comes_over_a_socket(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    events = await ask_once(openai(simulator, model="m"))
    assert heard(events).text == "Hello"
    assert heard(events).usage == Usage(3, 2)
    assert [type(event) for event in events[-1:]] == [Finished]
    assert sent(simulator)["stream_options"] == {"include_usage": True}


async def test_a_server_that_ignores_stream_is_read_too(simulator: Simulator) -> None:
    simulator.enqueue(Script(HELLO.acts, content_type="application/json"))
    found = heard(await ask_once(openai(simulator, model="m")))
    assert (found.text, found.finish, found.usage) == ("Hello", "stop", Usage(3, 2))


async def test_blank_lines_before_a_document_are_passed_over(simulator: Simulator) -> None:
    body = b'\n\n  \n{"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}'
    simulator.enqueue(Script(body=body, content_type="application/json"))
    assert heard(await ask_once(openai(simulator, model="m"))).text == "a"


async def test_lines_of_json_without_framing_are_read_too(simulator: Simulator) -> None:
    lines = (
        b'{"choices": [{"delta": {"content": "a"}}]}\n'
        b'{"choices": [{"delta": {}, "finish_reason": "stop"}]}\n'
    )
    simulator.enqueue(Script(body=lines, content_type="application/x-ndjson"))
    found = heard(await ask_once(openai(simulator, model="m")))
    assert (found.text, found.finish) == ("a", "stop")


async def test_a_field_called_error_outside_of_the_framing_is_an_error(
    simulator: Simulator,
) -> None:
    stray = b'error: {"code": 500, "message": "it broke"}\n\ndata: [DONE]\n\n'
    simulator.enqueue(Script((Say("a"), Raw(stray))))
    found = heard(await ask_once(openai(simulator, model="m")))
    assert found.text == "a"
    assert found.error == StreamError("provider", "it broke")


async def test_no_key_is_no_header(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(openai(simulator, model="m"))
    assert "authorization" not in simulator.calls[-1].headers


async def test_a_key_is_sent_as_bearer(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    await ask_once(openai(simulator, PlainKey(Secret(KEY)), model="m"))
    assert simulator.calls[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_key_that_is_not_taken_is_named_by_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FLOW_API_KEY", KEY)
    async with Simulator(key="another") as simulator:
        options = FlowapiOptions(kind="flowapi", base_url=f"{simulator.url}/v1", model="m")
        provider = FLOWAPI.build("flow", options, services(EnvKey("FLOW_API_KEY")))
        [event] = await ask_once(provider)
    assert isinstance(event, StreamError)
    assert (event.kind, event.status) == ("auth", 401)
    assert event.hint == "the key came from variable FLOW_API_KEY"
    assert KEY not in repr(event)


async def test_a_server_that_wants_a_key_says_that_none_was_sent() -> None:
    async with Simulator(key="wanted") as simulator:
        [event] = await ask_once(openai(simulator, model="m"))
    assert isinstance(event, StreamError)
    assert event.kind == "auth"
    assert event.hint == "no key was sent: set api_key for this provider"


@pytest.mark.parametrize(
    "script",
    [
        Script(status=400, content_type="application/json", body=f'{{"error": "{KEY}"}}'.encode()),
        Script((Fail(f"bad key {KEY}"),)),
        Script(body=f"<title>{KEY}</title>".encode(), content_type="text/html"),
    ],
)
async def test_a_server_that_repeats_the_key_does_not_get_it_shown(
    simulator: Simulator, script: Script
) -> None:
    simulator.enqueue(script)
    [event] = await ask_once(openai(simulator, PlainKey(Secret(KEY)), model="m"))
    assert isinstance(event, StreamError)
    assert "***" in event.message
    assert KEY not in event.message


async def test_a_refused_key_is_asked_for_again_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_KEY", "old-key-0123")
    async with (
        Simulator(key=KEY) as simulator,
        closing(openai(simulator, EnvKey("SOME_KEY"), model="m")) as provider,
    ):
        simulator.enqueue(HELLO)
        [refused] = await ask(provider)
        monkeypatch.setenv("SOME_KEY", KEY)
        found = heard(await ask(provider))
    assert isinstance(refused, StreamError)
    assert found.finish == "stop"


async def test_a_key_that_no_header_can_carry_is_not_sent(simulator: Simulator) -> None:
    [event] = await ask_once(openai(simulator, PlainKey(Secret("a\nb")), model="m"))
    assert isinstance(event, StreamError)
    assert event.kind == "auth"
    assert simulator.calls == []


async def test_a_server_that_refuses_stream_options_is_asked_without_from_then_on(
    simulator: Simulator,
) -> None:
    simulator.enqueue(REFUSES_STREAM_OPTIONS, HELLO, HELLO)
    async with closing(openai(simulator, model="m")) as provider:
        assert heard(await ask(provider)).text == "Hello"
        assert heard(await ask(provider)).text == "Hello"
    assert ["stream_options" in call.json for call in simulator.calls] == [True, False, False]


async def test_a_server_is_asked_without_stream_options_only_once(simulator: Simulator) -> None:
    simulator.enqueue(REFUSES_STREAM_OPTIONS, REFUSES_STREAM_OPTIONS)
    [event] = await ask_once(openai(simulator, model="m"))
    assert isinstance(event, StreamError)
    assert (event.kind, len(simulator.calls)) == ("rejected", 2)


async def test_stream_options_of_the_user_are_not_left_out(simulator: Simulator) -> None:
    simulator.enqueue(REFUSES_STREAM_OPTIONS)
    wanted = {"stream_options": {"include_usage": False}}
    [event] = await ask_once(openai(simulator, model="m"), request(parameters=wanted))
    assert isinstance(event, StreamError)
    assert [call.json["stream_options"] for call in simulator.calls] == [{"include_usage": False}]


async def test_a_reply_that_is_not_to_stream_has_no_stream_options(simulator: Simulator) -> None:
    simulator.enqueue(HELLO)
    asked = request(parameters={"stream": False})
    assert heard(await ask_once(openai(simulator, model="m"), asked)).text == "Hello"
    assert "stream_options" not in sent(simulator)


async def test_another_refusal_is_not_tried_again(simulator: Simulator) -> None:
    simulator.enqueue(
        Script(status=400, content_type="application/json", body=b'{"error": "no such model"}')
    )
    [event] = await ask_once(openai(simulator, model="m"))
    assert isinstance(event, StreamError)
    assert (event.kind, len(simulator.calls)) == ("rejected", 1)


@pytest.mark.parametrize("sign", [Finish(), Done()])
@pytest.mark.parametrize("reset", [True, False])
async def test_a_connection_that_breaks_after_the_end_is_no_fault(
    simulator: Simulator, sign: Finish | Done, reset: bool
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Say("a"), Finish(), sign, Hold(gate), Drop(reset=reset))))
    provider = openai(simulator, model="m")
    async with closing(provider):
        asked = request()
        worker = StreamWorker(lambda: provider.stream(asked))
        worker.start()
        await gate.reached.wait()
        gate.open()
        terminal = await worker.wait()
    assert isinstance(terminal, Finished)
    assert terminal.reason == "stop"


async def test_totals_that_do_not_come_after_the_end_are_not_waited_for(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.providers.posted.TRAILER_S", 0.05)
    pings = Raw(b"event: ping\ndata: {}\n\n")
    simulator.enqueue(Script((Say("a"), Finish(), pings, Hang())))
    found = heard(await ask_once(openai(simulator, model="m")))
    assert (found.text, found.finish, found.notices) == ("a", "stop", [])


async def test_a_connection_that_breaks_keeps_what_was_held_back(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("<thi"), Drop())))
    found = heard(await ask_once(openai(simulator, model="m")))
    assert (found.text, found.finish) == ("<thi", "incomplete")


async def test_a_failing_server_is_tried_again_before_any_text(simulator: Simulator) -> None:
    simulator.enqueue(Script(status=503, body=b""), Script(status=500, body=b""), HELLO)
    async with closing(openai(simulator, model="m")) as provider:
        events = await ask(provider, retry=AT_ONCE)
    assert heard(events).text == "Hello"
    assert len([event for event in events if isinstance(event, Notice)]) == 2
    assert len(simulator.calls) == 3


async def test_nothing_is_tried_again_after_the_first_text(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Drop())), HELLO)
    async with closing(openai(simulator, model="m")) as provider:
        events = await ask(provider, retry=AT_ONCE)
    assert [event for event in events if isinstance(event, TextDelta)] == [TextDelta("a")]
    assert len(simulator.calls) == 1


async def test_a_retry_after_an_error_says_that_it_started_once(simulator: Simulator) -> None:
    opened = Raw(b'data: {"choices": [{"delta": {"role": "assistant"}}], "id": "r"}\n\n')
    simulator.enqueue(Script((opened, Drop())), Script((opened, Say("a"), Finish())))
    async with closing(openai(simulator, model="m")) as provider:
        events = await ask(provider, retry=AT_ONCE)
    assert heard(events).text == "a"
    assert len(simulator.calls) == 2


async def test_several_replies_use_one_connection(simulator: Simulator) -> None:
    async with closing(openai(simulator, model="m")) as provider:
        for _ in range(3):
            simulator.enqueue(HELLO)
            await ask(provider)
    assert (len(simulator.calls), simulator.connections) == (3, 1)


async def test_the_models_are_the_servers(simulator: Simulator) -> None:
    async with closing(openai(simulator)) as provider:
        assert "demo" in [model.id for model in await provider.models()]


async def test_a_list_of_models_needs_the_key_too() -> None:
    async with Simulator(key=KEY) as simulator, closing(openai(simulator)) as provider:
        with pytest.raises(AuthFailed):
            await provider.models()


async def test_a_reply_that_is_left_early_closes_its_connection(simulator: Simulator) -> None:
    simulator.enqueue(Script((Say("a"), Hang())))
    async with closing(openai(simulator, model="m")) as provider:
        async with aclosing(provider.stream(request())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        await simulator.hangup_seen()
    assert simulator.hangups == 1


async def test_a_model_that_is_not_there_is_told_with_the_nearest_ones(
    simulator: Simulator,
) -> None:
    body = b'{"error": {"message": "The model does not exist"}}'
    simulator.enqueue(Script(status=404, body=body, content_type="application/json"))
    wrong = f"{MODELS[0]}x"
    async with closing(openai(simulator, model=wrong)) as provider:
        (error,) = [event for event in await ask(provider) if isinstance(event, StreamError)]
    assert error.kind == "rejected"
    assert repr(MODELS[0]) in error.hint
