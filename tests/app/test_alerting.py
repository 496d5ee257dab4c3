"""The application tells of long replies when nobody looks at it."""

import pytest
from textual import events
from textual.pilot import Pilot

from chat_tui.alerts import BELL
from chat_tui.app import alerts as app_alerts
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    idle,
    reply,
    say,
    streaming,
    until,
)


def written(pilot: Pilot[int]) -> list[str]:
    """What is written to the terminal from now on to tell of something."""
    sequences: list[str] = []
    chat(pilot).work.alerts._write = sequences.append
    return sequences


async def look_away(pilot: Pilot[int]) -> None:
    pilot.app.post_message(events.AppBlur())
    await until(pilot, lambda: not pilot.app.app_focus)


@pytest.fixture
def any_reply_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_alerts, "LONG_S", 0.0)


@pytest.mark.usefixtures("any_reply_is_long")
@pytest.mark.parametrize(
    ("mode", "away", "expected"),
    [
        ("unfocused", True, 1),
        ("unfocused", False, 0),
        ("always", False, 1),
        ("never", True, 0),
    ],
)
async def test_a_long_reply_is_told_of_when_it_should_be(
    desk: Desk, mode: str, away: bool, expected: int
) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(app=f'notify = "{mode}"').run_test() as pilot:
        sequences = written(pilot)
        if away:
            await look_away(pilot)
        chat(pilot).pane.prompt.insert("hi")
        chat(pilot).pane.prompt.action_send()
        await answered(pilot)
        await until(pilot, lambda: len(sequences) >= expected)
        await idle(pilot)
        assert [one[-1] for one in sequences] == [BELL] * expected


async def test_a_short_reply_is_not_told_of(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(app='notify = "always"').run_test() as pilot:
        sequences = written(pilot)
        await ask(pilot, "hi")
        await idle(pilot)
        assert sequences == []


@pytest.mark.usefixtures("any_reply_is_long")
async def test_a_reply_that_was_stopped_is_not_told_of(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app(app='notify = "always"').run_test() as pilot:
        sequences = written(pilot)
        await say(pilot, "hi")
        await streaming(pilot, "so far")
        await pilot.press("escape")
        await answered(pilot)
        await idle(pilot)
        assert sequences == []


@pytest.mark.usefixtures("any_reply_is_long")
async def test_two_panes_with_one_conversation_tell_once(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app(app='notify = "always"').run_test() as pilot:
        sequences = written(pilot)
        await say(pilot, "hi")
        await streaming(pilot, "so far")
        await chat(pilot).panes.split(same=True)
        await streaming(pilot, "so far")
        gate.open()
        first, second = (pane.transcript for pane in chat(pilot).panes.widget.all)
        await until(pilot, lambda: first.messages[-1].outcome is not None)
        await until(pilot, lambda: second.messages[-1].outcome is not None)
        await until(pilot, lambda: bool(sequences))
        await idle(pilot)
        assert len(sequences) == 1
