"""The prompt with the keys of vi, which somebody has to ask for."""

from textual.pilot import Pilot

from tests.app.desk import Desk, answered, ask, chat, held, reply, streaming, until, write

VI = "vi_keys = true"


def state(pilot: Pilot[int]) -> tuple[str, int]:
    prompt = chat(pilot).pane.prompt
    return prompt.text, prompt.cursor_location[1]


async def test_letters_are_letters_until_escape_and_commands_after_it(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await pilot.press(*"dw two")
        assert state(pilot) == ("dw two", 6)
        await pilot.press("escape", "b", "i", "x", "escape", "0", "d", "w")
        assert state(pilot) == ("xtwo", 0)
        await pilot.press("$", "A", "!", "escape", "0", "f", "o", "r", "0")
        assert state(pilot) == ("xtw0!", 3)


async def test_the_status_line_names_the_mode(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        line = chat(pilot).pane.status
        await until(pilot, lambda: line.line.startswith("INSERT"))
        await pilot.press("escape")
        await until(pilot, lambda: line.line.startswith("NORMAL"))
    async with desk.app().run_test() as pilot:
        await pilot.press("x", "escape", "x")
        assert "INSERT" not in chat(pilot).pane.status.line
        assert chat(pilot).pane.prompt.text == "xx"


async def test_a_change_is_undone_by_itself_and_made_again(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "one two three")
        await pilot.press("escape", "0", "d", "w", "x")
        assert state(pilot) == ("wo three", 0)
        await pilot.press("u")
        assert state(pilot)[0] == "two three"
        await pilot.press("u")
        assert state(pilot)[0] == "one two three"
        await pilot.press("ctrl+r", "ctrl+r")
        assert state(pilot)[0] == "wo three"


async def test_a_change_and_what_is_written_for_it_are_undone_together(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "one two three")
        await pilot.press("escape", "0", "w", "c", "w", "T", "W", "space", "O", "escape")
        assert state(pilot)[0] == "one TW O three"
        await pilot.press("o", "n", "alt+enter", "x", "escape")
        await pilot.press("u")
        assert state(pilot)[0] == "one TW O three"
        await pilot.press("u")
        assert state(pilot)[0] == "one two three"
        await pilot.press("ctrl+r")
        assert state(pilot)[0] == "one TW O three"
        await pilot.press("0", "x", "u")
        assert state(pilot)[0] == "one TW O three"
        await pilot.press("2", "u")
        assert state(pilot)[0] == ""


async def test_enter_sends_from_normal_mode_and_the_next_prompt_begins_in_insert_mode(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("ok"), reply("ok"))
    async with desk.app(app=VI).run_test() as pilot:
        await pilot.press("h", "i", "escape", "enter")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[0].text == "hi"
        await pilot.press("a", "enter")
        await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 4)
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[2].text == "a"


async def test_escape_leaves_insert_mode_first_and_then_stops_the_reply(desk: Desk) -> None:
    _, script = held("so far")
    desk.simulator.enqueue(script)
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "hi")
        await pilot.press("enter")
        await streaming(pilot, "so far")
        await pilot.press("escape")
        await pilot.pause()
        assert chat(pilot).pane.session.running
        await pilot.press("d", "escape")
        await pilot.pause()
        assert chat(pilot).pane.session.running
        await pilot.press("escape")
        await answered(pilot)
        assert chat(pilot).pane.transcript.messages[-1].status == "cancelled"


async def test_up_and_down_lead_through_lines_and_earlier_prompts(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ok"))
    async with desk.app(app=VI).run_test() as pilot:
        await ask(pilot, "earlier")
        await write(pilot, "one\ntwo")
        await pilot.press("escape", "k")
        assert chat(pilot).pane.prompt.cursor_location[0] == 0
        await pilot.press("k")
        assert state(pilot) == ("earlier", 6)
        await pilot.press("j")
        assert state(pilot)[0] == "one\ntwo"


async def test_lines_are_taken_and_put_back(desk: Desk) -> None:
    async with desk.app(app=VI).run_test() as pilot:
        await write(pilot, "one\ntwo\nthree")
        await pilot.press("escape", "g", "g", "d", "d", "G", "p")
        assert state(pilot)[0] == "two\nthree\none"
        await pilot.press("y", "y", "2", "P")
        assert state(pilot)[0] == "two\nthree\none\none\none"
        await pilot.press("c", "c", "x", "escape")
        assert state(pilot)[0] == "two\nthree\nx\none\none"
