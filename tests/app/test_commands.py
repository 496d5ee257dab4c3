from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.commands.table import COMMANDS
from chat_tui.screens.compare import CompareScreen
from chat_tui.screens.conversations import ConversationsScreen
from chat_tui.screens.help import HelpScreen
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.screens.save import SaveScreen
from chat_tui.widgets.prompt.completion_list import CompletionList
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
    write,
)


def offered(pilot: Pilot[int]) -> list[str]:
    lists = chat(pilot).pane.query(CompletionList)
    return [option.word for option in lists.first().options] if lists else []


async def test_an_unknown_command_says_so_and_sends_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/modle x")
        await until(pilot, lambda: "no command '/modle'" in notes(pilot))
        assert "did you mean /model? // sends a slash" in notes(pilot)
        await until(pilot, lambda: chat(pilot).pane.prompt.text == "/modle x")
        assert chat(pilot).pane.transcript.messages == ()
        assert desk.simulator.calls == []


@pytest.mark.parametrize(
    ("command", "screen"), [("/search", ConversationsScreen), ("/compare", CompareScreen)]
)
async def test_without_words_a_command_opens_its_list(
    desk: Desk, command: str, screen: type[Screen[object]]
) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, command)
        await until(pilot, lambda: isinstance(pilot.app.screen, screen))
        await pilot.press("escape")


async def test_two_slashes_send_one(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "//etc/passwd is a file")
        assert chat(pilot).pane.transcript.messages[0].text == "/etc/passwd is a file"


async def test_a_provider_and_a_model_are_chosen_and_remembered(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/provider demo")
        await until(pilot, lambda: chat(pilot).pane.provider == "demo")
        await say(pilot, "/model demo-slow")
        await until(pilot, lambda: chat(pilot).pane.model == "demo-slow")
    async with desk.app().run_test() as pilot:
        assert (chat(pilot).pane.provider, chat(pilot).pane.model) == ("demo", "demo-slow")


async def test_an_unknown_provider_is_refused_with_the_nearest_name(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/provider demmo")
        await until(pilot, lambda: "did you mean 'demo'?" in notes(pilot))
        assert chat(pilot).pane.provider == "sim"
        assert chat(pilot).pane.prompt.text == "/provider demmo"


async def test_new_starts_a_conversation(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await say(pilot, "/new")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages == ())
        assert chat(pilot).pane.prompt.text == ""


async def test_save_writes_to_the_path_and_asks_before_it_replaces(
    desk: Desk, tmp_path: Path
) -> None:
    desk.simulator.enqueue(reply("the answer"))
    path = tmp_path / "my notes.md"
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await say(pilot, f"/save {path}")
        await until(pilot, lambda: "saved" in notes(pilot))
        assert "the answer" in path.read_text("utf-8")
        await say(pilot, f'/save "{path}"')
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveScreen))


