import sqlite3
from contextlib import closing

from chat_tui.events import Finished
from chat_tui.simulator.script import Gate, Hold, Think
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    notes,
    reply,
    rows,
    say,
    streaming,
    transcript_rows,
    until,
    write,
)


async def test_escape_stops_the_reply_keeps_its_text_and_closes_the_socket(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "so far")
        await pilot.press("escape")
        await answered(pilot)
        await desk.simulator.hangup_seen()
        last = chat(pilot).pane.transcript.messages[-1]
        assert last.text == "so far"
        assert isinstance(last.outcome, Finished)
        assert last.outcome.reason == "cancelled"
        assert any("■ stopped" in row for row in transcript_rows(pilot))
        assert "stopped" in chat(pilot).pane.status.line
    assert (await desk.stored()).path()[-1].text == "so far"


async def test_escape_with_nothing_running_changes_nothing(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await pilot.press("escape")
        await ask(pilot, "hi")
        await write(pilot, "draft")
        await pilot.press("escape")
        assert chat(pilot).pane.prompt.text == "draft"
        assert "done" in chat(pilot).pane.status.line


async def test_a_new_conversation_leaves_the_running_reply_to_be_recorded(desk: Desk) -> None:
    gate, script = held("first half", ", second half")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "first half")
        old = chat(pilot).pane.session
        await pilot.press("ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.session is not old)
        assert chat(pilot).pane.transcript.messages == ()
        gate.open()
        await old.wait()
        await pilot.pause()
        assert chat(pilot).pane.transcript.messages == ()
        assert chat(pilot).pane.status.line == "sim · sim-model"
        assert (await desk.stored()).path()[-1].text == "first half, second half"


async def test_a_new_conversation_can_talk_while_the_old_reply_streams(desk: Desk) -> None:
    gate, script = held("old")
    desk.simulator.enqueue(script, reply("new"))
    async with desk.app().run_test() as pilot:
        await say(pilot, "one")
        await streaming(pilot, "old")
        old = chat(pilot).pane.session
        await pilot.press("ctrl+n")
        await ask(pilot, "two")
        assert [m.text for m in chat(pilot).pane.transcript.messages] == ["two", "new"]
        gate.open()
        await old.wait()


async def test_a_new_conversation_keeps_what_is_being_written(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await write(pilot, "draft")
        await pilot.press("up", "ctrl+n")
        await pilot.pause()
        assert chat(pilot).pane.prompt.text == "draft"
        assert chat(pilot).focused is chat(pilot).pane.prompt


async def test_quitting_in_the_middle_of_a_reply_saves_its_text(desk: Desk) -> None:
    _, script = held("half of it")
    desk.simulator.enqueue(script)
    app = desk.app()
    async with app.run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "half of it")
        await pilot.press("ctrl+q")
    assert app.return_value == 0
    kept = (await desk.stored()).path()[-1]
    assert (kept.text, kept.status) == ("half of it", "cancelled")


async def test_the_turn_is_on_the_screen_before_the_store_has_committed(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"), reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await say(pilot, "two")
            await until(pilot, lambda: any("two" in row for row in transcript_rows(pilot)))
            assert "waiting" in chat(pilot).pane.status.line
            assert len(desk.simulator.calls) == 1  # nothing is sent that is not saved
            other.execute("ROLLBACK")
        await answered(pilot)
        assert len(desk.simulator.calls) == 2


async def test_a_reply_begun_while_another_conversation_is_shown_stays_out_of_it(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("ok"), reply("late"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        old = chat(pilot).pane.session
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await say(pilot, "two")
            await until(pilot, lambda: old.running)
            await pilot.press("ctrl+n")
            await until(pilot, lambda: chat(pilot).pane.session is not old)
            other.execute("ROLLBACK")
        await until(pilot, lambda: not old.running)
        await old.wait()
        await pilot.pause()
        assert chat(pilot).pane.transcript.messages == ()
        assert old.conversation.path()[-1].text == "late"


async def test_the_status_line_goes_from_waiting_to_thinking_to_done(desk: Desk) -> None:
    asked, thought = Gate(), Gate()
    desk.simulator.enqueue(reply(Hold(asked), Think("hm"), Hold(thought), "ok"))
    async with desk.app().run_test() as pilot:
        status = chat(pilot).pane.status
        await say(pilot, "hi")
        await asked.reached.wait()
        assert "waiting" in status.line
        asked.open()
        await until(pilot, lambda: "thinking" in status.line)
        assert any("▸ thinking" in row for row in transcript_rows(pilot))
        thought.open()
        await answered(pilot)
        assert "done" in status.line


async def test_regenerating_keeps_the_first_reply_as_a_branch(desk: Desk) -> None:
    desk.simulator.enqueue(reply("first"), reply("second"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("f5")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages[-1].text == "second")
        await answered(pilot)
        assert [m.text for m in chat(pilot).pane.transcript.messages] == ["hi", "second"]
    stored = await desk.stored()
    assert [m.text for m in stored] == ["hi", "first", "second"]


async def test_regenerating_while_a_reply_runs_says_so(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "first")
        await pilot.press("f5")
        await until(pilot, lambda: "still running" in notes(pilot))
        gate.open()
        await answered(pilot)
        assert [m.text for m in chat(pilot).pane.transcript.messages] == ["hi", "first"]


async def test_regenerating_before_anything_was_said_does_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f5")
        await pilot.pause()
        assert desk.simulator.calls == []


async def test_the_title_is_the_first_words_and_counts_messages(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        assert rows(pilot.app.screen)[0].split() == ["new", "conversation"]
        await ask(pilot, "How does it work?")
        assert rows(pilot.app.screen)[0].split("  ")[0] == " How does it work?"
        assert "2 messages" in rows(pilot.app.screen)[0]


async def test_the_history_is_sent_along(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app(app='system_prompt = "be brief"').run_test() as pilot:
        await ask(pilot, "one")
        await ask(pilot, "two")
    sent = [m["content"] for m in desk.simulator.calls[-1].json["messages"]]
    assert sent == ["be brief", "one", "a", "two"]
