import tomllib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from chat_tui.screens.save import SaveScreen
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    notes,
    reply,
    say,
    streaming,
    until,
)

pytestmark = pytest.mark.usefixtures("here")


def dialog(pilot: Pilot[int]) -> SaveScreen:
    assert isinstance(pilot.app.screen, SaveScreen)
    return pilot.app.screen


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def note(pilot: Pilot[int]) -> str:
    return str(dialog(pilot).query_one(".note", Static).visual)


async def open_dialog(pilot: Pilot[int]) -> Input:
    await pilot.press("f4")
    await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))
    return dialog(pilot).query_one(Input)


async def leave(pilot: Pilot[int], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: not isinstance(pilot.app.screen, SaveScreen))


async def test_enter_saves_under_the_suggested_name(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        path = Path((await open_dialog(pilot)).value)
        await leave(pilot, "enter")
        assert path.name.startswith("why-")
        await until(pilot, lambda: f"saved {path}" in notes(pilot))
        assert "because" in (here / path.name).read_text("utf-8")


async def test_a_changed_path_is_used_and_its_folder_is_remembered(
    desk: Desk, tmp_path: Path
) -> None:
    desk.simulator.enqueue(reply("because"))
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = str(elsewhere / "mine.md")
        await leave(pilot, "enter")
        assert "because" in (elsewhere / "mine.md").read_text("utf-8")
        assert Path((await open_dialog(pilot)).value).parent == elsewhere
        await leave(pilot, "escape")
    assert tomllib.loads(desk.state_file.read_text())["save_dir"] == str(elsewhere)


async def test_a_file_that_exists_is_replaced_only_when_asked_again(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because"))
    taken = here / "taken.md"
    taken.write_text("mine")
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = "taken.md"
        await pilot.press("enter")
        await until(pilot, lambda: "this file exists" in note(pilot))
        assert taken.read_text() == "mine"
        await leave(pilot, "enter")
        assert "because" in taken.read_text("utf-8")


async def test_being_told_of_one_file_does_not_allow_replacing_another(
    desk: Desk, here: Path
) -> None:
    desk.simulator.enqueue(reply("because"))
    (here / "one.md").write_text("one")
    (here / "two.md").write_text("two")
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        path = await open_dialog(pilot)
        path.value = "one.md"
        await pilot.press("enter")
        await until(pilot, lambda: "this file exists" in note(pilot))
        path.value = "two.md"
        await pilot.press("enter")
        await pilot.pause()
        await leave(pilot, "escape")
        assert (here / "two.md").read_text() == "two"


async def test_a_folder_that_is_not_there_is_named_and_nothing_is_lost(
    desk: Desk, here: Path
) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = "nowhere/a.md"
        await pilot.press("enter")
        await until(pilot, lambda: "not saved" in note(pilot))
        assert "nowhere/a.md: no such file or directory" in " ".join(note(pilot).split())
        (await open_again(pilot)).value = "a.md"
        await leave(pilot, "enter")
        assert (here / "a.md").exists()


async def open_again(pilot: Pilot[int]) -> Input:
    return dialog(pilot).query_one(Input)


async def test_a_place_that_takes_no_files_says_why(desk: Desk) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = "/proc/a.md"
        await pilot.press("enter")
        await until(pilot, lambda: "not saved" in note(pilot))
        assert "cannot write /proc/a.md" in note(pilot)


async def test_an_empty_name_is_asked_for(desk: Desk) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = " "
        await pilot.press("enter")
        await until(pilot, lambda: "needs a name" in note(pilot))


async def test_escape_saves_nothing(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        await open_dialog(pilot)
        await leave(pilot, "escape")
    assert names_in(here) == []


async def test_an_empty_conversation_has_nothing_to_save(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f4")
        await until(pilot, lambda: "nothing to save" in notes(pilot))
        assert not isinstance(pilot.app.screen, SaveScreen)


async def test_what_a_running_reply_has_said_so_far_is_saved(desk: Desk, here: Path) -> None:
    gate, script = held("so far", " and more")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "why?")
        await streaming(pilot, "so far")
        (await open_dialog(pilot)).value = "half.md"
        await leave(pilot, "enter")
        saved = (here / "half.md").read_text("utf-8")
        assert "so far" in saved
        assert "and more" not in saved
        gate.open()
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].text == "so far and more"


async def test_a_path_may_be_relative_to_the_home_folder(desk: Desk) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        (await open_dialog(pilot)).value = "~/a.md"
        await leave(pilot, "enter")
    assert "a.md" in names_in(desk.home)


async def test_a_folder_with_an_unclean_name_is_shown_clean_and_used(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.simulator.enqueue(reply("because"))
    odd = tmp_path / "a\x1b[31m  b"
    odd.mkdir()
    monkeypatch.chdir(odd)
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        assert "a␛[31m  b" in (await open_dialog(pilot)).value
        await leave(pilot, "enter")
        assert "\x1b" not in notes(pilot)
    assert [name.split("-")[0] for name in names_in(odd)] == ["why"]
