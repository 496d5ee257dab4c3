"""Settings of the program are changed in place, and never in the user's own file."""

import tomllib

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from chat_tui.screens.preferences import PreferencesScreen
from tests.app.desk import Desk, ask, chat, idle, reply, shown, transcript_rows, until

ORDER = ("theme", "provider", "measure", "images", "notify", "vi_keys", "ascii", "budget")


async def open_settings(pilot: Pilot[int], name: str = "theme") -> PreferencesScreen:
    await pilot.press("alt+g")
    await until(pilot, lambda: isinstance(pilot.app.screen, PreferencesScreen))
    await until(pilot, lambda: pilot.app.focused is not None)
    screen = pilot.app.screen
    assert isinstance(screen, PreferencesScreen)
    await pilot.press(*["down"] * ORDER.index(name))
    await pilot.pause()
    return screen


def chosen(desk: Desk) -> object:
    return tomllib.loads(desk.state_file.read_text("utf-8")).get("chosen")


def note(screen: PreferencesScreen) -> str:
    return str(screen.query_one(".note", Static).visual)


async def test_the_width_of_text_changes_at_once_and_stays_after_a_new_start(desk: Desk) -> None:
    desk.simulator.enqueue(reply("word " * 60))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await ask(pilot, "hi")
        before = desk.paths.config_file.read_text("utf-8")
        await open_settings(pilot, "measure")
        await pilot.press("left")
        await until(pilot, lambda: "80 columns" in shown(pilot))
        await pilot.press("escape")
        assert max(map(len, transcript_rows(pilot))) <= 80
        assert desk.paths.config_file.read_text("utf-8") == before
    assert chosen(desk) == {"measure": 80}
    async with desk.app().run_test(size=(120, 40)) as pilot:
        assert chat(pilot).pane.transcript._measure == 80
        await open_settings(pilot, "measure")
        await pilot.press("right")
        await until(pilot, lambda: chosen(desk) is None)


async def test_what_the_file_sets_is_shown_and_cannot_be_changed(desk: Desk) -> None:
    async with desk.app(app="measure = 90").run_test(size=(120, 40)) as pilot:
        screen = await open_settings(pilot, "measure")
        assert "90 columns" in shown(pilot)
        assert "config.toml" in note(screen)
        await pilot.press("left", "enter", "right")
        await pilot.pause()
        assert "90 columns" in shown(pilot)
        assert not desk.state_file.exists() or chosen(desk) is None


async def test_a_number_can_be_written_and_one_that_cannot_be_is_refused(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 40)) as pilot:
        screen = await open_settings(pilot, "budget")
        await pilot.press("enter", *"3.5", "enter")
        await until(pilot, lambda: "$3.50" in shown(pilot))
        assert chosen(desk) == {"budget_usd_per_day": 3.5}
        await pilot.press("enter", *["backspace"] * 3, *"nan", "enter")
        await until(pilot, lambda: "not a number: nan" in note(screen))
        await pilot.press("enter", *["backspace"] * 3, *"-1", "enter")
        await until(pilot, lambda: "not kept" in note(screen))
        assert chosen(desk) == {"budget_usd_per_day": 3.5}
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, PreferencesScreen))


async def test_colours_and_keys_of_vi_change_at_once(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await open_settings(pilot)
        await pilot.press("right")
        first = chat(pilot).themes.names()[0]
        await until(pilot, lambda: pilot.app.theme == first)
        await pilot.press("left")
        await until(pilot, lambda: pilot.app.theme == "dusk")
        await pilot.press("escape")
        await open_settings(pilot, "vi_keys")
        await pilot.press("right", "escape")
        await until(pilot, lambda: "INSERT" in shown(pilot))
        await pilot.press("escape", "x")
        assert chat(pilot).pane.prompt.text == ""


async def test_the_chosen_provider_answers_from_the_next_start(desk: Desk) -> None:
    other = f'[providers.other]\nkind = "openai"\nbase_url = "{desk.simulator.url}/v1"'
    desk.write_state('provider = "sim"\n[chosen]\nprovider = "other"\n')
    async with desk.app(more=other).run_test() as pilot:
        await idle(pilot)
        assert chat(pilot).pane.provider == "other"
    async with desk.app(more=other, app='provider = "sim"').run_test() as pilot:
        await idle(pilot)
        assert chat(pilot).pane.provider == "sim"
    async with desk.app().run_test() as pilot:  # the chosen one is gone
        await idle(pilot)
        assert chat(pilot).pane.provider == "sim"


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 5)])
async def test_settings_open_at_any_size(desk: Desk, size: tuple[int, int]) -> None:
    async with desk.app().run_test(size=size) as pilot:
        screen = await open_settings(pilot, "budget")
        await pilot.press("right", "right")
        await until(pilot, lambda: screen._here.value == 1.0)
