"""The event loop of the application waits for no disk while somebody talks."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chat_tui.roster.desk import Draft
from chat_tui.screens.preferences import PreferencesScreen
from chat_tui.screens.themes import ThemeScreen
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
    streaming,
    until,
    write,
)
from tests.touching import Touch, touches

pytestmark = pytest.mark.usefixtures("here")


def on_loop(seen: Sequence[Touch]) -> list[Touch]:
    return [touch for touch in seen if touch.on_loop]


async def test_a_reply_streams_and_is_saved(desk: Desk) -> None:
    gate, script = held("Look: ", "```py\nx = 1\n```\nand [there](https://there.example)")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await idle(pilot)
        with touches() as seen:
            await say(pilot, "why?")
            await streaming(pilot, "Look")
            gate.open()
            await answered(pilot)
            await idle(pilot)
        assert any(touch.what.endswith("keys.toml") for touch in seen)  # to send it
        assert on_loop(seen) == []
    assert (await desk.stored()).path()[-1].status == "complete"


async def test_a_transcript_is_saved_and_its_folder_is_remembered(desk: Desk, here: Path) -> None:
    desk.simulator.enqueue(reply("because"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "why?")
        with touches() as seen:
            await write(pilot, "/save said.md")
            await pilot.press("escape", "enter")
            await until(pilot, lambda: "saved" in notes(pilot))
            await until(pilot, lambda: desk.state_file.exists())
            await idle(pilot)
        assert (here / "said.md").exists()
        assert on_loop(seen) == []


async def test_a_theme_is_chosen(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await idle(pilot)
        chat(pilot).themes.names()  # read once
        with touches() as seen:
            await write(pilot, "/theme")
            await pilot.press("escape", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ThemeScreen))
            await pilot.press("down", "enter")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            await until(pilot, lambda: desk.state_file.exists())
            await idle(pilot)
        assert on_loop(seen) == []


async def test_a_setting_of_the_program_is_changed(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await idle(pilot)
        chat(pilot).themes.names()  # read once
        with touches() as seen:
            await pilot.press("alt+g")
            await until(pilot, lambda: isinstance(pilot.app.screen, PreferencesScreen))
            chat(pilot).work.preferences.change("measure", 72)
            await until(pilot, lambda: desk.state_file.exists())
            await idle(pilot)
        assert on_loop(seen) == []


async def test_another_provider_is_stored(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await idle(pilot)
        table = {"kind": "openai", "model": "m", "base_url": f"{desk.simulator.url}/v1"}
        provider_desk = chat(pilot).work.adding.desk
        with touches() as seen:
            await provider_desk.keep(Draft("mine", table))
            await provider_desk.keep(Draft("yours", table, before="mine"))
            assert await provider_desk.own() == ["yours"]
            assert await provider_desk.table_of("yours") == table
            await provider_desk.remove("yours")
        assert any(touch.event == "os.link" for touch in seen)
        assert on_loop(seen) == []
        assert list(desk.paths.providers_dir.iterdir()) == []
