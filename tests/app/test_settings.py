from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from chat_tui.screens.settings import SettingsScreen
from tests.app.desk import Desk, ask, chat, reply, shown, until


def form(pilot: Pilot[int]) -> SettingsScreen:
    assert isinstance(pilot.app.screen, SettingsScreen)
    return pilot.app.screen


def field(pilot: Pilot[int], name: str) -> Input:
    return next(one for one in form(pilot).query(Input) if one.name == name)


def note(pilot: Pilot[int]) -> str:
    return str(form(pilot).query_one(".note", Static).visual)


async def open_form(pilot: Pilot[int]) -> None:
    await pilot.press("alt+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    await until(pilot, lambda: bool(form(pilot).query(Input)))
    await pilot.pause()


async def closed(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_system_prompt_and_parameters_are_kept_and_sent(desk: Desk) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"))
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await ask(pilot, "one")
        await open_form(pilot)
        await pilot.press(*"Be brief.")
        field(pilot, "temperature").value = "0.5"
        form(pilot).query_one("#settings-more", Input).value = 'user="me"'
        await pilot.press("ctrl+s")
        await closed(pilot)
        await ask(pilot, "two")
    body = desk.simulator.calls[-1].json
    assert body["messages"][0]["content"] == "Be brief."
    assert (body["temperature"], body["user"]) == (0.5, "me")
    stored = await desk.stored()
    assert stored.parameters == {"temperature": 0.5, "user": "me"}
    async with desk.app(conversation=stored).run_test(size=(100, 40)) as pilot:
        await open_form(pilot)
        assert form(pilot).query_one(TextArea).text == "Be brief."
        assert field(pilot, "temperature").value == "0.5"
        field(pilot, "user").value = ""
        field(pilot, "user").focus()
        await pilot.press("enter")
        await closed(pilot)
        assert chat(pilot).pane.session.conversation.parameters == {"temperature": 0.5}
    assert (await desk.stored()).parameters == {"temperature": 0.5}


async def test_what_is_configured_is_shown_as_what_holds_otherwise(desk: Desk) -> None:
    sim = "[providers.sim.parameters]\ntemperature = 0.7\nlogit_bias = { a = 1 }"
    async with desk.app(sim=sim).run_test(size=(120, 40)) as pilot:
        await open_form(pilot)
        assert field(pilot, "temperature").value == ""
        assert "0.7 as configured" in shown(pilot)
        assert '{"a": 1} as configured' in field(pilot, "logit_bias").placeholder


async def test_a_value_that_cannot_be_right_is_refused_with_what_was_expected(
    desk: Desk,
) -> None:
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await open_form(pilot)
        field(pilot, "temperature").value = "hot"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "temperature: expected a number from 0 to 2" in note(pilot))
        field(pilot, "temperature").value = ""
        form(pilot).query_one("#settings-more", Input).value = "nonsense"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not KEY=VALUE: nonsense" in note(pilot))
        assert chat(pilot).pane.session.conversation.parameters == {}


async def test_escape_says_first_that_changes_would_be_lost(desk: Desk) -> None:
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await open_form(pilot)
        await pilot.press("x", "escape")
        await until(pilot, lambda: "Esc drops it" in note(pilot))
        await pilot.press("escape")
        await closed(pilot)
        assert chat(pilot).pane.session.conversation.system_prompt == ""
        await open_form(pilot)
        await pilot.press("escape")
        await closed(pilot)


async def test_in_the_system_prompt_enter_makes_a_new_line_and_the_note_says_what_keeps_it(
    desk: Desk,
) -> None:
    async with desk.app().run_test(size=(100, 40)) as pilot:
        await open_form(pilot)
        assert "Enter new line   Ctrl+S keep" in note(pilot)
        await pilot.press("a", "enter", "b", "escape")
        assert form(pilot).query_one(TextArea).text == "a\nb"
        await until(pilot, lambda: "what you changed is not kept" in note(pilot))
        await pilot.press("tab")
        await until(pilot, lambda: "Enter or Ctrl+S keep" in note(pilot))
        assert "what you changed is not kept" in note(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: "Enter new line" in note(pilot))
