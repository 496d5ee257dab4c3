import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from chat_tui.app.trouble import Trouble
from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.message import user_message
from chat_tui.widgets.banner import Banner
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    notes,
    reply,
    say,
    shown,
    streaming,
    until,
)
from tests.store.test_connection import without_rights


@contextmanager
def no_folder(desk: Desk) -> Iterator[None]:
    """Put a file in the place of the folder that the database belongs into."""
    desk.paths.data_dir.write_text("in the way")
    yield
    desk.paths.data_dir.unlink()


async def test_a_store_in_trouble_says_so_while_the_talk_goes_on(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    with no_folder(desk):
        async with desk.app().run_test() as pilot:
            await ask(pilot, "one")
            assert "not saving" in chat(pilot).pane.status.line
            assert str(desk.paths.data_dir) in notes(pilot)
            assert "--data-dir" in notes(pilot)
            await ask(pilot, "two")
            texts = [m.text for m in chat(pilot).pane.transcript.messages]
            assert texts == ["one", "a", "two", "b"]


async def test_what_was_not_saved_is_saved_with_the_next_turn_that_can_be(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        with no_folder(desk):
            await ask(pilot, "one")
        assert "not saving" in chat(pilot).pane.status.line
        await ask(pilot, "two")
        await chat(pilot).pane.session.wait()
        assert "not saving" not in chat(pilot).pane.status.line
    assert [m.text for m in (await desk.stored()).path()] == ["one", "a", "two", "b"]


async def test_a_damaged_database_is_put_aside_and_the_program_goes_on(desk: Desk) -> None:
    desk.paths.data_dir.mkdir()
    desk.paths.database.write_bytes(b"not a database at all" * 100)
    desk.simulator.enqueue(reply("a"))
    async with desk.app().run_test() as pilot:
        await until(pilot, lambda: "the database was damaged" in notes(pilot))
        await ask(pilot, "one")
        assert "not saving" not in chat(pilot).pane.status.line
    assert [m.text for m in (await desk.stored()).path()] == ["one", "a"]
    (aside,) = desk.paths.data_dir.glob("conversations.db.corrupt-*")
    assert aside.read_bytes().startswith(b"not a database")


async def test_a_banner_lasts_as_long_as_nothing_can_be_saved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.session.saving.RETRY_S", 0.05)
    monkeypatch.setattr("chat_tui.store.recorder.RETRY_S", 0.05)
    gate, script = held("so far", " and on")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        banner = pilot.app.query_one(Banner)
        with no_folder(desk):
            await say(pilot, "one")
            await streaming(pilot, "so far")
            await until(pilot, lambda: bool(banner.lines))
            assert "not saving: " in banner.lines[0]
            assert "not saving: " in shown(pilot)
        await until(pilot, lambda: not banner.lines)
        kept = await desk.stored()  # while the reply still streams
        assert kept.path()[0].text == "one"
        gate.open()
        await answered(pilot)
    assert [m.text for m in (await desk.stored()).path()] == ["one", "so far and on"]


async def test_quitting_with_a_store_in_trouble_ends_well(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    app = desk.app()
    with no_folder(desk):
        async with app.run_test() as pilot:
            await say(pilot, "one")
            await streaming(pilot, "so far")
            await pilot.press("ctrl+q")
    assert app.return_value == 0


async def test_quitting_while_another_program_holds_the_database_ends_well(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(reply("a"), script)
    app = desk.app()
    async with app.run_test() as pilot:
        await ask(pilot, "one")
        await say(pilot, "two")
        await streaming(pilot, "so far")
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await pilot.press("ctrl+q")
            await until(pilot, lambda: not app.is_running)
            other.execute("ROLLBACK")
    assert app.return_value == 0


async def test_quitting_before_a_turn_is_saved_still_saves_it(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"))
    app = desk.app()
    async with app.run_test() as pilot:
        await ask(pilot, "one")
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await say(pilot, "two")
            await until(pilot, lambda: chat(pilot).pane.session.running)
            app.exit(0)
            other.execute("ROLLBACK")
    assert app.return_value == 0
    assert [m.text for m in (await desk.stored()).path()][:3] == ["one", "a", "two"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_state_folder_that_takes_no_files_is_a_notice(desk: Desk) -> None:
    desk.paths.state_dir.mkdir(mode=0o500)
    async with desk.app().run_test() as pilot:
        chat(pilot).themes.choose("dawn")
        await until(pilot, lambda: "the choice is not remembered" in notes(pilot))


async def test_a_state_folder_that_cannot_be_made_is_a_notice(desk: Desk) -> None:
    desk.paths.state_dir.write_text("in the way")
    async with desk.app().run_test() as pilot:
        chat(pilot).themes.choose("dawn")
        await until(pilot, lambda: "the choice is not remembered" in notes(pilot))
        assert pilot.app.theme == "dawn"


async def test_the_same_trouble_is_told_once(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    with no_folder(desk):
        async with desk.app().run_test() as pilot:
            await ask(pilot, "one")
            await ask(pilot, "two")
            assert notes(pilot).count("not saving") == 1


async def test_a_folder_that_nobody_may_enter_is_named_and_the_program_goes_on(desk: Desk) -> None:
    desk.environ["OPENAI_API_KEY"] = "any"  # that other user may not look for a file with keys
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:  # imports what that other user may not
        await ask(pilot, "one")
    app = desk.app(provider="sim")
    with without_rights(desk.paths.data_dir, 0o000):
        async with app.run_test() as pilot:
            await ask(pilot, "one")
            await until(pilot, lambda: "not saving" in shown(pilot))
            assert "permission denied" in pilot.app.query_one(Banner).lines[0]
            assert [m.text for m in chat(pilot).pane.transcript.messages] == ["one", "b"]


async def test_a_locked_database_is_a_banner_until_it_is_free(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.session.saving.RETRY_S", 0.05)
    monkeypatch.setattr("chat_tui.store.recorder.RETRY_S", 0.05)
    desk.simulator.enqueue(reply("a"), reply("b"))
    app = desk.app()
    app._wiring.store._database._file._busy_timeout_s = 0.05
    async with app.run_test() as pilot:
        await ask(pilot, "one")
        banner = app.query_one(Banner)
        with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            await ask(pilot, "two")
            await until(pilot, lambda: bool(banner.lines))
            assert "not saving: locked by another program" in banner.lines[0]
            other.execute("ROLLBACK")
        await until(pilot, lambda: not banner.lines)
        assert [m.text for m in (await desk.stored()).path()] == ["one", "a", "two", "b"]


async def test_a_newer_database_is_shown_and_not_written(desk: Desk) -> None:
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    async with desk.store() as store:
        await store.create(conversation)
    with closing(sqlite3.connect(desk.paths.database)) as file:
        file.execute("PRAGMA user_version = 99")
    desk.simulator.enqueue(reply("a"))
    async with desk.app(conversation=conversation).run_test() as pilot:
        banner = pilot.app.query_one(Banner)
        await until(pilot, lambda: bool(banner.lines))
        assert "written by a newer version, so it is only read" in banner.lines[0]
        await ask(pilot, "and?")
        assert banner.lines
    assert len(await desk.stored()) == 1


@pytest.mark.parametrize("columns", [80, 40])
async def test_the_banner_says_that_there_is_more_than_fits(desk: Desk, columns: int) -> None:
    async with desk.app().run_test(size=(columns, 24)) as pilot:
        error = StoreError("x is locked", brief="locked by another program")
        Trouble(chat(pilot), lambda warning: None).tell(error)
        await pilot.pause()
        whole = "not saving: locked by another program · kept in memory, saved when it can be"
        (line,) = (line for line in shown(pilot).splitlines() if "not saving: locked" in line)
        assert line.strip().endswith(whole if columns == 80 else "…")


async def test_what_could_not_be_saved_on_leaving_is_saved_and_told_at_the_next_start(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    app = desk.app()
    app._wiring.store._database._file._busy_timeout_s = 0.05
    async with desk.store() as store:
        await store.latest()  # it makes the file
    with closing(sqlite3.connect(desk.paths.database, isolation_level=None)) as other:
        async with app.run_test() as pilot:
            await ask(pilot, "one")
            await chat(pilot).pane.session.wait()
            other.execute("BEGIN IMMEDIATE")
            await ask(pilot, "two")
        other.execute("ROLLBACK")
    async with desk.app().run_test() as pilot:
        await until(pilot, lambda: "'one' could not be saved last time" in notes(pilot))
    assert [m.text for m in (await desk.stored()).path()] == ["one", "a", "two", "b"]
