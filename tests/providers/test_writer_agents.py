"""The simulator's own agents of Writer as a reader is told of them."""

from dataclasses import replace

import pytest

from chat_tui.events import SourceRefs, Step
from chat_tui.providers.writer.options import Endpoint
from chat_tui.simulator import demo_flows
from chat_tui.simulator.demo_answers import LABEL
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.script import Pause, Script
from chat_tui.simulator.server import Simulator
from tests.providers.asking import ask_once, heard
from tests.providers.writer_sim import writer


def at_once(prompt: Prompt) -> Script:
    script = demo_flows.reply(prompt)
    assert script is not None
    return replace(script, acts=tuple(act for act in script.acts if not isinstance(act, Pause)))


@pytest.mark.parametrize(
    ("endpoint", "labels"),
    [
        ("application", ["Planning the research", "Reading", "Comparing"]),
        ("knowledge-graph", ["What is meant by 'hi'?", "Who answers it?"]),
    ],
)
async def test_stages_and_subqueries_are_steps_with_sources(
    endpoint: Endpoint, labels: list[str]
) -> None:
    async with Simulator(responder=at_once) as simulator:
        events = await ask_once(writer(simulator, endpoint))
    steps = {event.label: event.state for event in events if isinstance(event, Step)}
    assert steps == dict.fromkeys(labels, "done")
    assert any(isinstance(event, SourceRefs) for event in events)
    found = heard(events)
    assert (found.text.startswith(LABEL), found.finish) == (True, "stop")
