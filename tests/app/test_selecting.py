from textual.pilot import Pilot

from chat_tui.simulator.script import Think
from tests.app.desk import Desk, ask, chat, held, reply, say, streaming, transcript_rows, until
from tests.app.pointing import cell, click, drag, last_cell, select, selected

LINES = "\n\n".join(f"line {n}" for n in range(60))


def prompt_has_keys(pilot: Pilot[int]) -> bool:
    return pilot.app.focused is chat(pilot).pane.prompt


def styled_as_selected(pilot: Pilot[int], y: int) -> str:
    """The text of a row that is laid over with the style of what is selected."""
    transcript = chat(pilot).pane.transcript
    wanted = transcript._styles.selected.bgcolor
    return "".join(
        segment.text
        for segment in transcript.render_line(y)
        if segment.style and segment.style.bgcolor == wanted
    )


async def test_a_drag_selects_from_the_first_cell_to_the_last(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass bend light."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        assert selected(pilot) == "of glass"
        assert styled_as_selected(pilot, cell(pilot, "Rings")[1]) == "of glass"


async def test_a_drag_backwards_selects_the_same(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass bend light."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await drag(pilot, last_cell(pilot, "of glass"), cell(pilot, "of glass"))
        assert selected(pilot) == "of glass"


async def test_a_wide_character_is_selected_by_either_of_its_cells(desk: Desk) -> None:
    desk.simulator.enqueue(reply("ab日本cd"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        x, y = cell(pilot, "ab")
        await drag(pilot, (x, y), (x + 4, y))
        assert selected(pilot) == "ab日本"
        await drag(pilot, (x + 3, y), (x + 5, y))
        assert selected(pilot) == "日本"


async def test_a_drag_goes_over_messages(desk: Desk) -> None:
    desk.simulator.enqueue(reply("First **bold** part.\n\nSecond part."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one question")
        await drag(pilot, cell(pilot, "question"), last_cell(pilot, "Second"))
        first, _, rest = selected(pilot).partition("\n\n")
        assert first == "question"
        assert rest.endswith("First bold part.\n\nSecond")


async def test_a_selection_leaves_the_keys_with_the_prompt(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await drag(pilot, cell(pilot, "Rings"), last_cell(pilot, "glass"))
        assert prompt_has_keys(pilot)
        await pilot.press("x")
        assert chat(pilot).pane.prompt.text == "x"
        assert selected(pilot) == "Rings of glass"


async def test_a_click_takes_the_selection_away(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await drag(pilot, cell(pilot, "Rings"), last_cell(pilot, "glass"))
        assert "Ctrl+C copies" in chat(pilot).pane.status.line
        await click(pilot, cell(pilot, "of"))
        assert selected(pilot) == ""
        assert "copies" not in chat(pilot).pane.status.line
        assert prompt_has_keys(pilot)


async def test_a_double_click_selects_a_word_and_a_third_one_the_line(desk: Desk) -> None:
    desk.simulator.enqueue(reply("```\nfoo_bar(x)\nbaz\n```"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await click(pilot, cell(pilot, "bar"), times=2)
        assert selected(pilot) == "foo_bar"
        await select(pilot, "baz")
        await click(pilot, cell(pilot, "bar"), times=3)
        assert selected(pilot) == "foo_bar(x)"


async def test_a_drag_from_a_double_click_takes_whole_words(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass bend light."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        transcript = chat(pilot).pane.transcript
        await pilot.click(transcript, offset=cell(pilot, "ings"))
        await drag(pilot, cell(pilot, "ings"), cell(pilot, "lass"))
        assert selected(pilot) == "Rings of glass"


async def test_a_selection_stays_while_more_text_streams(desk: Desk) -> None:
    gate, script = held("Rings of glass.\n\n", "\n\n".join(["more"] * 40))
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "glass")
        await select(pilot, "of glass")
        gate.open()
        await streaming(pilot, "more")
        await chat(pilot).pane.session.wait()
        assert selected(pilot) == "of glass"


async def test_what_is_selected_stays_in_sight_while_more_streams(desk: Desk) -> None:
    gate, script = held(f"Rings of glass.\n\n{LINES}\n\nthe last\n\n", "\n\n".join(["more"] * 40))
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "the last")
        await drag(pilot, cell(pilot, "line 58"), last_cell(pilot, "line 59"))
        gate.open()
        await streaming(pilot, "more")
        await chat(pilot).pane.session.wait()
        await pilot.pause()
        assert any("line 58" in row for row in transcript_rows(pilot))
        assert "new" in chat(pilot).pane.status.line
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert chat(pilot).pane.transcript.following


async def test_a_drag_at_the_end_of_a_finished_reply_leaves_the_end_followed(desk: Desk) -> None:
    desk.simulator.enqueue(reply(LINES))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await drag(pilot, cell(pilot, "line 58"), last_cell(pilot, "line 59"))
        assert chat(pilot).pane.transcript.following


async def test_a_selection_stays_when_the_text_is_wrapped_anew(desk: Desk) -> None:
    desk.simulator.enqueue(reply("word " * 40 + "the end"))
    async with desk.app().run_test(size=(80, 24)) as pilot:
        await ask(pilot, "hi")
        await select(pilot, "the end")
        await pilot.resize_terminal(40, 24)
        await until(pilot, lambda: chat(pilot).pane.transcript.rows.width < 40)
        assert selected(pilot) == "the end"
        assert styled_as_selected(pilot, cell(pilot, "the end")[1]) == "the end"


async def test_holding_the_mouse_above_the_edge_scrolls_up_and_selects_on(desk: Desk) -> None:
    desk.simulator.enqueue(reply(LINES))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        transcript = chat(pilot).pane.transcript
        await pilot.mouse_down(transcript, offset=last_cell(pilot, "line 59"))
        await pilot.hover(transcript, offset=(3, -1))
        await until(pilot, lambda: any("line 40" in row for row in transcript_rows(pilot)))
        await pilot.mouse_up(transcript, offset=(3, 0))
        assert "line 41\n\nline 42" in selected(pilot)
        assert selected(pilot).endswith("line 59")
        assert transcript._edge_timer is None


async def test_a_click_on_the_head_of_a_block_opens_and_closes_it(desk: Desk) -> None:
    desk.simulator.enqueue(reply(Think("deep thoughts"), "Answer."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await click(pilot, cell(pilot, "▸ thought"))
        assert any("deep thoughts" in row for row in transcript_rows(pilot))
        assert prompt_has_keys(pilot)
        await click(pilot, cell(pilot, "deep thoughts"))
        assert any("deep thoughts" in row for row in transcript_rows(pilot))
        await click(pilot, cell(pilot, "▾ thought"))
        assert not any("deep thoughts" in row for row in transcript_rows(pilot))


async def test_a_drag_over_a_head_does_not_open_the_block(desk: Desk) -> None:
    desk.simulator.enqueue(reply(Think("deep thoughts"), "Answer."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "thought")
        assert selected(pilot) == "thought"
        assert not any("deep thoughts" in row for row in transcript_rows(pilot))


async def test_the_mouse_does_nothing_where_nothing_has_been_said(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await drag(pilot, (3, 3), (9, 5))
        await click(pilot, (3, 3), times=3)
        assert selected(pilot) == ""
        assert prompt_has_keys(pilot)
