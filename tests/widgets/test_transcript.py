from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from chat_tui.document.rows import MAX_VIEWS, Rows
from chat_tui.events import Finished, TextDelta
from chat_tui.ids import MessageId
from chat_tui.message import Message, Part, ReasoningPart, TextPart
from chat_tui.widgets.transcript.transcript import Transcript
from tests.builders import loop_turn
from tests.widgets.host import Host

WHEN = datetime(2026, 3, 14, 14, 2, tzinfo=UTC)
RUNNING = MessageId("running")


def message(number: int, *parts: Part) -> Message:
    return Message(
        id=MessageId(str(number)),
        role="user" if number % 2 == 0 else "assistant",
        parts=parts,
        created=WHEN,
        provider="flow",
        outcome=Finished("stop") if number % 2 else None,
    )


def talk(count: int) -> list[Message]:
    """Messages whose heights are not easy to guess."""
    return [
        message(
            number,
            TextPart("\n\n".join(f"- {number}.{row}" for row in range(number * 7 % 11))
                     + "\n\n" + f"word{number} " * (number * 13 % 90)),
        )
        for number in range(count)
    ]  # fmt: skip


def blank() -> Message:
    return Message(id=RUNNING, role="assistant", created=WHEN, provider="flow")


@asynccontextmanager
async def transcript(
    messages: Sequence[Message] = (), *, size: tuple[int, int] = (80, 24)
) -> AsyncGenerator[tuple[Transcript, Pilot[None]], None]:
    widget = Transcript(measure=100)
    async with Host(widget).run_test(size=size) as pilot:
        widget.show(messages)
        await pilot.pause()
        yield widget, pilot


def seen(widget: Transcript) -> list[str]:
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


def all_rows(messages: Sequence[Message], width: int) -> list[str]:
    """What a transcript shows from top to bottom, every height being exact."""
    rows = Rows()
    rows.show(messages)
    rows.set_width(width)
    for number in range(len(messages)):
        rows.measure(number)
    shown = [""]
    shown += [
        "".join(span.text for span in rows.spans(rows.find(row))).rstrip()
        for row in range(1, rows.total)
    ]
    return shown


async def painted(widget: Transcript, pilot: Pilot[None]) -> None:
    while widget._clock.waiting:
        await pilot.pause()
    await pilot.pause()


async def test_the_first_delta_is_on_the_screen_at_the_next_turn_of_the_loop() -> None:
    async with transcript([message(0, TextPart("hi"))]) as (widget, pilot):
        widget.add(blank())
        await painted(widget, pilot)
        widget._clock._last_s -= 1  # a second without a frame
        widget.feed(RUNNING, [TextDelta("So it is")])
        await loop_turn()
        assert "   So it is" in seen(widget)


async def test_deltas_do_not_lay_out_the_screen() -> None:
    async with transcript([message(0, TextPart("hi"))]) as (widget, pilot):
        widget.add(blank())
        await painted(widget, pilot)
        laid_out: list[object] = []
        pilot.app.screen.screen_layout_refresh_signal.subscribe(widget, laid_out.append)
        for number in range(20):
            widget.feed(RUNNING, [TextDelta(f"row {number}  \n")])
            await painted(widget, pilot)
        assert laid_out == []
        assert not pilot.app.screen._layout_required
        assert any("row 19" in row for row in seen(widget))


async def test_the_end_is_followed_while_text_streams() -> None:
    async with transcript([message(0, TextPart("hi"))]) as (widget, pilot):
        widget.add(blank())
        for number in range(30):
            widget.feed(RUNNING, [TextDelta(f"row {number}  \n")])
            await painted(widget, pilot)
            assert any(f"row {number}" in row for row in seen(widget))
        assert widget.following


async def test_scrolled_up_nothing_moves_while_text_streams() -> None:
    async with transcript(talk(30)) as (widget, pilot):
        widget.add(blank())
        await painted(widget, pilot)
        widget.scroll_to(y=widget.scroll_y - 30, animate=False)
        await pilot.pause()
        assert not widget.following
        before, top = seen(widget), widget.scroll_y
        for number in range(30):
            widget.feed(RUNNING, [TextDelta(f"row {number}  \n")])
            await painted(widget, pilot)
        assert (seen(widget), widget.scroll_y) == (before, top)