async def test_export_writes_json(desk: Desk, tmp_path: Path) -> None:
    desk.simulator.enqueue(reply("the answer"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await say(pilot, f"/export json {tmp_path / 'talk.json'}")
        await until(pilot, lambda: (tmp_path / "talk.json").exists())
        await say(pilot, "/export docx")
        await until(pilot, lambda: "no format 'docx'" in notes(pilot))


async def test_the_system_prompt_and_settings_go_with_each_request_and_are_kept(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test() as pilot:
        await say(pilot, "/system Be brief.")
        await until(pilot, lambda: "the system prompt is set" in notes(pilot))
        await say(pilot, "/set temperature=0.25")
        await until(pilot, lambda: "temperature is set" in notes(pilot))
        await ask(pilot, "one")
        await say(pilot, '/set stop=["END"]')
        await until(pilot, lambda: "stop is set" in notes(pilot))
        await say(pilot, "/set temperature=")
        await until(pilot, lambda: "not set any more" in notes(pilot))
    body = desk.simulator.calls[-1].json
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["temperature"] == 0.25
    stored = await desk.stored()
    assert stored.system_prompt == "Be brief."
    assert stored.parameters == {"stop": ["END"]}
    async with desk.app(conversation=stored).run_test() as pilot:
        await ask(pilot, "two")
    assert desk.simulator.calls[-1].json["stop"] == ["END"]
    assert "temperature" not in desk.simulator.calls[-1].json


async def test_retry_answers_again_and_stop_stops(desk: Desk) -> None:
    gate, script = held("second")
    desk.simulator.enqueue(reply("first"), script)
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await say(pilot, "/retry")
        await streaming(pilot, "second")
        await say(pilot, "/stop")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].status == "cancelled"
        gate.open()


async def test_a_theme_is_chosen_by_its_name(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/theme moss")
        await until(pilot, lambda: pilot.app.theme == "moss")
        await say(pilot, "/theme mos")
        await until(pilot, lambda: "did you mean 'moss'?" in notes(pilot))


async def test_what_needs_an_argument_says_how_it_is_written(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/compare sim")
        await until(pilot, lambda: "two providers or more" in notes(pilot))
        chat(pilot).pane.prompt.clear()
        await say(pilot, "/export ")
        await until(pilot, lambda: "/export FORMAT [PATH]" in notes(pilot))


@pytest.mark.parametrize(
    ("command", "screen"),
    [("/help", HelpScreen), ("/provider", ProviderMenu), ("/model", ProviderMenu)],
)
async def test_a_command_opens_a_screen(desk: Desk, command: str, screen: type[object]) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, command)
        await until(pilot, lambda: isinstance(pilot.app.screen, screen))


async def test_quit_leaves(desk: Desk) -> None:
    app = desk.app()
    async with app.run_test() as pilot:
        await say(pilot, "/quit")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == 0


async def test_a_slash_lists_the_commands_and_typing_narrows_them(desk: Desk) -> None:
    async with desk.app().run_test(size=(80, 30)) as pilot:
        await pilot.press("slash")
        await until(pilot, lambda: len(offered(pilot)) == len(COMMANDS))
        await pilot.pause()
        assert "Choose who answers" in shown(pilot)
        await pilot.press(*"st")
        await until(pilot, lambda: offered(pilot) == ["stop"])
        await pilot.press("escape")
        assert offered(pilot) == []
        assert chat(pilot).pane.prompt.text == "/st"


async def test_tab_completes_a_name_and_then_its_argument(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("slash", *"pro", "tab")
        assert chat(pilot).pane.prompt.text == "/provider "
        await until(pilot, lambda: offered(pilot) == ["sim", "demo"])
        await pilot.press("down", "tab")
        assert chat(pilot).pane.prompt.text == "/provider demo"
        assert offered(pilot) == []
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot).pane.provider == "demo")


async def test_enter_on_the_beginning_of_a_name_takes_the_marked_one(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await pilot.press("slash", *"he", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


async def test_models_come_from_the_providers_live_list(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await write(pilot, "/model ")
        await until(pilot, lambda: "demo-slow" in offered(pilot))
        await pilot.press(*"slow", "tab")
        assert chat(pilot).pane.prompt.text == "/model demo-slow"


async def test_paths_complete_folder_by_folder(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "in here" / "deep").mkdir(parents=True)
    (tmp_path / "in here" / "notes.md").touch()
    async with desk.app().run_test() as pilot:
        await write(pilot, f"/save {tmp_path}/in")
        await until(pilot, lambda: offered(pilot) == [f"{tmp_path}/in here/"])
        await pilot.press("tab")
        await until(pilot, lambda: len(offered(pilot)) == 2)
        assert offered(pilot)[0].endswith("/in here/deep/")


async def test_going_back_to_an_earlier_command_opens_no_list(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/theme moss")
        await until(pilot, lambda: pilot.app.theme == "moss")
        await say(pilot, "/stop")
        await pilot.press("up", "up")
        await pilot.pause()
        assert offered(pilot) == []
        assert chat(pilot).pane.prompt.text == "/theme moss"


async def test_what_is_not_there_yet_says_so(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/copy")
        await until(pilot, lambda: "there is no reply yet" in notes(pilot))


async def test_the_help_lists_every_command(desk: Desk) -> None:
    async with desk.app().run_test(size=(120, 150)) as pilot:
        await say(pilot, "/help")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.pause()
        assert [c.line for c in COMMANDS if f"{c.line} " not in shown(pilot)] == []


async def test_a_value_that_the_kind_does_not_take_is_refused(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await say(pilot, "/set temperature=hot")
        await until(pilot, lambda: "temperature: expected a number from 0 to 2" in notes(pilot))
        assert chat(pilot).pane.session.conversation.parameters == {}
