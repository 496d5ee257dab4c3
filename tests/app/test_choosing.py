from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.conversation import Conversation
from chat_tui.events import Approval, Finished, FollowUps, StreamEvent, TextDelta
from chat_tui.folding import fold
from chat_tui.message import Decision, blank_reply, user_message
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    notes,
    rows,
    shown,
    transcript_rows,
    until,
    write,
)
from tests.app.pointing import cell, click, cursor_rows
from tests.app.scripted import ScriptedProvider, scripted

APPROVAL = Approval("a", "Send it?", "Proceed", "Reject", resume="node-1")
PROPOSALS = FollowUps(("How heavy is it?", "Who made it?"))
WAITING = Finished("tool_calls")


def bar(pilot: Pilot[int]) -> str:
    return chat(pilot).pane.choice_bar.line.removesuffix("Alt+0 chooses").strip()


def decisions(provider: ScriptedProvider) -> list[Decision]:
    last = provider.requests[-1].messages[-1]
    return [part for part in last.parts if isinstance(part, Decision)]


async def until_messages(pilot: Pilot[int], count: int) -> None:
    await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == count)
    await answered(pilot)


async def offered(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: chat(pilot).pane.choice_bar.choices is not None)
    await pilot.pause()


@asynccontextmanager
async def offering(
    desk: Desk,
    *said: StreamEvent,
    then: str = "",
    more: str = "",
    size: tuple[int, int] = (80, 24),
) -> AsyncGenerator[tuple[Pilot[int], ChatApp, ScriptedProvider], None]:
    """Open an application in which a reply offers something.

    Args:
        desk: Where it lies.
        said: The reply.
        then: What is answered next.
        more: See `Desk.app`.
        size: Of the terminal.
    """
    app = desk.app(provider="sim", more=more)
    provider = scripted(app)
    waits = any(isinstance(event, Approval) for event in said)
    provider.enqueue(*said, outcome=WAITING if waits else None)
    provider.enqueue(TextDelta(then))
    async with app.run_test(size=size) as pilot:
        await ask(pilot, "write to A")
        await offered(pilot)
        yield pilot, app, provider


async def test_the_bar_is_hidden_while_there_is_nothing_to_choose(desk: Desk) -> None:
    app = desk.app(provider="sim")
    scripted(app).enqueue(TextDelta("ok"))
    async with app.run_test() as pilot:
        assert not app.pane.choice_bar.display
        await ask(pilot, "hi")
        assert not app.pane.choice_bar.display
        await pilot.press("alt+1", "alt+0", "x")
        await until(pilot, lambda: "nothing to choose" in notes(pilot))
        assert app.pane.prompt.text == "x"


async def test_the_bar_says_which_key_leads_to_it(desk: Desk) -> None:
    async with offering(desk, PROPOSALS, more='[keys]\n"choice.focus" = "f10"\n') as (
        pilot,
        app,
        _,
    ):
        assert app.pane.choice_bar.line.endswith("   F10 chooses")
        await pilot.press("f10")
        await until(pilot, lambda: app.focused is app.pane.choice_bar)
        assert app.pane.choice_bar.line.endswith("2 Who made it?")


async def test_a_key_approves_and_the_same_provider_goes_on(desk: Desk) -> None:
    async with offering(desk, TextDelta("Dear A."), APPROVAL, then="Sent.") as (
        pilot,
        app,
        provider,
    ):
        assert bar(pilot) == "1 Proceed   2 Reject"
        await pilot.press("alt+1")
        await until_messages(pilot, 4)
        assert decisions(provider) == [Decision("a", approved=True)]
        assert APPROVAL in provider.requests[-1].messages[-2].parts
        assert [m.text for m in app.pane.transcript.messages[2:]] == ["Proceed", "Sent."]
        assert any("● Proceed     ○ Reject" in row for row in transcript_rows(pilot))
        assert not app.pane.choice_bar.display


LONG = "".join(f"line {number}\n\n" for number in range(60))


