import tomllib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from chat_tui import glyphs
from chat_tui.screens.dialog import Box
from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.simulator.flowise import WORKFLOW
from chat_tui.simulator.server import Simulator
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    reply,
    say,
    shown,
    streaming,
    until,
    write,
)
from tests.file_keyring import FileKeyring

OTHERS = """
[providers.alpha]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
model = "alpha-1"

[providers.keyless]
kind = "openai"
model = "gpt"
"""


def menu(pilot: Pilot[int]) -> ProviderMenu:
    assert isinstance(pilot.app.screen, ProviderMenu)
    return pilot.app.screen


def lines(pilot: Pilot[int]) -> list[str]:
    options = menu(pilot).query_one(OptionList)
    return [str(option.prompt) for option in options.options]


def line_of(pilot: Pilot[int], provider: str) -> str:
    return next(line for line in lines(pilot) if line.split()[1] == provider)


def note(pilot: Pilot[int]) -> str:
    return str(menu(pilot).query_one(".note", Static).visual)


def marked(pilot: Pilot[int]) -> str:
    highlighted = menu(pilot).query_one(OptionList).highlighted
    return lines(pilot)[highlighted] if highlighted is not None else ""


async def open_menu(pilot: Pilot[int]) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
    await until(pilot, lambda: bool(lines(pilot)))


async def open_filled(pilot: Pilot[int]) -> None:
    """Open the menu, and wait until every server has said what it has to say."""
    await open_menu(pilot)
    await until(pilot, lambda: not menu(pilot)._asking)


async def test_f2_lists_providers_and_their_live_models_with_who_answers_first(
    desk: Desk,
) -> None:
    async with desk.app(more=OTHERS).run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        choices = [tuple(row.choice) for row in menu(pilot).shown]
        assert choices[:4] == [
            ("sim", "sim-model"),
            ("alpha", "alpha-1"),
            ("keyless", "gpt"),
            ("demo", "demo"),
        ]
        assert ("sim", "demo-slow") in choices
        assert ("demo", "demo-picture") in choices
        assert line_of(pilot, "sim").startswith("●")
        assert "ready" in line_of(pilot, "sim")
        assert line_of(pilot, "keyless").startswith("○")
        assert "needs a key" in line_of(pilot, "keyless")
        assert marked(pilot).split()[1] == "sim"


