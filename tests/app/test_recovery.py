"""Replies that broke off with the program, and conversations that somebody else has open."""

import asyncio
import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.events import Finished, TextDelta
from chat_tui.folding import fold
from chat_tui.message import blank_reply, user_message
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store
from chat_tui.widgets.banner import Banner
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    idle,
    notes,
    reply,
    say,
    shown,
    streaming,
    until,
)
from tests.store.test_kill import kill_after

ROOT = Path(__file__).parents[2]
DYING_WRITER = ROOT / "tests" / "store" / "dying_writer.py"


def cut_off(text: str = "one two") -> Conversation:
    """A conversation whose reply broke off."""
    turn = user_message("count", parent=None)
    blank = blank_reply(parent=turn.id, provider="sim", model="sim-model")
    return Conversation(messages=[turn, fold([TextDelta(text), Finished("incomplete")], blank)])


async def stored(desk: Desk, conversation: Conversation) -> Conversation:
    async with desk.store() as store:
        await store.create(conversation)
    return conversation


async def test_enter_goes_to_what_was_recovered(desk: Desk) -> None:
    kill_after(desk.paths.database, 150)
    async with desk.app().run_test() as pilot:
        banner = pilot.app.query_one(Banner)
        await until(pilot, lambda: bool(banner.lines))
        assert "recovered 1 unfinished reply" in banner.lines[0]
        assert "Enter goes to it" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 2)
        await until(pilot, lambda: not banner.lines)
        assert "interrupted: the program stopped at" in shown(pilot)
        assert "1 continue   2 regenerate   3 keep" in chat(pilot).pane.choice_bar.line
    assert (await desk.stored()).path()[-1].status == "interrupted"


async def test_continuing_asks_for_the_rest_and_keeps_both(desk: Desk) -> None:
    conversation = await stored(desk, cut_off("one two"))
    desk.simulator.enqueue(reply(" three"))
    async with desk.app(conversation=conversation).run_test() as pilot:
        await until(pilot, lambda: "continue" in chat(pilot).pane.choice_bar.line)
        await pilot.press("alt+1")
        await until(pilot, lambda: "one two three" in chat(pilot).pane.transcript.messages[-1].text)
        await answered(pilot)
        assert chat(pilot).pane.choice_bar.line == ""
    sent = json.loads(desk.simulator.calls[-1].body)["messages"]
    assert [one["role"] for one in sent] == ["user", "assistant", "user"]
    assert sent[1]["content"] == "one two"
    assert "exactly where it stops" in sent[2]["content"]
    after = await desk.stored()
    assert after.path()[-1].text == "one two three"
    assert after.path()[-1].status == "complete"
    assert sorted(m.text for m in after if m.role == "assistant") == ["one two", "one two three"]


async def test_regenerating_leaves_what_broke_off_as_a_branch(desk: Desk) -> None:
    conversation = await stored(desk, cut_off())
    desk.simulator.enqueue(reply("anew"))
    async with desk.app(conversation=conversation).run_test() as pilot:
        await until(pilot, lambda: "regenerate" in chat(pilot).pane.choice_bar.line)
        await pilot.press("alt+2")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages[-1].text == "anew")
        await answered(pilot)
    assert (await desk.stored()).path()[-1].text == "anew"


async def test_keeping_is_remembered(desk: Desk) -> None:
    conversation = await stored(desk, cut_off())
    async with desk.app(conversation=conversation).run_test() as pilot:
        await until(pilot, lambda: "keep" in chat(pilot).pane.choice_bar.line)
        await pilot.press("alt+3")
        await until(pilot, lambda: chat(pilot).pane.choice_bar.line == "")
    again = await desk.stored()
    assert again.path()[-1].text == "one two"
    assert again.path()[-1].status == "interrupted"
    async with desk.app(conversation=again).run_test() as pilot:
        await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 2)
        assert chat(pilot).pane.choice_bar.line == ""


async def test_without_text_there_is_nothing_to_go_on_from(desk: Desk) -> None:
    conversation = await stored(desk, cut_off(""))
    async with desk.app(conversation=conversation).run_test() as pilot:
        await until(pilot, lambda: "regenerate" in chat(pilot).pane.choice_bar.line)
        assert "continue" not in chat(pilot).pane.choice_bar.line