@pytest.mark.parametrize("keys", [("alt+1",), ("a", "n", "d", "enter")])
async def test_the_view_goes_on_with_the_answer_when_the_bar_closes(
    desk: Desk, keys: tuple[str, ...]
) -> None:
    async with offering(
        desk, TextDelta(LONG), APPROVAL, then=f"{LONG}the very end", size=(100, 30)
    ) as (pilot, app, _):
        assert app.pane.transcript.following
        await pilot.press(*keys)
        await until_messages(pilot, 4)
        await pilot.pause()
        assert app.pane.transcript.following
        assert "the very end" in shown(pilot)


async def test_what_stands_in_the_prompt_goes_along_as_feedback(desk: Desk) -> None:
    async with offering(desk, Approval("a", "Send it?", feedback=True), then="I will.") as (
        pilot,
        app,
        provider,
    ):
        assert bar(pilot).endswith("with what you wrote below")
        await write(pilot, "Be kinder.")
        await pilot.press("alt+2")
        await until_messages(pilot, 4)
        assert decisions(provider) == [Decision("a", approved=False, feedback="Be kinder.")]
        assert app.pane.prompt.text == ""
        assert app.pane.transcript.messages[2].text == "Reject: Be kinder."


async def test_a_draft_stays_where_no_feedback_is_asked_for(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="ok") as (pilot, app, provider):
        await write(pilot, "draft")
        await pilot.press("alt+1")
        await until_messages(pilot, 4)
        assert decisions(provider) == [Decision("a", approved=True)]
        assert app.pane.prompt.text == "draft"


async def test_a_click_on_a_button_decides_and_only_once(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="Then not.") as (pilot, app, provider):
        await click(pilot, cell(pilot, "Send it?"))
        assert len(app.pane.transcript.messages) == 2
        await click(pilot, cell(pilot, "Reject ]"))
        await until_messages(pilot, 4)
        assert decisions(provider) == [Decision("a", approved=False)]
        await click(pilot, cell(pilot, "Proceed"))
        await pilot.press("alt+1")
        await pilot.pause()
        assert len(provider.requests) == 2
        assert len(app.pane.transcript.messages) == 4


async def test_choosing_twice_at_once_decides_once(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="ok") as (pilot, app, provider):
        app.pane.choice_bar.action_choose()
        app.pane.choice_bar.action_choose()
        await until_messages(pilot, 4)
        assert len(provider.requests) == 2


async def test_the_bar_is_walked_through_by_keys(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="ok") as (pilot, app, provider):
        await pilot.press("alt+0")
        await until(pilot, lambda: "Enter choose" in rows(app.screen)[-1])
        await pilot.press("escape")
        assert app.focused is app.pane.prompt
        await pilot.press("alt+0", "left", "right", "right", "enter")
        await until_messages(pilot, 4)
        assert decisions(provider) == [Decision("a", approved=False)]
        assert app.focused is app.pane.prompt


async def test_enter_on_the_block_leads_to_the_bar(desk: Desk) -> None:
    async with offering(desk, APPROVAL) as (pilot, app, _):
        await pilot.press("tab")
        assert cursor_rows(pilot) == ["› Send it?", "  [ Proceed ]   [ Reject ]"]
        await pilot.press("enter")
        await until(pilot, lambda: app.focused is app.pane.choice_bar)


async def test_a_decision_is_stored_and_an_open_one_is_offered_again(desk: Desk) -> None:
    app = desk.app(provider="sim")
    scripted(app).enqueue(APPROVAL, outcome=WAITING)
    async with app.run_test() as pilot:
        await ask(pilot, "write to A")
    again = desk.app(provider="sim", conversation=await desk.stored())
    provider = scripted(again)
    provider.enqueue(TextDelta("Sent."))
    async with again.run_test() as pilot:
        await offered(pilot)
        await pilot.press("alt+1")
        await until_messages(pilot, 4)
    last = desk.app(provider="sim", conversation=await desk.stored())
    async with last.run_test() as pilot:
        await until(pilot, lambda: "● Proceed" in shown(pilot))
        assert not last.pane.choice_bar.display
        await pilot.press("up")
        assert last.pane.prompt.text == "write to A"