async def test_a_block_that_is_opened_keeps_its_place() -> None:
    thought = ReasoningPart("\n".join(f"thought {n}" for n in range(50)), 3.0)
    messages = [*talk(20), message(21, thought, TextPart("So."))]
    async with transcript(messages) as (widget, pilot):
        row = next(y for y, text in enumerate(seen(widget)) if "▸ thought for 3 s" in text)
        before = seen(widget)
        assert widget.toggle(20, 1)
        await pilot.pause()
        after = seen(widget)
        assert after[row] == "   ▾ thought for 3 s"
        assert after[:row] == before[:row]
        assert after[row + 1] == "   │ thought 0"
        assert not widget.following
        assert widget.toggle(20, 1)
        await pilot.pause()
        assert seen(widget) == before
        assert widget.following


async def test_what_cannot_be_opened_stays_as_it_is() -> None:
    async with transcript(talk(3)) as (widget, _):
        assert not widget.toggle(1, 0)


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (500, 200)])
async def test_ten_thousand_messages_open_with_only_those_in_sight(size: tuple[int, int]) -> None:
    messages = talk(120)
    shells = [message(number, TextPart("x " * (number % 60))) for number in range(10_000)]
    async with transcript([*shells, *messages], size=size) as (widget, _):
        assert len(widget.rows._views) <= size[1] // 3 + 3
        assert len(widget.rows._views) < MAX_VIEWS
        expected = all_rows(messages, widget.rows.width)
        assert seen(widget) == expected[-size[1] :]


@pytest.mark.parametrize(("step", "count"), [(1, 8), (7, 20), (23, 60), (24, 60)])
async def test_scrolling_up_through_guessed_heights_skips_no_row(step: int, count: int) -> None:
    messages = talk(count)
    async with transcript(messages) as (widget, pilot):
        expected = all_rows(messages, widget.rows.width)
        bottom = len(expected)
        height = widget.size.height
        while bottom > height:
            bottom = max(height, bottom - step)
            widget.scroll_to(y=widget.scroll_y - step, animate=False)
            await pilot.pause()
            assert seen(widget) == expected[bottom - height : bottom]
        assert widget.scroll_y == 0


async def test_scrolling_down_through_guessed_heights_skips_no_row() -> None:
    messages = talk(40)
    async with transcript(messages) as (widget, pilot):
        expected = all_rows(messages, widget.rows.width)
        widget.scroll_home(animate=False)
        await pilot.pause()
        top, height = 0, widget.size.height
        while not widget.following:
            assert seen(widget) == expected[top : top + height]
            top = min(top + height, len(expected) - height)
            widget.scroll_page_down(animate=False)
            await pilot.pause()
        assert seen(widget) == expected[-height:]


async def test_the_character_at_the_top_stays_there_when_the_width_changes() -> None:
    words = " ".join(f"w{number}" for number in range(4_000))
    messages = [*talk(20), message(21, TextPart(words)), *talk(5)]
    async with transcript(messages, size=(80, 24)) as (widget, pilot):
        widget.scroll_to(y=widget.rows.top(20) + 100, animate=False)
        await pilot.pause()
        first = seen(widget)[0].split()[0]
        for width in (41, 63, 100, 30, 80):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
            assert first in seen(widget)[0].split()


async def test_every_size_shows_the_end() -> None:
    messages = talk(40)
    async with transcript(messages) as (widget, pilot):
        for size in ((20, 5), (500, 200), (1, 1), (80, 24), (3, 60)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            expected = all_rows(messages, widget.rows.width)[-size[1] :]
            assert seen(widget) == [row[: size[0] - 1].rstrip() for row in expected]


async def test_other_messages_are_shown_at_their_end() -> None:
    async with transcript(talk(40)) as (widget, pilot):
        widget.scroll_home(animate=False)
        await pilot.pause()
        widget.show(talk(50))
        await pilot.pause()
        assert seen(widget) == all_rows(talk(50), widget.rows.width)[-24:]


async def test_an_empty_transcript_says_who_listens() -> None:
    async with transcript() as (widget, pilot):
        widget.welcome("demo")
        await pilot.pause()
        assert any("You are talking to demo" in row for row in seen(widget))
        assert widget.messages == ()


async def test_every_row_is_as_wide_as_the_widget() -> None:
    async with transcript(talk(20)) as (widget, pilot):
        assert isinstance(pilot.app.screen, Screen)
        assert {widget.render_line(y).cell_length for y in range(24)} == {widget.size.width}
