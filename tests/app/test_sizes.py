import pytest

from tests.app.desk import (
    Desk,
    ask,
    chat,
    held,
    idle,
    painted,
    reply,
    rows,
    say,
    streaming,
    until,
    write,
)

SIZES = ((80, 24), (20, 5), (200, 60), (1, 1))
TEXT = "A reply with a_word_that_is_longer_than_a_narrow_terminal and 你好 👩‍💻 in it. " * 4


@pytest.mark.parametrize("size", SIZES)
async def test_everything_opens_at_any_size(desk: Desk, size: tuple[int, int]) -> None:
    desk.simulator.enqueue(reply(TEXT), reply(TEXT))
    async with desk.app().run_test(size=size, notifications=True) as pilot:
        await ask(pilot, "hi")
        for key in ("f1", "f2", "f4", "ctrl+p"):
            await pilot.press(key)
            await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
            await pilot.pause()
            assert len(rows(pilot.app.screen)) == size[1]
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await ask(pilot, "again")


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_no_row_is_wider_than_the_screen_or_the_measure(
    desk: Desk, size: tuple[int, int]
) -> None:
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test(size=size) as pilot:
        await ask(pilot, "hi")
        transcript = chat(pilot).pane.transcript
        painted_rows = [transcript.render_line(y) for y in range(transcript.size.height)]
        assert {strip.cell_length for strip in painted_rows} == {transcript.size.width}
        assert max(len(strip.text.rstrip()) for strip in painted_rows) <= 100


async def test_a_measure_of_nothing_is_the_whole_width(desk: Desk) -> None:
    desk.simulator.enqueue(reply("word " * 200))
    async with desk.app(app="measure = 0").run_test(size=(200, 60)) as pilot:
        await ask(pilot, "hi")
        transcript = chat(pilot).pane.transcript
        widths = [
            len(transcript.render_line(y).text.rstrip()) for y in range(transcript.size.height)
        ]
        assert max(widths) > 190


async def test_a_long_prompt_on_a_small_screen_keeps_the_cursor_in_sight(desk: Desk) -> None:
    async with desk.app().run_test(size=(20, 5)) as pilot:
        await write(pilot, "\n".join(f"line {n}" for n in range(8)))
        await pilot.pause()
        assert any("line 7" in row for row in rows(pilot.app.screen))


async def test_what_waits_and_what_completes_leave_a_small_screen_its_prompt(desk: Desk) -> None:
    gate, script = held("first")
    desk.simulator.enqueue(script, *(reply("ok") for _ in range(3)))
    async with desk.app().run_test(size=(40, 10)) as pilot:
        await say(pilot, "one")
        await streaming(pilot, "first")
        for text in ("two", "three", "four"):
            await say(pilot, text)
        await until(pilot, lambda: len(chat(pilot).pane.prompt.queued) == 3)
        await write(pilot, "x")
        await pilot.pause()
        assert any("○ two" in row for row in rows(pilot.app.screen))
        assert any("… 2 more" in row for row in rows(pilot.app.screen))
        await pilot.resize_terminal(20, 5)
        await until(pilot, lambda: any("❯ x" in row for row in rows(pilot.app.screen)))
        await pilot.press("backspace", "/")
        await until(pilot, lambda: any("❯ /" in row for row in rows(pilot.app.screen)))
        await pilot.resize_terminal(40, 7)
        await pilot.press("down", "down")
        await until(pilot, lambda: any("/new" in row for row in rows(pilot.app.screen)))
        gate.open()
        await idle(pilot)


async def test_a_storm_of_sizes_loses_nothing(desk: Desk) -> None:
    desk.simulator.enqueue(reply(TEXT))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await write(pilot, "draft")
        for width in (1, 200, 20, 3, 80):
            for height in (1, 60, 5, 24):
                await pilot.resize_terminal(width, height)
        await painted(pilot)
        assert chat(pilot).pane.prompt.text == "draft"
        assert any("A reply with" in row for row in rows(pilot.app.screen))
