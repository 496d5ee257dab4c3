import tomllib

from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import OptionList

from chat_tui.app.chat_app import ChatApp
from chat_tui.app.palette_keys import ACTION_OF
from chat_tui.config.actions import ACTIONS
from chat_tui.resources import theme_files
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.widgets.transcript.transcript import Transcript
from tests.app.desk import Desk, ask, chat, notes, reply, until


async def run_command(pilot: Pilot[int], words: str) -> None:
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*words)
    options = pilot.app.screen.query_one(OptionList)
    await until(pilot, lambda: options.option_count > 0)
    await until(pilot, lambda: words in str(options.get_option_at_index(0).prompt))
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, CommandPalette))


def colours(app: ChatApp) -> set[str]:
    strip = app.query_one(Transcript).render_line(1)
    return {str(s.style.color.name) for s in strip if s.style is not None and s.style.color}


async def test_the_palette_lists_every_action_and_theme(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
    actions = {"New conversation", "Provider and model", "Save transcript", "Answer again"}
    assert actions | {"Stop the reply", "Help: keys", "Quit"} <= set(titles)
    themes = {title for title in titles if title.startswith("Theme: ")}
    assert themes >= {"Theme: dusk", "Theme: dawn", "Theme: contrast"}


async def test_a_palette_that_is_clicked_away_twice_takes_nothing_else_with_it(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        pilot.app.action_command_palette()
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        palette = pilot.app.screen
        await until(pilot, lambda: any(each.option_count for each in palette.query(OptionList)))
        palette.dismiss()
        palette.dismiss()
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_a_theme_repaints_what_is_shown_and_is_remembered(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        before = colours(chat(pilot))
        await run_command(pilot, "dawn")
        await until(pilot, lambda: pilot.app.theme == "dawn")
        await pilot.pause()
        assert "#97500f" in colours(chat(pilot))
        assert before.isdisjoint(colours(chat(pilot)))
    assert tomllib.loads(desk.state_file.read_text())["theme"] == "dawn"
    async with desk.app().run_test() as pilot:
        assert pilot.app.theme == "dawn"


async def test_the_configured_theme_wins_over_the_remembered_one(desk: Desk) -> None:
    desk.write_state('theme = "dawn"\n')
    async with desk.app(app='theme = "moss"').run_test() as pilot:
        assert pilot.app.theme == "moss"


async def test_an_unknown_theme_is_a_notice_and_the_usual_one_is_used(desk: Desk) -> None:
    async with desk.app(app='theme = "[bold]neon"').run_test() as pilot:
        assert pilot.app.theme == "dusk"
        assert "there is no theme '[bold]neon'" in notes(pilot)


async def test_a_theme_of_the_users_own_can_be_chosen(desk: Desk) -> None:
    desk.paths.themes_dir.mkdir()
    dusk = next(path for path in theme_files() if path.stem == "dusk").read_text("utf-8")
    own = dusk.replace('name = "dusk"', 'name = "mine"')
    (desk.paths.themes_dir / "mine.toml").write_text(own, "utf-8")
    (desk.paths.themes_dir / "broken.toml").write_text("dark = 3", "utf-8")
    async with desk.app(app='theme = "mine"').run_test() as pilot:
        assert pilot.app.theme == "mine"
        assert "broken.toml" in notes(pilot)


async def test_a_theme_with_the_name_of_one_of_textuals_is_the_users(desk: Desk) -> None:
    dusk = next(path for path in theme_files() if path.stem == "dusk").read_text("utf-8")
    desk.paths.themes_dir.mkdir()
    own = dusk.replace('name = "dusk"', 'name = "nord"')
    (desk.paths.themes_dir / "nord.toml").write_text(own, "utf-8")
    async with desk.app(app='theme = "nord"').run_test() as pilot:
        assert pilot.app.current_theme.background == "#16181d"


async def test_the_palette_opens_the_provider_menu(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await run_command(pilot, "Provider")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.focused is chat(pilot).pane.prompt)


async def test_the_palette_starts_a_new_conversation(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await run_command(pilot, "New")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages == ())


async def test_what_is_open_keeps_other_keys_from_opening_more(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        session = chat(pilot).pane.session
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await pilot.press("f1", "f4", "f8", "ctrl+p", "f2")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ProviderMenu)
        assert len(pilot.app.screen_stack) == 2
        assert chat(pilot).pane.session is session


async def test_f1_opens_the_help_and_closes_it(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("f1")
        await until(pilot, lambda: not isinstance(pilot.app.screen, HelpScreen))


async def test_ctrl_c_says_how_to_leave(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Ctrl+Q quits" in notes(pilot))


async def test_the_palette_shows_the_key_of_an_entry_as_it_is_bound(desk: Desk) -> None:
    async with desk.app(more='[keys]\n"pane.split" = "f9"\n').run_test() as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        options = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count > 30)
        found = [str(option.prompt).partition("\n")[0] for option in options.options]
        assert "New conversation  Ctrl+N" in found
        assert "Pane: split right  F9" in found
        await pilot.press(*"split right")
        await until(pilot, lambda: "split right  F9" in str(options.get_option_at_index(0).prompt))


async def test_every_entry_with_a_key_is_one_of_the_palette(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: len(chat(pilot).panes.widget) == 2)
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
    assert set(ACTION_OF) - titles == set()
    assert set(ACTION_OF.values()) <= {action.name for action in ACTIONS}
