"""The official client against the simulator: the same script gives it the same as our provider."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
import requests
from flowise import Flowise, PredictionData  # type: ignore[import-untyped]  # it has no types

from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW, MUTE_FLOW, WHOLE_FLOW
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Comment,
    Content,
    Done,
    Fail,
    Finish,
    Passage,
    Picture,
    Say,
    Script,
    Suggest,
    Think,
    Usage,
    UseTool,
    Work,
)
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard
from tests.providers.flowise_sim import flowise

TEXT = "Grüße\u2028 and 😀\u0085 more\n"
SAID: tuple[Content, ...] = (Say(TEXT), Say("end"), Finish(), Done())
EVERYTHING: tuple[Content, ...] = (
    Work("n", "LLM"),
    Think("hm"),
    Comment("heartbeat"),
    Say("Hi"),
    UseTool("calc", '{"input":"1+1"}', "2"),
    Cite((Passage("a.txt", text="A"),)),
    Picture(b"\x89PNG\r\n\x1a\n"),
    Usage(3, 2),
    Work("n", "LLM", "done"),
    Suggest(("more?",)),
    Finish(),
    Done(),
)


def _asked(simulator: Simulator, flow: str, *, streaming: bool) -> list[Any]:
    data = PredictionData(chatflowId=flow, question="hi", streaming=streaming)
    return list(Flowise(simulator.url).create_prediction(data))


async def by_client(
    simulator: Simulator, acts: Sequence[Content], flow: str = CHATFLOW, *, streaming: bool = True
) -> list[Any]:
    """What the client yields of a script: texts of JSON, or one document."""
    simulator.enqueue(Script(tuple(acts)))
    return await asyncio.to_thread(_asked, simulator, flow, streaming=streaming)


def payloads(events: list[Any], name: str) -> list[Any]:
    decoded = [json.loads(event) for event in events]
    return [event["data"] for event in decoded if event["event"] == name]


@pytest.mark.parametrize("flow", [CHATFLOW, AGENTFLOW])
async def test_a_stream_has_the_same_text(simulator: Simulator, flow: str) -> None:
    events = await by_client(simulator, SAID, flow)
    simulator.enqueue(Script(SAID))
    found = heard(await ask_once(flowise(simulator, chatflow_id=flow)))
    assert "".join(payloads(events, "token")) == found.text == f"{TEXT}end"


async def test_a_document_has_the_same_text(simulator: Simulator) -> None:
    for flow, streaming in ((CHATFLOW, False), (WHOLE_FLOW, True)):
        (answer,) = await by_client(simulator, SAID, flow, streaming=streaming)
        simulator.enqueue(Script(SAID))
        found = heard(await ask_once(flowise(simulator, chatflow_id=flow, streaming=streaming)))
        assert answer["text"] == found.text == f"{TEXT}end"


async def test_an_error_in_a_stream_is_the_same(simulator: Simulator) -> None:
    acts = (Say("par"), Fail("it broke"))
    events = await by_client(simulator, acts)
    simulator.enqueue(Script(acts))
    found = heard(await ask_once(flowise(simulator)))
    assert found.error is not None
    assert "".join(payloads(events, "token")) == found.text == "par"
    (said,) = payloads(events, "error")
    assert said == f"Error: predictionsServices.buildChatflow - {found.error.message}"


async def test_an_error_in_a_document_is_one_for_both(simulator: Simulator) -> None:
    with pytest.raises(requests.HTTPError, match="500"):
        await by_client(simulator, (Fail("it broke"),), streaming=False)
    simulator.enqueue(Script((Fail("it broke"),)))
    error = heard(await ask_once(flowise(simulator, streaming=False))).error
    assert error is not None
    assert (error.kind, error.status) == ("provider", 500)


async def test_a_flow_that_is_not_there_is_an_error_for_both(simulator: Simulator) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(requests.HTTPError, match="500"):
        await asyncio.to_thread(_asked, simulator, nowhere, streaming=True)
    error = heard(await ask_once(flowise(simulator, chatflow_id=nowhere))).error
    assert error is not None
    assert error.kind == "rejected"


async def test_everything_else_that_a_flow_tells_is_the_same(simulator: Simulator) -> None:
    events = await by_client(simulator, EVERYTHING, AGENTFLOW)
    simulator.enqueue(Script(EVERYTHING))
    found = heard(await ask_once(flowise(simulator, chatflow_id=AGENTFLOW)))
    (tools,) = payloads(events, "usedTools")
    assert [tool["toolOutput"] for tool in tools] == [one.output for one in found.tools.values()]
    (artifacts,) = payloads(events, "artifacts")
    assert len(artifacts) == len(found.pictures) == 1
    assert "".join(payloads(events, "thinking")) == found.reasoning
    assert payloads(events, "end") == ["[DONE]"]


async def test_a_question_is_the_same(simulator: Simulator) -> None:
    acts = (AskApproval("Go?"), Finish(), Done())
    events = await by_client(simulator, acts, AGENTFLOW)
    simulator.enqueue(Script(acts))
    found = heard(await ask_once(flowise(simulator, chatflow_id=AGENTFLOW)))
    assert "".join(payloads(events, "token")) == found.text == "Go?"
    assert found.finish == "tool_calls"
    (metadata,) = payloads(events, "metadata")
    assert payloads(events, "action") == [metadata["action"]]


async def test_we_have_the_text_that_the_client_never_gets(simulator: Simulator) -> None:
    events = await by_client(simulator, SAID, MUTE_FLOW)
    simulator.enqueue(Script(SAID))
    found = heard(await ask_once(flowise(simulator, chatflow_id=MUTE_FLOW)))
    assert (payloads(events, "token"), found.text) == ([], f"{TEXT}end")


async def test_we_keep_the_words_that_the_client_drops(simulator: Simulator) -> None:
    acts = (Say("data: not-a-field"), Finish(), Done())
    events = await by_client(simulator, acts)
    simulator.enqueue(Script(acts))
    found = heard(await ask_once(flowise(simulator)))
    assert payloads(events, "token") == [" not-a-field"]  # version 1.0.4
    assert found.text == "data: not-a-field"