async def test_typing_finds_provider_and_model_in_one_go(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_filled(pilot)
        await pilot.press(*"sim slw", "enter")
        await until(pilot, lambda: chat(pilot).pane.model == "demo-slow")
        assert chat(pilot).pane.provider == "sim"
        assert chat(pilot).focused is chat(pilot).pane.prompt
        desk.simulator.enqueue(reply("ok"))
        await ask(pilot, "hi")
    assert desk.simulator.calls[-1].json["model"] == "demo-slow"
    state = tomllib.loads(desk.state_file.read_text())
    assert (state["provider"], state["models"]) == ("sim", {"sim": "demo-slow"})
    assert state["recent"] == [["sim", "demo-slow"]]


async def test_a_favourite_and_recent_ones_stand_above_the_others(desk: Desk) -> None:
    desk.write_state('recent = [["demo", "demo-slow"]]\n')
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        await pilot.press(*"demo picture", "ctrl+f")
        await until(pilot, lambda: "★" in marked(pilot))
        menu(pilot).query_one("#menu-filter", Input).value = ""
        await until(pilot, lambda: len(lines(pilot)) > 4)
        choices = [tuple(row.choice) for row in menu(pilot).shown]
        assert choices[0] == ("sim", "sim-model")
        assert choices[1][1] == "demo-picture"
        assert choices[2] == ("demo", "demo-slow")
        assert "recent" in lines(pilot)[2]
        favourite = choices[1]
    assert tomllib.loads(desk.state_file.read_text())["favourites"] == [list(favourite)]
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        await pilot.press("down", "ctrl+f")
        await until(pilot, lambda: "★" not in "".join(lines(pilot)))
    assert "favourites" not in tomllib.loads(desk.state_file.read_text())


async def test_tab_shows_the_models_of_one_provider(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_filled(pilot)
        await pilot.press("tab")
        await until(pilot, lambda: {line.split()[1] for line in lines(pilot)} == {"sim"})
        assert len(lines(pilot)) > 3


async def test_no_match_and_enter_do_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_filled(pilot)
        await pilot.press(*"zz yy xx", "enter", "tab", "ctrl+f", "ctrl+k", "ctrl+r", "down")
        await pilot.pause()
        assert lines(pilot) == []


async def test_escape_leaves(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_menu(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ProviderMenu))
        assert chat(pilot).pane.status.line == "sim · sim-model"


async def test_a_model_that_is_in_no_list_can_be_typed(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_filled(pilot)
        await pilot.press(*"alpha other/one")
        await until(pilot, lambda: "as typed" in marked(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot).pane.model == "other/one")
        assert chat(pilot).pane.provider == "alpha"


async def test_a_typed_name_stands_below_the_models_that_match(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_filled(pilot)
        await pilot.press(*"demo-s")
        await until(pilot, lambda: "as typed" in lines(pilot)[-1])
        assert marked(pilot).split()[2] == "demo-slow"


async def test_why_there_is_no_list_of_models_is_said_at_its_provider(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test(size=(120, 30)) as pilot:
        await open_filled(pilot)
        await pilot.press(*"alpha")
        await until(pilot, lambda: "no list of models" in note(pilot))
        assert "127.0.0.1:9" in note(pilot)


async def test_lists_are_asked_for_once_in_a_while(desk: Desk) -> None:
    def asked() -> int:
        return sum(call.path == "/v1/models" for call in desk.simulator.calls)

    async with desk.app().run_test() as pilot:
        for _ in range(2):
            await open_filled(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        checks = 2
        first = asked()
        assert first <= checks + 1
        await open_filled(pilot)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: asked() >= first + 2)


async def test_choosing_in_the_middle_of_a_conversation_keeps_history_and_draft(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("a"))
    async with Simulator() as other:
        more = (
            f'[providers.other]\nkind = "openai"\nbase_url = "{other.url}/v1"\nmodel = "other-1"\n'
        )
        async with desk.app(more=more).run_test() as pilot:
            await ask(pilot, "one")
            await write(pilot, "two")
            await open_menu(pilot)
            await pilot.press(*"other")
            await until(pilot, lambda: marked(pilot).split()[1:2] == ["other"])
            await pilot.press("enter")
            await until(pilot, lambda: chat(pilot).pane.provider == "other")
            assert chat(pilot).pane.prompt.text == "two"
            assert [m.text for m in chat(pilot).pane.transcript.messages] == ["one", "a"]
            other.enqueue(reply("b"))
            await pilot.press("enter")
            await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 4)
            await answered(pilot)
        sent = [turn["content"] for turn in other.calls[-1].json["messages"]]
    assert sent == ["one", "a", "two"]


async def test_choosing_while_a_reply_streams_is_for_the_next_turn(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "first")
        await open_menu(pilot)
        await pilot.press(*"demo", "space", *"demo")
        await until(pilot, lambda: marked(pilot).split()[1:2] == ["demo"])
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot).pane.provider == "demo")
        gate.open()
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].provider == "sim"


async def test_a_broken_provider_file_is_listed_with_its_error(desk: Desk) -> None:
    desk.paths.providers_dir.mkdir(parents=True)
    (desk.paths.providers_dir / "wrong.toml").write_text('kind = "openai"\nmodle = "x"\n')
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await open_menu(pilot)
        await pilot.press(*"wrong", "enter")
        await until(pilot, lambda: "modle" in note(pilot))
        assert marked(pilot).startswith("✕")


async def test_a_server_that_does_not_answer_shows_why_and_can_still_be_chosen(
    desk: Desk,
) -> None:
    more = OTHERS + (
        '[providers.flow]\nkind = "flowise"\nchatflow_id = "nonsense"\n'
        f'base_url = "{desk.simulator.url}"\n'
        '[providers.secretive]\nkind = "openai"\napi_key = { command = ["false"] }\n'
    )
    async with desk.app(more=more).run_test(size=(120, 40)) as pilot:
        await open_filled(pilot)
        assert "nothing is listening" in line_of(pilot, "alpha")
        assert line_of(pilot, "alpha").startswith(str(glyphs.FAILED))
        assert "wrong id: Chatflow nonsense" in line_of(pilot, "flow")
        assert "ready" in line_of(pilot, "secretive")  # its command is not run unasked
        await pilot.press(*"alpha", "enter")
        await until(pilot, lambda: chat(pilot).pane.provider == "alpha")


async def test_an_answer_leaves_what_was_typed_and_marked(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test(size=(120, 30)) as pilot:
        await open_menu(pilot)
        await pilot.press(*"alpha")
        await until(pilot, lambda: "nothing is listening" in marked(pilot))
        assert menu(pilot).query_one("#menu-filter", Input).value == "alpha"
        assert marked(pilot).split()[1] == "alpha"


async def test_keys_move_by_a_row_and_by_ten_and_stop_at_the_ends(desk: Desk) -> None:
    more = "".join(
        f'[providers.p{n:02}]\nkind = "openai"\nbase_url = "http://127.0.0.1:9"\n'
        for n in range(25)
    )
    async with desk.app(more=more).run_test(size=(80, 24)) as pilot:
        await open_filled(pilot)
        await pilot.press("pagedown", "pagedown")
        assert marked(pilot).split()[1] == "p19"
        await pilot.press("pageup", "pageup", "pageup", "up")
        assert marked(pilot).split()[1] == "sim"


GUARDED = """
[providers.locked]
kind = "openai"
model = "demo"
base_url = "{url}/v1"
api_key = {{ keyring = "locked" }}
"""


@pytest.fixture
def ring(tmp_path: Path) -> FileKeyring:
    return FileKeyring(tmp_path / "keyring.json")


async def test_a_key_is_tested_kept_in_the_keyring_and_used(desk: Desk, ring: FileKeyring) -> None:
    async with Simulator(key="sk-right") as server:
        with ring.in_use():
            async with desk.app(more=GUARDED.format(url=server.url)).run_test() as pilot:
                await open_filled(pilot)
                await pilot.press(*"locked", "enter")
                await until(pilot, lambda: "Paste the key" in note(pilot))
                await pilot.press(*"sk-wrong", "enter")
                await until(pilot, lambda: "not kept: " in note(pilot))
                assert ring.entries() == {}
                field = menu(pilot).query_one("#menu-key", Input)
                field.value = "sk-right"
                await pilot.pause()
                assert "sk-right" not in shown(pilot)
                await pilot.press("enter")
                await until(pilot, lambda: "works and is in the keyring" in note(pilot))
                assert ring.entries() == {"chat-tui/locked": "sk-right"}
                await until(pilot, lambda: len(lines(pilot)) > 2)
                await pilot.press("enter")
                await until(pilot, lambda: chat(pilot).pane.provider == "locked")
                server.enqueue(reply("ok"))
                await ask(pilot, "hi")
                assert chat(pilot).pane.transcript.messages[-1].text == "ok"


async def test_where_there_is_no_keyring_a_key_goes_into_the_key_file(desk: Desk) -> None:
    async with (
        Simulator(key="sk-right") as server,
        desk.app(more=GUARDED.format(url=server.url)).run_test() as pilot,
    ):
        await open_filled(pilot)
        await pilot.press(*"locked", "enter", *"sk-right", "enter")
        await until(pilot, lambda: "works and is in the key file" in note(pilot))
    keys = desk.paths.config_file.with_name("keys.toml")
    assert keys.read_text("utf-8") == 'locked = "sk-right"\n'


async def test_a_provider_whose_key_is_elsewhere_says_where(desk: Desk) -> None:
    more = '[providers.named]\nkind = "openai"\nmodel = "m"\napi_key = { env = "MY_KEY" }\n'
    async with desk.app(more=more).run_test(size=(120, 30)) as pilot:
        await open_filled(pilot)
        await pilot.press(*"named", "enter", "x", "enter")
        await until(pilot, lambda: "variable MY_KEY" in note(pilot))


async def test_escape_leaves_the_key_and_forgets_it(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_filled(pilot)
        await pilot.press(*"keyless", "ctrl+k", *"secret", "escape")
        assert menu(pilot).query_one("#menu-key", Input).value == ""
        assert pilot.app.focused is menu(pilot).query_one("#menu-filter")
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


FLOWS = """
[providers.flows]
kind = "flowise"
base_url = "{url}"
"""


async def test_a_provider_without_a_model_shows_its_models_when_it_is_chosen(desk: Desk) -> None:
    more = FLOWS.format(url=desk.simulator.url)
    async with desk.app(more=more).run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        assert "no model is chosen" in line_of(pilot, "flows")
        await pilot.press(*"flows")
        await pilot.press("enter")
        await pilot.pause()
        assert menu(pilot).query_one("#menu-filter", Input).value == "flows "
        assert [row.choice.provider for row in menu(pilot).shown][:2] == ["flows", "flows"]
        assert "no model is chosen" not in marked(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert (chat(pilot).pane.provider, bool(chat(pilot).pane.model)) == ("flows", True)


async def test_a_flow_is_listed_by_its_name_and_found_by_name_and_id(desk: Desk) -> None:
    more = FLOWS.format(url=desk.simulator.url)
    async with desk.app(more=more).run_test(size=(120, 40)) as pilot:
        await open_filled(pilot)
        for words in ("flows Workflow", f"flows {WORKFLOW[:8]}"):
            menu(pilot).query_one("#menu-filter", Input).value = words
            await until(pilot, lambda: "Workflow (agentflow)" in marked(pilot))
            assert marked(pilot).index("Workflow") < marked(pilot).index(WORKFLOW[:8])


async def test_a_configured_flow_is_listed_as_such_and_once(desk: Desk) -> None:
    more = f'{FLOWS.format(url=desk.simulator.url)}chatflow_id = "{WORKFLOW}"\n'
    async with desk.app(more=more).run_test(size=(120, 40)) as pilot:
        await open_filled(pilot)
        rows = [row for row in menu(pilot).shown if row.choice.provider == "flows"]
        assert [row.choice.model for row in rows].count(WORKFLOW) == 1
        assert all(row.choice.model for row in rows)
        assert "Workflow (agentflow)" in line_of(pilot, "flows")


async def test_the_name_of_a_provider_finds_its_configured_model_first(desk: Desk) -> None:
    own = f'[providers.own]\nkind = "openai"\nbase_url = "{desk.simulator.url}/v1"\n'
    async with desk.app(more=f'{own}model = "the-one-i-want"\n').run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        await pilot.press(*"own")
        assert "the-one-i-want" in marked(pilot)


async def test_a_wrong_id_is_no_fault_of_the_other_models(desk: Desk) -> None:
    more = f'{FLOWS.format(url=desk.simulator.url)}chatflow_id = "nonsense"\n'
    async with desk.app(more=more).run_test(size=(140, 40)) as pilot:
        await open_filled(pilot)
        await pilot.press(*"flows ")
        marks = [line[0] for line in lines(pilot) if line.split()[1] == "flows"]
        assert marks[0] == str(glyphs.FAILED)
        assert set(marks[1:]) == {str(glyphs.DONE)}


async def test_a_long_list_leaves_no_empty_rows_below_the_keys(desk: Desk) -> None:
    many = "".join(OTHERS.replace("alpha", f"a{n}").replace("keyless", f"k{n}") for n in range(12))
    async with desk.app(more=many).run_test(size=(120, 40)) as pilot:
        await open_filled(pilot)
        await pilot.pause()
        keys = menu(pilot).query_one(".note").region
        assert menu(pilot).query_one(Box).region.bottom == keys.bottom + 1


async def test_a_model_whose_label_is_its_id_says_it_once(desk: Desk) -> None:
    gemini = '[providers.google]\nkind = "gemini"\nmodel = "demo"\n'
    more = f'{gemini}base_url = "{desk.simulator.url}/gemini"\n'
    async with desk.app(more=more).run_test(size=(100, 40)) as pilot:
        await open_filled(pilot)
        assert line_of(pilot, "google").split()[2:] == ["demo", "ready"]
