from typing import Protocol

import pytest
from textual.pilot import Pilot

from chat_tui.store.store import Store
from chat_tui.widgets.pane.attention import HIDDEN_S
from chat_tui.widgets.pane.pane import Pane
from chat_tui.widgets.pane.pane_tree import LEAST
from chat_tui.widgets.pane.panes import Panes
from chat_tui.widgets.transcript.frame_clock import FRAME_S
from chat_tui.widgets.transcript.transcript import UNFOCUSED_FRAME_S
from tests.app.desk import (
    Desk,
    answered,
    ask,
    burst,
    chat,
    held,
    notes,
    reply,
    rows,
    say,
    shown,
    until,
    write,
)
from tests.app.desk import streaming as text_shown


class Held(Protocol):
    def open(self) -> None: ...


def panes(pilot: Pilot[int]) -> Panes:
    return chat(pilot).panes.widget


async def count(pilot: Pilot[int], number: int) -> None:
    await until(pilot, lambda: len(panes(pilot)) == number)
    await laid_out(pilot)


async def laid_out(pilot: Pilot[int]) -> None:
    """Wait until every pane is where it belongs, and has what it needs to be used."""

    def settled() -> bool:
        widget = panes(pilot)
        places = widget.places(widget.size)
        return (
            bool(widget.size)
            and all(
                pane.is_mounted and pane.region.size == place.size for pane, place in places.items()
            )
            and pilot.app.focused in list(widget.current.query("*"))
        )

    await until(pilot, settled)


async def split(pilot: Pilot[int], key: str = "f6") -> Pane:
    before = len(panes(pilot))
    await pilot.press(key)
    await count(pilot, before + 1)
    return panes(pilot).current


async def shows(pilot: Pilot[int], pane: Pane, text: str) -> None:
    """Wait until the last message of a pane says this."""
    await until(pilot, lambda: pane.transcript.messages[-1].text == text)


async def seen(pilot: Pilot[int], text: str) -> None:
    await until(pilot, lambda: text in shown(pilot))


async def focused(pilot: Pilot[int], pane: Pane) -> None:
    await until(pilot, lambda: pilot.app.focused is pane.prompt)


async def said(pilot: Pilot[int], text: str, words: str) -> None:
    """Say something in the current pane, and wait for the first words of the reply."""
    await say(pilot, text)
    await text_shown(pilot, words)


