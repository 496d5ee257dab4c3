"""What is open here, and deleted by somebody else."""

import sqlite3
from contextlib import closing

import pytest

from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from chat_tui.widgets.banner import Banner
from tests.app.desk import Desk, answered, ask, chat, held, notes, reply, say, streaming, until


@pytest.fixture
def _attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after everything each time that anything is looked at."""
    monkeypatch.setattr("chat_tui.app.leases.BEAT_S", 0.0)
    monkeypatch.setattr("chat_tui.app.leases.IDLE_S", 0.05)


async def test_a_talk_that_was_deleted_elsewhere_goes_on_and_is_kept(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        async with desk.store() as other:
            await other.delete(chat(pilot).pane.session.conversation.id)
        await ask(pilot, "two")
        await until(pilot, lambda: "'one' was deleted elsewhere" in notes(pilot))
        assert pilot.app.query_one(Banner).lines == []
        assert "not saving" not in notes(pilot)
    assert [m.text for m in (await desk.stored()).path()] == ["one", "a", "two", "b"]


async def test_a_talk_that_was_deleted_under_a_reply_is_kept_with_it(desk: Desk) -> None:
    gate, script = held("so far", " and on")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "one")
        await streaming(pilot, "so far")
        async with desk.store() as other:
            await other.delete(chat(pilot).pane.session.conversation.id)
        gate.open()
        await answered(pilot)
    assert [m.text for m in (await desk.stored()).path()] == ["one", "so far and on"]


@pytest.mark.usefixtures("_attentive")
async def test_an_idle_talk_that_was_deleted_elsewhere_is_kept_and_told_once(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        async with desk.store() as other:
            await other.delete(chat(pilot).pane.session.conversation.id)
        await until(pilot, lambda: "'one' was deleted elsewhere" in notes(pilot))
        assert len(await desk.stored()) == 2
    assert notes(pilot).count("was deleted elsewhere") == 1


@pytest.mark.usefixtures("_attentive")
async def test_it_is_told_once_that_a_talk_was_put_into_the_bin(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        conversation = chat(pilot).pane.session.conversation.id
        async with desk.store() as other:
            await other.put_into_bin(conversation)
            await until(pilot, lambda: "say something in it to have it back" in notes(pilot))
            await chat(pilot).work.leases._look()
            assert notes(pilot).count("to have it back") == 1
            assert await other.in_bin([conversation])
            await ask(pilot, "two")
            await until(pilot, lambda: "it is back" in notes(pilot))
            assert not await other.in_bin([conversation])


@pytest.mark.usefixtures("_attentive")
async def test_what_is_deleted_in_the_list_here_is_not_told(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await chat(pilot).work.conversations.delete(chat(pilot).pane.session.conversation.id)
        await chat(pilot).work.leases._look()
        assert "elsewhere" not in notes(pilot)


async def test_what_was_read_along_and_is_deleted_there_is_had_here(desk: Desk) -> None:
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    async with desk.store() as other:
        await other.create(conversation)
        await other.hold([conversation.id])
        async with desk.app(conversation=await desk.stored()).run_test() as pilot:
            pane, banner = chat(pilot).pane, pilot.app.query_one(Banner)
            await until(pilot, lambda: bool(banner.lines))
            await other.delete(conversation.id)
            await other.hold([])
            await until(pilot, lambda: not banner.lines)
            assert pane.session.elsewhere == ""
            desk.simulator.enqueue(reply("yes"))
            await ask(pilot, "mine")
        assert [m.text for m in (await other.load(conversation.id)).path()] == [
            "hello",
            "mine",
            "yes",
        ]


async def test_a_database_that_was_locked_at_the_start_is_no_trouble_any_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.app.starting.CHECK_AFTER_S", 0.05)
    monkeypatch.setattr("chat_tui.app.starting.AGAIN_S", 0.05)
    async with desk.store() as other:
        await other.create(Conversation(messages=[user_message("hello", parent=None)]))
    app = desk.app()
    app._wiring.store._database._file._busy_timeout_s = 0.05
    with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        async with app.run_test() as pilot:
            banner = app.query_one(Banner)
            await until(pilot, lambda: bool(banner.lines))
            holder.execute("ROLLBACK")
            await until(pilot, lambda: not banner.lines)
