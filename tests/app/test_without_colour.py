import pytest
from rich.style import Style
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.app.desk import Desk, ask, chat, reply, until
from tests.app.pointing import select


@pytest.fixture(autouse=True)
def _no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def style_of(pilot: Pilot[int], text: str) -> Style:
    """The style of the part of a row that is exactly this text."""
    transcript = chat(pilot).pane.transcript
    (style,) = {
        segment.style
        for y in range(transcript.size.height)
        for segment in transcript.render_line(y)
        if segment.text == text
    }
    assert style is not None
    return style


async def test_what_is_selected_is_reversed(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass bend light."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await select(pilot, "of glass")
        assert style_of(pilot, "of glass").reverse


async def test_what_was_found_is_underlined_and_where_the_reader_is_also_reversed(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("Rings of glass bend the light of lamps."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        bar = chat(pilot).pane.find_bar
        await pilot.press("ctrl+f", *"of")
        await until(pilot, lambda: not bar.looking)
        await pilot.pause()
        transcript = chat(pilot).pane.transcript
        styles = [
            segment.style
            for y in range(transcript.size.height)
            for segment in transcript.render_line(y)
            if segment.text == "of"
        ]
        found = sorted((bool(style.reverse), bool(style.bold)) for style in styles if style)
        assert all(style and style.underline for style in styles)
        assert found == [(False, False), (True, True)]


@pytest.mark.parametrize("keys", ["f2", "alt+c", "ctrl+p"])
async def test_the_row_under_the_cursor_of_a_list_stands_out(desk: Desk, keys: str) -> None:
    async with desk.app(app='provider = "demo"').run_test(size=(100, 30)) as pilot:
        await pilot.press(keys)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        options = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count > 1 and options.highlighted is not None)
        options.highlighted = 1
        await pilot.pause()
        rows = [options.render_line(y) for y in range(options.size.height)]
        grounds = [[part.style.bgcolor.get_truecolor().hex for part in row if part.style and
                    part.style.bgcolor] for row in rows]  # fmt: skip
        marked = chat(pilot).theme_variables["input-selection-background"]
        assert 1 <= sum(marked in ground for ground in grounds) <= 2
        assert sum(ground[0] != marked for ground in grounds if ground) >= 1
