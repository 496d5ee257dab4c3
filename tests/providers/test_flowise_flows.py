"""The simulator's own flows as a reader is told of them: each event of Flowise is in one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chat_tui.events import (
    Approval,
    FollowUps,
    ImageResult,
    SourceRefs,
    Step,
    StreamEvent,
    ToolCall,
)
from chat_tui.folding import fold
from chat_tui.message import blank_reply, decision_message, user_message
from chat_tui.simulator import demo_flows
from chat_tui.simulator.demo_answers import LABEL
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.flowise import APPROVAL_FLOW, TEAM_FLOW, TOOL_FLOW, WORKFLOW
from chat_tui.simulator.script import Pause, Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask, ask_once, closing, heard, request
from tests.providers.flowise_sim import flowise


def at_once(prompt: Prompt) -> Script:
    """The flow's own script, without its pauses."""
    script = demo_flows.reply(prompt)
    assert script is not None
    return replace(script, acts=tuple(act for act in script.acts if not isinstance(act, Pause)))


async def answer(flow: str, text: str = "hello", **options: Any) -> Sequence[StreamEvent]:
    async with Simulator(responder=at_once) as simulator:
        provider = flowise(simulator, chatflow_id=flow, **options)
        return await ask_once(provider, request(user_message(text, parent=None)))


def steps(events: Sequence[StreamEvent]) -> dict[str, str]:
    return {event.label: event.state for event in events if isinstance(event, Step)}


def tools(events: Sequence[StreamEvent]) -> dict[str, tuple[str, str | None]]:
    calls = {event.id: event for event in events if isinstance(event, ToolCall)}
    return {call.name: (call.state, call.output) for call in calls.values()}


async def test_a_team_tells_its_agents_in_turn_and_answers_in_one_piece() -> None:
    events = await answer(TEAM_FLOW)
    assert steps(events) == {"Supervisor": "done", "Researcher": "done", "Writer": "done"}
    assert tools(events) == {
        "search_documents": ("done", "2 passages"),
        "calculator": ("done", "42"),
    }
    [sources] = [event for event in events if isinstance(event, SourceRefs)]
    assert [source.title for source in sources.sources] == ["handbook.pdf", "Streaming, in short"]
    running = [e.label for e in events if isinstance(e, Step) and e.state == "running"]
    assert running == ["Researcher", "Writer"]


async def test_a_workflow_has_something_of_everything() -> None:
    events = await answer(WORKFLOW)
    found = heard(events)
    assert steps(events) == {"Start": "done", "Plan": "done", "Agent": "done"}
    assert set(tools(events)) == {"calculator", "search_documents"}
    assert (found.reasoning[:5], found.text.startswith(LABEL), found.finish) == (
        "First", True, "stop",
    )  # fmt: skip
    kinds = {type(event) for event in events}
    assert {SourceRefs, ImageResult, FollowUps} < kinds
    assert found.usage is not None
    assert (found.usage.input_tokens, found.usage.output_tokens) == (430, 115)


@pytest.mark.parametrize(("flow", "failed"), [(WORKFLOW, {"Agent"}), (TOOL_FLOW, set())])
async def test_flows_fail_when_they_are_asked_for_an_error(flow: str, failed: set[str]) -> None:
    events = await answer(flow, "show me an error")
    error = heard(events).error
    assert error is not None
    assert "on purpose" in error.message
    assert {label for label, state in steps(events).items() if state == "failed"} == failed


async def test_a_tool_agent_tells_what_it_does_when_it_does_it() -> None:
    events = await answer(TOOL_FLOW)
    assert steps(events) == {"agent: calculator": "done", "agent: search_documents": "done"}
    assert tools(events) == {
        "calculator": ("done", "42"),
        "search_documents": ("done", "2 passages"),
    }


@pytest.mark.parametrize(
    ("approved", "feedback", "said"),
    [(True, "", "It would be sent now."), (False, "not yet", "It stays here. You said: not yet")],
)
async def test_a_flow_that_asks_goes_on_with_the_decision(
    approved: bool, feedback: str, said: str
) -> None:
    async with (
        Simulator(responder=at_once) as simulator,
        closing(flowise(simulator, chatflow_id=APPROVAL_FLOW)) as provider,
    ):
        turn = user_message("write to all", parent=None)
        events = await ask(provider, request(turn))
        [approval] = [event for event in events if isinstance(event, Approval)]
        assert (approval.prompt, approval.feedback) == ("Send it?", True)
        assert heard(events).finish == "tool_calls"
        asked = fold(events, blank_reply(parent=turn.id, provider="sim", model=APPROVAL_FLOW))
        decided = decision_message(approval, approved=approved, feedback=feedback, parent=asked.id)
        found = heard(await ask(provider, request(turn, asked, decided)))
    assert (found.text, found.finish) == (said, "stop")


@pytest.mark.parametrize("flow", [TEAM_FLOW, WORKFLOW, TOOL_FLOW])
async def test_each_flow_answers_in_one_piece_too(flow: str) -> None:
    found = heard(await answer(flow, streaming=False))
    assert (found.text.startswith(LABEL), found.finish) == (True, "stop")
