"""Rows that go up are moved by the terminal, and every cell stands as Textual paints it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pyte
import pytest
from textual.containers import Horizontal
from textual.pilot import Pilot

from chat_tui.events import TextDelta
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from chat_tui.pictures.protocol import Protocol
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.transcript import viewport
from chat_tui.widgets.transcript.transcript import Transcript
from tests.builders import loop_turn
from tests.widgets.host import Host
from tests.widgets.test_direct_paint import Recording

COLUMNS, ROWS = 40, 12
REPLY = MessageId("r")
WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)
SCROLLS = f"\x1b[1;{ROWS}r"


class Shown:
    """A transcript in which a reply streams, and the terminal in front of it."""

    def __init__(self, widget: Transcript, written: Recording, pilot: Pilot[Any]) -> None:
        self.widget = widget
        self.written = written
        self.pilot = pilot

    def cells(self) -> list[list[Any]]:
        """What stands on the terminal, with its colours."""
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.Stream(screen).feed(self.written.text)
        return [[screen.buffer[y][x] for x in range(COLUMNS)] for y in range(ROWS)]

    async def say(self, text: str) -> None:
        """Let more of the reply come, and see it painted."""
        self.widget.feed(REPLY, [TextDelta(text)])
        await self.painted()

    async def painted(self) -> None:
        while self.widget._clock.waiting or self.widget._scrollbar_due:
            await loop_turn()

    async def as_textual_paints_it(self) -> list[list[Any]]:
        self.widget.screen.refresh()
        await self.pilot.pause()
        return self.cells()


@asynccontextmanager
async def showing(*beside: Transcript) -> AsyncGenerator[Shown, None]:
    widget = Transcript(measure=100)
    async with Host(Horizontal(widget, *beside) if beside else widget).run_test(
        size=(COLUMNS, ROWS)
    ) as pilot:
        await pilot.pause()
        driver = pilot.app._driver
        written = pilot.app._driver = Recording(pilot.app)
        try:
            said = TextPart("\n\n".join(f"asked {line}" for line in range(9)))
            widget.add(Message(id=MessageId("q"), role="user", parts=(said,), created=WHEN))
            widget.add(Message(id=REPLY, role="assistant", created=WHEN, provider="demo"))
            shown = Shown(widget, written, pilot)
            widget.screen.refresh()
            await pilot.pause()
            await shown.painted()
            yield shown
        finally:
            pilot.app._driver = driver


def line(number: int) -> str:
    return f"line {number} of what *comes*" + ("\n\n" if number % 3 else " and goes on " * number)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewport, "SCROLLBAR_S", 0.001)


@pytest.mark.parametrize("lines", range(1, 13))
async def test_what_goes_up_stands_as_textual_paints_it(lines: int) -> None:
    async with showing() as shown:
        for number in range(lines):
            await shown.say(line(number))
        assert SCROLLS in shown.written.text or lines < 3
        stood = shown.cells()
        assert stood == await shown.as_textual_paints_it()


async def test_the_scrollbar_stands_between_two_of_its_own_paintings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing() as shown:
        await shown.say(line(1))
        monkeypatch.setattr(viewport, "SCROLLBAR_S", 3600.0)
        before = [row[-1] for row in shown.cells()]
        assert len({cell.bg for cell in before} | {cell.fg for cell in before}) > 1
        for number in range(2, 6):
            shown.widget.feed(REPLY, [TextDelta(line(number))])
            while shown.widget._clock.waiting:
                await loop_turn()
            assert [row[-1] for row in shown.cells()] == before


async def test_only_the_rows_that_came_are_written() -> None:
    async with showing() as shown:
        for number in range(4):
            await shown.say(line(number))
        shown.written.text = ""
        await shown.say("\n\nthe last one of all")
        assert SCROLLS in shown.written.text
        assert "asked" not in shown.written.text
        assert "line 3" not in shown.written.text


async def test_a_reader_who_went_up_and_comes_back_sees_what_is_there() -> None:
    async with showing() as shown:
        for number in range(4):
            await shown.say(line(number))
        shown.widget.go_to_edge(-1)
        await shown.pilot.pause()
        await shown.say(line(5))
        shown.widget.go_to_edge(1)
        await shown.pilot.pause()
        await shown.say(line(6))
        stood = shown.cells()
        assert stood == await shown.as_textual_paints_it()


async def test_the_pointer_on_the_scrollbar_colours_it_and_rows_go_on_up() -> None:
    async with showing() as shown:
        for number in range(4):
            await shown.say(line(number))
        bar = shown.widget.vertical_scrollbar
        for over in (True, False):
            bar.mouse_over = over
            await shown.pilot.pause()
            await shown.say(line(7))
            stood = shown.cells()
            assert stood == await shown.as_textual_paints_it()


async def test_rows_beside_others_are_not_moved() -> None:
    other = Transcript(measure=100)
    async with showing(other) as shown:
        for number in range(6):
            await shown.say(line(number))
        assert SCROLLS not in shown.written.text
        stood = shown.cells()
        assert stood == await shown.as_textual_paints_it()


@pytest.mark.parametrize(
    ("protocol", "moved"), [(None, True), ("halfblock", True), ("sixel", False), ("kitty", False)]
)
async def test_nothing_is_moved_while_pixels_may_stand_on_the_screen(
    protocol: Protocol | None, moved: bool
) -> None:
    async with showing() as shown:
        desk = PictureDesk(shown.widget.app, "auto", {})
        desk.protocol = protocol  # as another pane's pictures have settled it
        shown.widget.draw_pictures(desk)
        await shown.painted()
        for number in range(6):
            await shown.say(line(number))
        assert (SCROLLS in shown.written.text) is moved