async def test_another_turn_passes_a_decision_over(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="ok") as (pilot, app, provider):
        await ask(pilot, "wait")
        assert decisions(provider) == []
        assert not app.pane.choice_bar.display
        assert any("○ Proceed     ○ Reject" in row for row in transcript_rows(pilot))


async def test_answering_again_takes_the_choice_away(desk: Desk) -> None:
    async with offering(desk, APPROVAL, then="No need.") as (pilot, app, _):
        await pilot.press("f5")
        await until(pilot, lambda: app.pane.transcript.messages[-1].text == "No need.")
        await answered(pilot)
        assert not app.pane.choice_bar.display


async def test_a_proposal_goes_into_the_prompt_and_the_next_one_takes_its_place(desk: Desk) -> None:
    async with offering(desk, TextDelta("So."), PROPOSALS) as (pilot, app, _):
        assert bar(pilot) == "1 How heavy is it?   2 Who made it?"
        await pilot.press("alt+1")
        await until(pilot, lambda: app.pane.prompt.text == "How heavy is it?")
        await click(pilot, cell(pilot, "Who made it?"))
        await until(pilot, lambda: app.pane.prompt.text == "Who made it?")
        assert len(app.pane.transcript.messages) == 2


async def test_a_proposal_never_takes_the_place_of_a_draft(desk: Desk) -> None:
    async with offering(desk, TextDelta("So."), PROPOSALS, then="41 kg.") as (pilot, app, _):
        await write(pilot, "draft")
        await pilot.press("alt+2")
        await until(pilot, lambda: app.pane.prompt.text == "draft\nWho made it?")
        await pilot.press("ctrl+z")
        assert app.pane.prompt.text == "draft"
        await pilot.press("alt+0", "enter")
        await until_messages(pilot, 4)
        assert app.pane.prompt.text == "draft"
        assert [m.text for m in app.pane.transcript.messages[2:]] == ["How heavy is it?", "41 kg."]


async def test_a_number_that_is_not_there_chooses_nothing(desk: Desk) -> None:
    async with offering(desk, PROPOSALS) as (pilot, app, _):
        await pilot.press("alt+9", "x")
        assert app.pane.prompt.text == "x"


async def test_a_click_on_the_bar_chooses(desk: Desk) -> None:
    async with offering(desk, PROPOSALS) as (pilot, app, _):
        column = app.pane.choice_bar.line.index("Who made")
        await pilot.click(app.pane.choice_bar, offset=(column, 0))
        await until(pilot, lambda: app.pane.prompt.text == "Who made it?")
        assert app.focused is app.pane.prompt


async def test_keys_of_choices_are_rebound_in_their_order(desk: Desk) -> None:
    async with offering(desk, PROPOSALS, more='[keys]\n"choice.pick" = "f11, f12"\n') as (
        pilot,
        app,
        _,
    ):
        await pilot.press("alt+1", "f12")
        await until(pilot, lambda: app.pane.prompt.text == "Who made it?")


async def test_a_provider_that_is_gone_is_named_and_nothing_is_decided(desk: Desk) -> None:
    turn = user_message("write to A", parent=None)
    blank = blank_reply(parent=turn.id, provider="gone", model="m")
    talk = Conversation(messages=[turn, fold([APPROVAL, WAITING], blank)])
    app = desk.app(provider="sim", conversation=talk)
    async with app.run_test() as pilot:
        await offered(pilot)
        await pilot.press("alt+1")
        await until(pilot, lambda: "no provider 'gone'" in notes(pilot))
        assert len(app.pane.transcript.messages) == 2
        assert app.pane.choice_bar.display


async def test_choices_that_have_no_room_are_cut_and_walked_through(desk: Desk) -> None:
    async with offering(
        desk, FollowUps(tuple(f"{n} " + "long words " * 9 for n in "abcdef")), size=(60, 24)
    ) as (pilot, app, _):
        assert bar(pilot).startswith("1 a long words")
        assert "6 f" not in bar(pilot)
        await pilot.press("alt+0", "end")
        assert "6 f long words" in bar(pilot)
        assert "1 a" not in bar(pilot)
        await pilot.press("home")
        assert bar(pilot).startswith("1 a long words")
        assert max(map(len, rows(app.screen))) == 60
