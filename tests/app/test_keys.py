from textual.command import CommandPalette

from chat_tui.config.actions import ACTIONS
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.simulator.script import Script
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    reply,
    rows,
    say,
    shown,
    streaming,
    until,
)

REBOUND = """
[keys]
"app.help" = "f12"
"app.palette" = "ctrl+t"
"app.quit" = "ctrl+x"
"provider.menu" = "f9"
"prompt.send" = "ctrl+s"
"prompt.newline" = "enter"
"reply.stop" = "f10"
"conversation.new" = "ctrl+g"
"""


async def test_a_rebound_key_of_the_app_works_and_the_usual_one_does_not(desk: Desk) -> None:
    async with desk.app(more=REBOUND).run_test() as pilot:
        await pilot.press("f2", "f1", "ctrl+p")
        await pilot.pause()
        assert len(pilot.app.screen_stack) == 1
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await pilot.press("escape")
        await pilot.press("ctrl+t")
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))


async def test_the_help_closes_with_the_key_that_opens_it(desk: Desk) -> None:
    async with desk.app(more=REBOUND).run_test() as pilot:
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("f12")
        await until(pilot, lambda: not isinstance(pilot.app.screen, HelpScreen))


async def test_a_rebound_quit_quits_and_the_usual_key_does_not(desk: Desk) -> None:
    app = desk.app(more=REBOUND)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert app.is_running
        assert app.return_value is None
        await pilot.press("ctrl+x")
    assert app.return_value == 0


async def test_rebound_keys_of_the_prompt_work(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(more=REBOUND).run_test() as pilot:
        await pilot.press("a", "enter", "b")
        assert chat(pilot).pane.prompt.text == "a\nb"
        await pilot.press("ctrl+s")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[0].text == "a\nb"


async def test_a_rebound_key_of_the_pane_works(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app(more=REBOUND.replace('"ctrl+s"', '"ctrl+s,f11"')).run_test() as pilot:
        chat(pilot).pane.prompt.insert("hi")
        await pilot.press("f11")
        await streaming(pilot, "so far")
        await pilot.press("escape")
        await pilot.pause()
        assert chat(pilot).pane.session.running
        await pilot.press("f10")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].status == "cancelled"


async def test_two_actions_may_swap_their_keys(desk: Desk) -> None:
    swapped = '[keys]\n"app.help" = "f2"\n"provider.menu" = "f1"\n'
    async with desk.app(more=swapped).run_test() as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
        await pilot.press("escape", "f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def test_footer_help_and_hints_show_the_keys_as_they_are_bound(desk: Desk) -> None:
    async with desk.app(more=REBOUND).run_test(size=(120, 40)) as pilot:
        footer = rows(pilot.app.screen)[-1]
        assert "Ctrl+S send   Enter line   F9 provider   F12 help" in footer
        assert "F9 another provider   F12 all keys" in shown(pilot)
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press(*"choose")  # of the many lines only those
        await pilot.pause()
        assert any(row.split()[:2] == ["│", "F9"] for row in rows(pilot.app.screen))


async def test_the_help_lists_every_action_that_works(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 150)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.pause()
        missing = [a.help for a in ACTIONS if a.built and a.help not in shown(pilot)]
        assert missing == []


async def test_the_help_leaves_out_what_terminals_send_for_shifted_keys(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 80)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: "Shift+F6" in shown(pilot))
        assert "F18" not in shown(pilot)


async def test_the_error_hint_shows_the_rebound_key(desk: Desk) -> None:
    desk.simulator.enqueue(Script())
    rebound = '[keys]\n"reply.regenerate" = "f3"\n"conversations.list" = "f5"\n'
    async with desk.app(more=rebound).run_test() as pilot:
        await ask(pilot, "hi")
        assert "F3 tries again" in shown(pilot)


async def test_scroll_keys_can_be_rebound(desk: Desk) -> None:
    desk.simulator.enqueue(reply("line  \n" * 60))
    async with desk.app(more='[keys]\n"scroll.up" = "ctrl+up"\n').run_test() as pilot:
        await ask(pilot, "hi")
        end = chat(pilot).pane.transcript.scroll_y
        await pilot.press("pageup")
        assert chat(pilot).pane.transcript.scroll_y == end
        await pilot.press("ctrl+up")
        assert chat(pilot).pane.transcript.scroll_y < end


async def test_a_key_goes_to_either_end_of_a_conversation(desk: Desk) -> None:
    desk.simulator.enqueue(reply("line  \n" * 60), reply("line  \n" * 60))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await ask(pilot, "on")
        transcript = chat(pilot).pane.transcript
        end = transcript.scroll_y
        await pilot.press("ctrl+home")
        assert transcript.scroll_y == 0
        assert not transcript.following
        await pilot.press("ctrl+end")
        assert transcript.scroll_y == end
        assert transcript.following


async def test_a_click_on_what_is_new_goes_there(desk: Desk) -> None:
    gate, script = held("line\n\n" * 30, "more\n\n" * 30)
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "line")
        pane = chat(pilot).pane
        await pilot.press("ctrl+home")
        gate.open()
        await answered(pilot)
        await until(pilot, lambda: "new" in pane.status.line)
        await pilot.click(pane.status, offset=(pane.status.size.width - 4, 0))
        await until(pilot, lambda: pane.transcript.following)
        assert "new" not in pane.status.line


async def test_the_help_has_headings_and_typing_leaves_out_the_rest(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 170)) as pilot:
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.pause()
        lines = [row.strip("│ ") for row in rows(pilot.app.screen)]
        groups = ["prompt", "reading", "conversations", "panes", "pictures", "program", "commands"]
        assert [line for line in lines if line in groups] == groups
        await pilot.press(*"whole", "space", *"screen")
        await pilot.pause()
        lines = [row.strip("│ ") for row in rows(pilot.app.screen)]
        assert [line for line in lines if line in groups] == ["panes"]
        assert any(line.startswith("Alt+Z ") for line in lines)
        assert "Alt+W" not in shown(pilot)
        await pilot.press("x")
        await pilot.pause()
        assert "nothing found" in shown(pilot)
