import tomllib

from textual.widgets import OptionList

from chat_tui.screens.themes import ThemeScreen
from tests.app.desk import Desk, chat, say, until


async def test_a_theme_is_shown_while_it_is_marked_and_kept_with_enter(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/theme")
        await until(pilot, lambda: isinstance(pilot.app.screen, ThemeScreen))
        names = list(chat(pilot).themes.names())
        before = pilot.app.theme
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList))
        await pilot.press("down")
        following = names[(names.index(before) + 1) % len(names)]
        await until(pilot, lambda: pilot.app.theme == following)
        assert not desk.state_file.exists() or "theme" not in desk.state_file.read_text()
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
    assert tomllib.loads(desk.state_file.read_text())["theme"] == following


async def test_escape_has_the_colours_of_before(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        before = pilot.app.theme
        chat(pilot).themes.pick()
        await until(pilot, lambda: isinstance(pilot.app.screen, ThemeScreen))
        await until(pilot, lambda: isinstance(pilot.app.focused, OptionList))
        await pilot.press("end")
        await until(pilot, lambda: pilot.app.theme != before)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert pilot.app.theme == before


async def test_one_of_textuals_themes_can_be_configured(desk: Desk) -> None:
    async with desk.app(app='theme = "nord"').run_test() as pilot:
        assert pilot.app.theme == "nord"
        assert pilot.app.current_theme.background == "#2e3440"