async def test_a_split_opens_a_new_conversation_beside_this_one(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await ask(pilot, "hi")
        first = chat(pilot).pane
        second = await split(pilot)
        assert second is not first
        assert second.session is not first.session
        assert (second.provider, second.model) == (first.provider, first.model)
        assert first.region.right < second.region.x
        assert first.region.height == second.region.height
        assert pilot.app.focused is second.prompt


@pytest.mark.parametrize("key", ["shift+f6", "f18"])
async def test_a_split_down_opens_one_below(desk: Desk, key: str) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        second = await split(pilot, key)
        assert first.region.bottom < second.region.y
        assert first.region.width == second.region.width


async def test_two_panes_stream_at_once(desk: Desk) -> None:
    one, first_script = held("one begins", " one ends")
    two, second_script = held("two begins", " two ends")
    desk.simulator.enqueue(first_script, second_script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        await said(pilot, "first", "one begins")
        second = await split(pilot)
        await said(pilot, "second", "two begins")
        assert first.session.running
        assert second.session.running
        two.open()
        one.open()
        for pane, text in ((first, "one begins one ends"), (second, "two begins two ends")):
            await pane.session.wait()
            await shows(pilot, pane, text)
            await seen(pilot, text)


async def test_a_pane_that_is_closed_while_it_streams_leaves_the_reply_complete_in_the_store(
    desk: Desk,
) -> None:
    gate, script = held("begins", " and ends")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        closed = await split(pilot)
        await said(pilot, "hi", "begins")
        session = closed.session
        await pilot.press("alt+w")
        await count(pilot, 1)
        assert session.running
        gate.open()
        await session.wait()
        store = Store(desk.paths.database)
        stored = await store.load(session.conversation.id)
        await store.close()
        assert [message.text for message in stored.path()] == ["hi", "begins and ends"]


async def test_a_closed_pane_is_opened_again_with_its_reply_and_its_draft(desk: Desk) -> None:
    gate, script = held("begins", " and ends")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await split(pilot)
        await said(pilot, "hi", "begins")
        await write(pilot, "draft")
        await pilot.press("alt+w")
        await count(pilot, 1)
        await pilot.press("alt+u")
        await count(pilot, 2)
        pane = chat(pilot).pane
        await text_shown(pilot, "begins")
        gate.open()
        await answered(pilot)
        assert pane.transcript.messages[-1].text == "begins and ends"
        await until(pilot, lambda: pane.prompt.text == "draft")


async def test_a_pane_that_was_closed_below_another_is_opened_below_it_again(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await pilot.press("shift+f6")
        await count(pilot, 2)
        await pilot.press("alt+w")
        await count(pilot, 1)
        await pilot.press("alt+u")
        await count(pilot, 2)
        upper, lower = panes(pilot).all
        assert upper.region.x == lower.region.x
        assert upper.region.bottom <= lower.region.y


async def test_the_last_pane_stays(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await pilot.press("alt+w")
        await until(pilot, lambda: "the last pane stays" in notes(pilot))
        assert len(panes(pilot)) == 1


async def test_f7_moves_on_and_shift_f7_back(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await split(pilot)
        await split(pilot)
        order = panes(pilot).all
        assert chat(pilot).pane is order[2]
        for key, at in (("f7", 0), ("f7", 1), ("shift+f7", 0), ("f19", 2)):
            await pilot.press(key)
            await focused(pilot, order[at])
            assert chat(pilot).pane is order[at]


async def test_what_is_typed_right_after_f7_is_for_the_other_pane(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await pilot.press("f6")
        await count(pilot, 2)
        first, second = panes(pilot).all
        await until(pilot, lambda: second.prompt.has_focus)
        burst(pilot, "a", "f7", "b", "shift+f7", "c")
        await until(pilot, lambda: second.prompt.text == "ac")
        assert first.prompt.text == "b"


async def test_a_click_moves_the_keys(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        await split(pilot)
        await pilot.click(first.status)
        await until(pilot, lambda: chat(pilot).pane is first)
        await until(pilot, lambda: pilot.app.focused is first.prompt)
        other = panes(pilot).all[1]
        await pilot.click(other.transcript)
        await until(pilot, lambda: chat(pilot).pane is other)


async def test_the_current_pane_is_marked_without_colour_and_one_alone_is_not(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        assert "❯ new" not in rows(pilot.app.screen)[0]
        await split(pilot)
        await until(pilot, lambda: rows(pilot.app.screen)[0].count("❯ new") == 1)
        header = rows(pilot.app.screen)[0]
        assert header.index("❯ new") > header.index("│")
        await pilot.press("f7")
        await until(pilot, lambda: rows(pilot.app.screen)[0].startswith(" ❯ new"))


async def test_keys_act_on_the_current_pane(desk: Desk) -> None:
    desk.simulator.enqueue(reply("left"), reply("right"), reply("again"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await ask(pilot, "one")
        first = chat(pilot).pane
        second = await split(pilot)
        await ask(pilot, "two")
        await pilot.press("f7")
        await until(pilot, lambda: pilot.app.focused is first.prompt)
        await pilot.press("f5")
        await until(pilot, lambda: first.transcript.messages[-1].text == "again")
        assert [message.text for message in second.transcript.messages] == ["two", "right"]
        await pilot.press("ctrl+n")
        await until(pilot, lambda: first.transcript.messages == ())
        assert second.transcript.messages != ()


async def test_each_pane_has_its_own_draft_provider_and_model(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        await write(pilot, "left")
        second = await split(pilot)
        second.answer_with("demo", "")
        await write(pilot, "right")
        assert (first.prompt.text, first.provider) == ("left", "sim")
        assert (second.prompt.text, second.provider) == ("right", "demo")


async def test_one_conversation_in_two_panes_is_shown_by_both(desk: Desk) -> None:
    gate, script = held("begins", " and ends")
    desk.simulator.enqueue(reply("ok"), script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await ask(pilot, "hi")
        first = chat(pilot).pane
        await chat(pilot).panes.split(same=True)
        await count(pilot, 2)
        second = chat(pilot).pane
        assert second.session is first.session
        assert [message.text for message in second.transcript.messages] == ["hi", "ok"]
        await said(pilot, "more", "begins")
        await until(pilot, lambda: first.transcript.messages[-1].text == "begins")
        gate.open()
        await answered(pilot)
        for pane in (first, second):
            await shows(pilot, pane, "begins and ends")
            assert [m.text for m in pane.transcript.messages][:3] == ["hi", "ok", "more"]


async def test_a_zoomed_pane_has_the_screen_and_the_others_go_on_unseen(desk: Desk) -> None:
    gate, script = held("begins", " and ends")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        await said(pilot, "hi", "begins")
        second = await split(pilot)
        await pilot.press("alt+z")
        await laid_out(pilot)
        assert second.region.width == 100
        assert panes(pilot).in_sight == [second]
        assert "pane 2 of 2" in rows(pilot.app.screen)[0]
        gate.open()
        await first.session.wait()
        await pilot.press("alt+z")
        await laid_out(pilot)
        await until(pilot, lambda: "begins and ends" in shown(pilot))


async def test_panes_are_painted_as_often_as_they_are_looked_at(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        assert first.attention.pace_s == FRAME_S
        second = await split(pilot)
        assert (first.attention.pace_s, second.attention.pace_s) == (UNFOCUSED_FRAME_S, FRAME_S)
        assert first.transcript._clock.least_s == UNFOCUSED_FRAME_S
        await pilot.press("alt+z")
        assert first.attention.pace_s == HIDDEN_S
        await pilot.press("f7")
        assert (first.attention.pace_s, second.attention.pace_s) == (FRAME_S, HIDDEN_S)


async def test_what_was_queued_in_a_pane_out_of_sight_is_sent(desk: Desk) -> None:
    gate, script = held("begins", " and ends")
    desk.simulator.enqueue(script, reply("second"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        await said(pilot, "hi", "begins")
        await say(pilot, "queued")
        await until(pilot, lambda: list(first.prompt.queued) == ["queued"])
        await split(pilot)
        await pilot.press("alt+z")
        gate.open()
        await until(pilot, lambda: len(first.session.conversation) == 4)
        await first.session.wait()
        assert first.session.conversation.path()[-1].text == "second"


async def test_a_pane_grows_and_shrinks_by_keys_and_by_the_mouse(desk: Desk) -> None:
    async with desk.app().run_test(size=(101, 30)) as pilot:
        first = chat(pilot).pane
        second = await split(pilot)
        assert (first.size.width, second.size.width) == (50, 50)
        await pilot.press("alt+l")
        await laid_out(pilot)
        assert second.size.width == 54
        await pilot.press("alt+h", "alt+h")
        await laid_out(pilot)
        assert second.size.width == 46
        at = (first.region.right, 5)
        await pilot.mouse_down(offset=at)
        await pilot.hover(offset=(30, 5))
        await pilot.mouse_up(offset=(30, 5))
        await laid_out(pilot)
        assert first.size.width == 30
        await pilot.press("alt+j")
        await until(pilot, lambda: "no room to give or to take" in notes(pilot))


async def test_panes_change_places(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        first = chat(pilot).pane
        second = await split(pilot)
        await pilot.press("alt+m")
        await laid_out(pilot)
        assert panes(pilot).all == [second, first]
        assert second.region.x == 0
        assert chat(pilot).pane is second
        chat(pilot).panes.swap("up")
        await until(pilot, lambda: "no pane to change places with" in notes(pilot))
        chat(pilot).panes.swap("right")
        await laid_out(pilot)
        assert panes(pilot).all == [first, second]


async def test_a_small_screen_refuses_a_split_and_says_why(desk: Desk) -> None:
    async with desk.app().run_test(size=(2 * LEAST.width, 2 * LEAST.height)) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: "no room for another pane" in notes(pilot))
        await pilot.press("shift+f6")
        await pilot.pause()
        assert len(panes(pilot)) == 1


async def test_down_to_40_by_12_the_current_pane_is_shown_alone_and_nothing_is_lost(
    desk: Desk,
) -> None:
    one, first_script = held("one begins", " one ends")
    two, second_script = held("two begins", " two ends")
    desk.simulator.enqueue(first_script, second_script)
    async with desk.app().run_test(size=(120, 40)) as pilot:
        first = chat(pilot).pane
        await said(pilot, "first", "one begins")
        second = await split(pilot)
        await said(pilot, "second", "two begins")
        await split(pilot, "shift+f6")
        for width, height in ((80, 24), (60, 16), (40, 12)):
            await pilot.resize_terminal(width, height)
            await laid_out(pilot)
            assert len(rows(pilot.app.screen)) == height
        assert "pane 3 of 3" in rows(pilot.app.screen)[0]
        await pilot.press("f7")
        await laid_out(pilot)
        assert first.region.size == (40, 11)
        one.open()
        two.open()
        await first.session.wait()
        await second.session.wait()
        await pilot.resize_terminal(120, 40)
        await laid_out(pilot)
        await until(pilot, lambda: "one begins one ends" in shown(pilot))
        await until(pilot, lambda: "two begins two ends" in shown(pilot))
        assert len(panes(pilot).in_sight) == 3


async def test_while_something_is_open_no_pane_is_split(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("f6", "f7", "alt+z", "alt+c")
        await pilot.pause()
        assert len(panes(pilot)) == 1
        assert len(pilot.app.screen_stack) == 2


async def test_trouble_with_the_store_is_said_in_every_pane(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await split(pilot)
        chat(pilot).panes.warn("not saving")
        assert all("not saving" in pane.status.line for pane in panes(pilot).all)
