"""What holds for Anthropic, Gemini and Ollama alike."""

from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import Rejected
from chat_tui.events import ReasoningDelta, StreamEvent, TextDelta
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.message import blank_reply, user_message
from chat_tui.net.frames import Frame
from chat_tui.providers.anthropic.dialect import AnthropicDecoder
from chat_tui.providers.gemini.dialect import GeminiDecoder
from chat_tui.providers.native_reply import NativeDecoder
from chat_tui.providers.ollama.dialect import OllamaDecoder
from chat_tui.simulator.dialect import to_json
from chat_tui.simulator.script import (
    Done,
    Finish,
    Hang,
    Say,
    Script,
    Think,
    UseTool,
)
from chat_tui.simulator.script import Usage as Totals
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.native_sim import anthropic, gemini, ollama, sent

KEY = "canary-0123456789abcdef"
EACH = pytest.mark.parametrize("build", [anthropic, gemini, ollama])
REPLY = Script((Think("Hm"), Say("Hel"), Say("lo"), Totals(3, 2), Finish(), Done()))


def a_delta(decoder: NativeDecoder, text: str, thought: bool) -> dict[str, Any]:
    match decoder:
        case AnthropicDecoder():
            name = "thinking" if thought else "text"
            return {"type": "content_block_delta", "delta": {"type": f"{name}_delta", name: text}}
        case GeminiDecoder():
            return {"candidates": [{"content": {"parts": [{"text": text, "thought": thought}]}}]}
        case _:
            return {"message": {"thinking" if thought else "content": text}, "done": False}


@pytest.mark.parametrize("decoder", [AnthropicDecoder, GeminiDecoder, OllamaDecoder])
@given(
    text=st.text(min_size=1), thought=st.booleans(), cuts=st.lists(st.integers(0, 40), max_size=5)
)
def test_a_text_is_whole_however_the_server_cuts_it(
    decoder: type[AnthropicDecoder | GeminiDecoder | OllamaDecoder],
    text: str,
    thought: bool,
    cuts: list[int],
) -> None:
    reader = decoder(provider="p", model="m")
    halves = text.encode("utf-16-le")  # a server may cut between the halves of a character
    units = [
        halves[i : i + 2].decode("utf-16-le", "surrogatepass") for i in range(0, len(halves), 2)
    ]
    places = [0, *sorted(cut for cut in cuts if cut < len(units)), len(units)]
    events: list[StreamEvent] = []
    for start, stop in pairwise(places):
        delta = a_delta(reader, "".join(units[start:stop]), thought)
        events += reader.decode(Frame("message", to_json(delta).decode()))
    told = [one.text for one in events if isinstance(one, TextDelta | ReasoningDelta)]
    assert "".join(told) == text


@pytest.mark.parametrize("decoder", [AnthropicDecoder, GeminiDecoder, OllamaDecoder])
def test_the_end_mark_that_a_gateway_adds_is_no_nonsense(
    decoder: type[AnthropicDecoder | GeminiDecoder | OllamaDecoder],
) -> None:
    reader = decoder(provider="p", model="m")
    said = Frame("message", to_json(a_delta(reader, "Hello", thought=False)).decode())
    found = heard([*reader.decode(said), *reader.decode(Frame("message", "[DONE]"))])
    assert (found.text, found.finish) == ("Hello", "incomplete")
    assert [*reader.decode(said), *reader.end()] == []
    assert found.notices == [
        "the connection ended before the server said that the reply is complete"
    ]


@EACH
async def test_words_thoughts_and_totals_arrive(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(REPLY)
    found = heard(await ask_once(build(simulator)))
    assert (found.text, found.reasoning, found.finish) == ("Hello", "Hm", "stop")
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (3, 2)
    assert found.notices == []


@EACH
async def test_a_reply_without_a_stream_says_the_same(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(Script(REPLY.acts, content_type="application/json"))
    found = heard(await ask_once(build(simulator)))
    assert (found.text, found.reasoning, found.finish) == ("Hello", "Hm", "stop")


@EACH
async def test_a_call_for_a_tool_is_shown_and_ends_the_reply(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(Script((UseTool("f", '{"a":1}', ""), Finish("tool_calls"), Done())))
    found = heard(await ask_once(build(simulator)))
    [call] = found.tools.values()
    assert (call.name, call.arguments, call.state) == ("f", '{"a":1}', "done")
    assert found.finish == "tool_calls"


@EACH
async def test_a_reply_that_is_cut_short_is_not_complete(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(Script((Say("a"),)), Script((Say("a"), Finish("length"), Done())))
    async with closing(build(simulator)) as provider:
        broken, short = heard(await ask(provider)), heard(await ask(provider))
    assert (broken.finish, short.finish) == ("incomplete", "length")
    assert "before the server said" in broken.notices[0]


@EACH
async def test_parameters_go_into_the_body_and_win(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(REPLY)
    provider = build(simulator, parameters={"a": 1, "b": 1})
    await ask_once(provider, request(parameters={"b": 2}, model="demo-slow"))
    assert (sent(simulator)["a"], sent(simulator)["b"]) == (1, 2)


@EACH
async def test_without_a_model_nothing_is_sent(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    async with closing(build(simulator, model="")) as provider:
        with pytest.raises(Rejected, match="no model is chosen"):
            async with aclosing(provider.stream(request())) as events:
                await anext(events)
    assert {call.method for call in simulator.calls} <= {"GET"}


@EACH
async def test_the_earlier_turns_go_along(simulator: Simulator, build: Callable[..., Any]) -> None:
    simulator.enqueue(REPLY)
    first = user_message("one", parent=None)
    blank = blank_reply(parent=first.id, provider="p", model="m")
    last = user_message("three", parent=blank.id)
    await ask_once(build(simulator), request(first, blank, last, system_prompt="be brief"))
    body = f"{sent(simulator)}"
    assert "be brief" in body
    assert body.index("one") < body.index("three")
    assert "assistant" not in body  # the reply in between was blank


@EACH
async def test_a_key_is_shown_where_the_vendor_wants_it(build: Callable[..., Any]) -> None:
    async with Simulator(key=KEY) as simulator:
        simulator.enqueue(REPLY)
        async with closing(build(simulator, PlainKey(Secret(KEY)))) as provider:
            assert heard(await ask(provider)).finish == "stop"
            assert await provider.check()
        wrong = heard(await ask_once(build(simulator, PlainKey(Secret("wrong-key")))))
    assert wrong.error is not None
    assert (wrong.error.kind, wrong.finish) == ("auth", None)
    assert "wrong-key" not in wrong.error.message


@EACH
async def test_a_reply_that_is_left_closes_the_connection(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    simulator.enqueue(Script((Say("a"), Hang())))
    async with closing(build(simulator)) as provider:
        async with aclosing(provider.stream(request())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    break
        await simulator.hangup_seen()


@EACH
async def test_a_connection_is_used_again(simulator: Simulator, build: Callable[..., Any]) -> None:
    simulator.enqueue(REPLY, REPLY)
    async with closing(build(simulator)) as provider:
        await ask(provider)
        await ask(provider)
    assert simulator.connections == 1


@EACH
async def test_the_check_names_a_model_that_is_not_listed(
    simulator: Simulator, build: Callable[..., Any]
) -> None:
    async with closing(build(simulator)) as provider:
        assert await provider.check() == "3 models"
    async with closing(build(simulator, model="gone")) as provider:
        assert await provider.check() == "3 models, 'gone' is not among them"
