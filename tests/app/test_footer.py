"""The footer says that a reply can be stopped as long as there is one, and not otherwise."""

from textual.message import Message
from textual.pilot import Pilot

from chat_tui.screens.help import HelpScreen
from chat_tui.simulator.script import Gate, Hold, Say
from chat_tui.widgets.pane.pane import Pane
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    painted,
    reply,
    rows,
    say,
    streaming,
    until,
)


def footer(pilot: Pilot[int]) -> str:
    return rows(pilot.app.screen_stack[0])[-1]


async def stop_is_named(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "Esc stop" in footer(pilot))


async def stop_is_gone(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: "Esc stop" not in footer(pilot))


async def test_stop_is_named_from_the_beginning_of_a_reply_to_its_end(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        assert "send" in footer(pilot)
        assert "Esc stop" not in footer(pilot)
        await say(pilot, "hi")
        await stop_is_named(pilot)
        gate.open()
        await answered(pilot)
        await stop_is_gone(pilot)


async def test_a_stopped_reply_can_be_stopped_no_more(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        await streaming(pilot, "so far")
        await pilot.press("escape")
        await stop_is_gone(pilot)


async def test_another_key_that_stops_is_named(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app(more='[keys]\n"reply.stop" = "f10"\n').run_test(size=(120, 30)) as pilot:
        await say(pilot, "hi")
        await until(pilot, lambda: "F10 stop" in footer(pilot))
        gate.open()
        await answered(pilot)


async def test_while_a_dialog_is_open_esc_is_for_that(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await stop_is_gone(pilot)
        await pilot.press("escape")
        await stop_is_named(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        gate.open()
        await answered(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert "Esc stop" not in footer(pilot)


async def test_only_the_reply_of_the_current_pane_counts(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(160, 30)) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: len(chat(pilot).panes.widget) == 2)
        await stop_is_gone(pilot)
        await pilot.press("f7")
        await stop_is_named(pilot)
        await pilot.press("f7")
        await stop_is_gone(pilot)
        gate.open()


async def test_another_conversation_has_no_reply_to_stop(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        await pilot.press("ctrl+n")
        await stop_is_gone(pilot)
        gate.open()


async def test_the_end_of_a_reply_on_another_branch_is_seen_too(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(reply("the first"), script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await ask(pilot, "hi")
        pane = chat(pilot).pane
        await pilot.press("f5")
        await streaming(pilot, "so far")
        await pane.branching.flip(None, -1)
        await until(pilot, lambda: pane.transcript.messages[-1].text == "the first")
        await stop_is_named(pilot)
        gate.open()
        await stop_is_gone(pilot)
        assert pane.transcript.messages[-1].text == "the first"


async def test_while_a_turn_is_edited_esc_leaves_that_first(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        await pilot.press("tab", "e")
        await until(pilot, lambda: chat(pilot).pane.prompt.has_focus)
        assert "Esc leaves it" in chat(pilot).pane.status.line
        await stop_is_gone(pilot)
        await pilot.press("escape")
        await stop_is_named(pilot)
        assert chat(pilot).pane.busy
        gate.open()
        await answered(pilot)


async def test_what_comes_of_a_reply_tells_the_footer_nothing(desk: Desk) -> None:
    told: list[Message] = []
    gate = Gate()
    desk.simulator.enqueue(reply(Hold(gate), *(Say(f"{number} ") for number in range(300))))

    def hear(message: Message) -> None:
        if isinstance(message, Pane.StopChanged):
            told.append(message)

    async with desk.app().run_test(size=(120, 30), message_hook=hear) as pilot:
        await say(pilot, "hi")
        await stop_is_named(pilot)
        told.clear()
        gate.open()
        await answered(pilot)
        await painted(pilot)
        await stop_is_gone(pilot)
        assert len({id(message) for message in told}) == 1  # it is heard on its way up, too