class Other:
    """Another instance of the program, as far as the store sees it."""

    def __init__(self, desk: Desk) -> None:
        self.store = Store(desk.paths.database)

    async def hold(self, conversation: Conversation) -> None:
        assert await self.store.hold([conversation.id]) == {}


async def test_a_conversation_that_is_open_elsewhere_is_read_along_until_it_is_free(
    desk: Desk,
) -> None:
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    other = Other(desk)
    await other.store.create(conversation)
    await other.hold(conversation)
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        pane = chat(pilot).pane
        banner = pilot.app.query_one(Banner)
        await until(pilot, lambda: bool(banner.lines))
        assert "reading along: open in another chat-tui" in banner.lines[0]
        assert "Alt+O forks it" in banner.lines[0]

        blank = blank_reply(parent=conversation.leaf, provider="sim", model="m")
        await other.store.begin_reply(conversation.id, blank)
        recorder = Recorder(other.store, blank)
        recorder.add([TextDelta("first words")])
        await streaming(pilot, "first words")
        assert pane.busy
        recorder.add([TextDelta(" and the rest")])
        await streaming(pilot, "first words and the rest")
        ended = fold([TextDelta("first words and the rest."), Finished("stop")], blank)
        await recorder.finish(ended)
        await until(pilot, lambda: pane.transcript.messages[-1].outcome is not None)
        assert pane.transcript.messages[-1].text == "first words and the rest."

        await say(pilot, "me too")
        await until(pilot, lambda: "is open in another chat-tui" in notes(pilot))
        assert pane.prompt.text == "me too"
        assert len(pane.session.conversation) == 2

        await other.store.close()
        await until(pilot, lambda: not banner.lines)
        desk.simulator.enqueue(reply("yes"))
        await pilot.press("enter")
        await until(pilot, lambda: len(pane.transcript.messages) == 4)
        await answered(pilot)
    assert [m.text for m in (await desk.stored()).path()][-2:] == ["me too", "yes"]


async def test_reading_along_needs_no_lock(desk: Desk) -> None:
    conversation = cut_off()
    other = Other(desk)
    await other.store.create(conversation)
    await other.hold(conversation)
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        app = chat(pilot)
        await until(pilot, lambda: app.pane.session.elsewhere != "")
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            await app.work.leases._look()
        await idle(pilot)
    await other.store.close()


async def test_what_is_open_elsewhere_is_forked_by_one_key(desk: Desk) -> None:
    conversation = cut_off()
    other = Other(desk)
    await other.store.create(conversation)
    await other.hold(conversation)
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        banner = pilot.app.query_one(Banner)
        await until(pilot, lambda: bool(banner.lines))
        await pilot.press("alt+o")
        await until(pilot, lambda: chat(pilot).pane.session.conversation.id != conversation.id)
        await until(pilot, lambda: not banner.lines)
        assert chat(pilot).pane.session.elsewhere == ""
        desk.simulator.enqueue(reply("mine"))
        await ask(pilot, "on my own")
    async with desk.store() as store:
        assert len(await store.load(conversation.id)) == 2
    await other.store.close()


async def test_when_the_other_one_is_killed_its_reply_is_settled_here(desk: Desk) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(DYING_WRITER), str(desk.paths.database), "--hold",
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    for _ in range(40):
        await process.stdout.readline()
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        pane = chat(pilot).pane
        await until(pilot, lambda: pane.session.elsewhere != "")
        await until(pilot, lambda: pane.transcript.messages[-1].text.startswith("0 1 2 "))
        process.kill()
        await process.communicate()
        await until(pilot, lambda: pane.session.elsewhere == "")
        await until(pilot, lambda: "continue" in pane.choice_bar.line)
    assert (await desk.stored()).path()[-1].status == "interrupted"


async def test_two_programs_on_one_database_both_save(desk: Desk) -> None:
    gate, script = held("a", "b")
    desk.simulator.enqueue(script, reply("c"))
    async with desk.app().run_test() as pilot:
        await say(pilot, "first")
        await streaming(pilot, "a")
        async with desk.store() as store:
            await store.create(Conversation(messages=[user_message("second", parent=None)]))
        gate.open()
        await answered(pilot)
    async with desk.store() as store:
        assert sorted(one.title for one in await store.list()) == ["first", "second"]
