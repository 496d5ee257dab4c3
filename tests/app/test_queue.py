from textual.pilot import Pilot

from chat_tui.simulator.script import Fail, Gate, Hold, Say, Script
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    reply,
    say,
    shown,
    streaming,
    until,
    write,
)


def turns(pilot: Pilot[int]) -> list[str]:
    messages = chat(pilot).pane.transcript.messages
    return [message.text for message in messages if message.role == "user"]


def queued(pilot: Pilot[int]) -> list[str]:
    return list(chat(pilot).pane.prompt.queued)


async def queue_two(pilot: Pilot[int]) -> None:
    await say(pilot, "one")
    await streaming(pilot, "first")
    await say(pilot, "two")
    await say(pilot, "three")
    await until(pilot, lambda: queued(pilot) == ["two", "three"])
    await pilot.pause()


async def test_what_is_sent_while_a_reply_runs_waits_in_sight_and_follows_in_order(
    desk: Desk,
) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script, reply("second"), reply("third"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await queue_two(pilot)
        assert chat(pilot).pane.prompt.text == ""
        assert turns(pilot) == ["one"]
        assert "○ two" in shown(pilot)
        assert "sent when the reply ends" in shown(pilot)
        gate.open()
        await until(pilot, lambda: turns(pilot) == ["one", "two", "three"])
        await answered(pilot)
        texts = [message.text for message in chat(pilot).pane.transcript.messages]
        assert texts == ["one", "first", "two", "second", "three", "third"]
        assert queued(pilot) == []
        assert "○" not in shown(pilot)
    assert [m.text for m in (await desk.stored()).path()] == texts


async def test_up_in_an_empty_prompt_takes_the_last_one_back_to_be_edited(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script, reply("second"), reply("third"))
    async with desk.app().run_test() as pilot:
        await queue_two(pilot)
        await pilot.press("up")
        assert chat(pilot).pane.prompt.text == "three"
        assert queued(pilot) == ["two"]
        await pilot.press("!", "enter")
        await until(pilot, lambda: queued(pilot) == ["two", "three!"])
        gate.open()
        await until(pilot, lambda: turns(pilot) == ["one", "two", "three!"])
        await answered(pilot)


async def test_after_a_stop_the_queue_stays_and_enter_sends_it(desk: Desk) -> None:
    _, script = held("first")
    desk.simulator.enqueue(script, reply("second"), reply("third"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await queue_two(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "not sent: the reply was stopped" in shown(pilot))
        assert turns(pilot) == ["one"]
        await pilot.press("enter")
        await until(pilot, lambda: turns(pilot) == ["one", "two", "three"])
        await answered(pilot)
        assert queued(pilot) == []


async def test_after_an_error_the_queue_stays_and_says_so(desk: Desk) -> None:
    gate = Gate()
    desk.simulator.enqueue(Script((Say("first"), Hold(gate), Fail("it broke"))))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await queue_two(pilot)
        gate.open()
        await until(pilot, lambda: "not sent: the reply failed" in shown(pilot))
        assert turns(pilot) == ["one"]
        assert queued(pilot) == ["two", "three"]


async def test_a_queue_belongs_to_its_conversation(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await queue_two(pilot)
        before = chat(pilot).pane.session
        await pilot.press("ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.session is not before)
        assert queued(pilot) == []
        gate.open()
        await before.wait()
        desk.simulator.enqueue(reply("elsewhere"))
        await ask(pilot, "here")
        chat(pilot).pane.open(before)
        await until(pilot, lambda: "not sent: the reply ended meanwhile" in shown(pilot))
        assert queued(pilot) == ["two", "three"]


async def test_what_waits_at_the_end_is_the_draft_of_the_next_start(desk: Desk) -> None:
    _, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await queue_two(pilot)
        chat(pilot).pane.prompt.insert("four")
        await pilot.press("ctrl+q")
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "two\n\nthree\n\nfour")


async def test_what_is_said_of_the_queue_names_the_keys_as_they_are_bound(desk: Desk) -> None:
    _, script = held("first")
    desk.simulator.enqueue(script)
    keys = '[keys]\n"prompt.send" = "f9"\n"prompt.earlier" = "alt+p"\n"reply.stop" = "f10"'
    async with desk.app(more=keys).run_test(size=(100, 30)) as pilot:
        for text in ("one", "two"):
            await write(pilot, text)
            await pilot.press("f9")
            await streaming(pilot, "first")
        await until(pilot, lambda: "sent when the reply ends. Alt+P in an empty" in shown(pilot))
        await pilot.press("f10")
        await until(pilot, lambda: "stopped. F9 sends, Alt+P takes back" in shown(pilot))
