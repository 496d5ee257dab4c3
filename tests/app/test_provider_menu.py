import tomllib

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from chat_tui.screens.provider_menu import ProviderMenu
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, answered, ask, chat, held, reply, say, streaming, until, write

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


def note(pilot: Pilot[int]) -> str:
    return str(menu(pilot).query_one("#menu-note", Static).visual)


def marked(pilot: Pilot[int]) -> str:
    highlighted = menu(pilot).query_one(OptionList).highlighted
    assert highlighted is not None
    return lines(pilot)[highlighted]


async def open_menu(pilot: Pilot[int]) -> None:
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(pilot.app.screen, ProviderMenu))
    await until(pilot, lambda: bool(lines(pilot)))


async def open_models(pilot: Pilot[int], provider: str) -> None:
    await open_menu(pilot)
    await pilot.press(*provider)
    await until(pilot, lambda: provider in marked(pilot))
    await pilot.press("enter")
    await until(pilot, lambda: str(menu(pilot).query_one("#menu").border_title) != "provider")
    await until(pilot, lambda: "asking" not in note(pilot))


async def test_f2_lists_providers_with_their_states_and_marks_the_one_in_use(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test(size=(100, 30)) as pilot:
        await open_menu(pilot)
        listed = lines(pilot)
        assert [line.split()[1] for line in listed] == ["sim", "alpha", "keyless", "demo"]
        assert listed[0].startswith("●")
        assert listed[0].endswith("ready")
        assert listed[2].startswith("○")
        assert listed[2].endswith("needs a key")
        assert marked(pilot).split()[1] == "sim"


async def test_typing_filters_the_providers_fuzzily(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_menu(pilot)
        await pilot.press(*"alf")
        await until(pilot, lambda: lines(pilot) == [])
        await pilot.press("backspace")
        await pilot.press(*"ph")
        await until(pilot, lambda: [line.split()[1] for line in lines(pilot)] == ["alpha"])


async def test_enter_on_no_match_does_nothing(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_menu(pilot)
        await pilot.press(*"zzz", "enter")
        await pilot.pause()
        assert lines(pilot) == []


async def test_choosing_a_provider_lists_its_models_and_a_model_is_taken(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_models(pilot, "sim")
        assert [line.strip("● ") for line in lines(pilot)][:2] == ["sim-model", "demo"]
        await pilot.press("down", "enter")
        await until(pilot, lambda: chat(pilot).pane.model == "demo")
        assert chat(pilot).pane.status.line == "sim · demo"
        assert chat(pilot).focused is chat(pilot).pane.prompt
        desk.simulator.enqueue(reply("ok"))
        await ask(pilot, "hi")
    assert desk.simulator.calls[-1].json["model"] == "demo"
    state = tomllib.loads(desk.state_file.read_text())
    assert (state["provider"], state["models"]) == ("sim", {"sim": "demo"})


async def test_escape_goes_back_to_the_providers_and_then_out(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_models(pilot, "sim")
        await pilot.press("escape")
        await until(pilot, lambda: len(lines(pilot)) == 4)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ProviderMenu))
        assert chat(pilot).pane.status.line == "sim · sim-model"


async def test_a_provider_that_needs_a_key_explains_how_to_give_it_one(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_menu(pilot)
        await pilot.press(*"keyless", "enter")
        await until(pilot, lambda: "keyless needs a key" in note(pilot))
        assert "OPENAI_API_KEY" in note(pilot)
        assert chat(pilot).pane.provider == "sim"


async def test_a_list_of_models_that_fails_lets_one_type_a_name(desk: Desk) -> None:
    async with desk.app(more=OTHERS).run_test() as pilot:
        await open_models(pilot, "alpha")
        assert "no list of models" in note(pilot)
        assert "127.0.0.1:9" in note(pilot)
        assert [line.strip("● ") for line in lines(pilot)] == ["alpha-1"]
        await pilot.press(*"other/one")
        await until(pilot, lambda: "as typed" in marked(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot).pane.model == "other/one")
        assert chat(pilot).pane.provider == "alpha"


async def test_a_typed_name_stands_below_the_models_that_match(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await open_models(pilot, "sim")
        await pilot.press(*"demo-s")
        await until(pilot, lambda: len(lines(pilot)) == 2)
        assert marked(pilot).strip("● ") == "demo-slow"
        assert lines(pilot)[1].split() == ["demo-s", "as", "typed"]


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
            await open_models(pilot, "other")
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
        await open_models(pilot, "demo")
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


async def test_page_keys_move_ten_rows_and_stop_at_the_ends(desk: Desk) -> None:
    more = "".join(
        f'[providers.p{n:02}]\nkind = "openai"\nbase_url = "http://127.0.0.1:9"\n'
        for n in range(25)
    )
    async with desk.app(more=more).run_test(size=(80, 24)) as pilot:
        await open_menu(pilot)
        await pilot.press("pagedown", "pagedown")
        assert marked(pilot).split()[1] == "p19"
        await pilot.press("pagedown")
        assert marked(pilot).split()[1] == "demo"
        await pilot.press("pageup", "pageup", "pageup")
        assert marked(pilot).split()[1] == "sim"
