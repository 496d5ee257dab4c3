import pytest
from rich.style import Style
from textual.pilot import Pilot

from tests.app.desk import Desk, ask, chat, reply, until
from tests.app.pointing import cell, drag, last_cell


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
        await drag(pilot, cell(pilot, "of glass"), last_cell(pilot, "of glass"))
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
