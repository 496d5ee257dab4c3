from textual.pilot import Pilot

from chat_tui.simulator.script import Gate, Hold
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    painted,
    reply,
    say,
    streaming,
    transcript_rows,
    until,
    write,
)

NEW_BELOW = "↓ new"
LINES = "".join(f"line {n}  \n" for n in range(60))
WORDS = " ".join(f"w{n}" for n in range(900))


def at_end(pilot: Pilot[int]) -> bool:
    transcript = chat(pilot).pane.transcript
    return round(transcript.scroll_y) == transcript.max_scroll_y


async def held_twice(desk: Desk, pilot: Pilot[int]) -> tuple[Gate, Gate]:
    """Let a reply of many lines stream, and hold it before its last two pieces."""
    first, second = Gate(), Gate()
    desk.simulator.enqueue(reply(LINES, Hold(first), "more  \n" * 30, Hold(second), "last"))
    await say(pilot, "hi")
    await streaming(pilot, "line 59")
    return first, second


async def test_a_streaming_reply_is_followed_to_its_end(desk: Desk) -> None:
    desk.simulator.enqueue(reply(*(f"line {n}  \n" for n in range(100)), "last"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        assert at_end(pilot)
        assert any("last" in row for row in transcript_rows(pilot))


async def test_page_up_stays_put_while_text_streams_and_says_that_there_is_more(
    desk: Desk,
) -> None:
    async with desk.app().run_test() as pilot:
        first, second = await held_twice(desk, pilot)
        await pilot.press("pageup")
        await painted(pilot)
        before = transcript_rows(pilot)
        assert NEW_BELOW not in chat(pilot).pane.status.line
        first.open()
        await streaming(pilot, "more")
        assert transcript_rows(pilot) == before
        assert NEW_BELOW in chat(pilot).pane.status.line
        second.open()
        await answered(pilot)
        assert transcript_rows(pilot) == before


async def test_page_down_to_the_end_follows_again(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        first, second = await held_twice(desk, pilot)
        await pilot.press("pageup")
        first.open()
        await streaming(pilot, "more")
        while not at_end(pilot):
            await pilot.press("pagedown")
        await until(pilot, lambda: NEW_BELOW not in chat(pilot).pane.status.line)
        second.open()
        await answered(pilot)
        assert at_end(pilot)
        assert any("last" in row for row in transcript_rows(pilot))


async def test_sending_goes_to_the_end(desk: Desk) -> None:
    desk.simulator.enqueue(reply(LINES), reply("ok"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("pageup", "pageup")
        await ask(pilot, "two")
        assert at_end(pilot)


async def test_a_growing_prompt_leaves_the_end_in_sight(desk: Desk) -> None:
    desk.simulator.enqueue(reply(LINES, "last"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await write(pilot, "a\nb\nc\nd\ne")
        await until(pilot, lambda: at_end(pilot))
        assert any("last" in row for row in transcript_rows(pilot))


async def test_following_stays_at_the_end_when_the_terminal_changes_size(desk: Desk) -> None:
    desk.simulator.enqueue(reply(WORDS, " last"))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await ask(pilot, "hi")
        for size in ((40, 30), (40, 12), (120, 12), (120, 40), (60, 20)):
            await pilot.resize_terminal(*size)
            await painted(pilot)
            assert at_end(pilot)
            assert any("last" in row for row in transcript_rows(pilot))


async def test_a_reader_stays_near_the_place_when_the_width_changes(desk: Desk) -> None:
    desk.simulator.enqueue(reply(WORDS), reply(LINES))
    async with desk.app().run_test(size=(100, 30)) as pilot:
        await ask(pilot, "one")
        await ask(pilot, "two")
        chat(pilot).pane.transcript.scroll_to(y=40, animate=False)
        await painted(pilot)
        place = transcript_rows(pilot)[0].split()[0]
        await pilot.resize_terminal(50, 30)
        await painted(pilot)
        words = " ".join(transcript_rows(pilot)).split()
        assert place in words
        assert not at_end(pilot)


async def test_the_wheel_scrolls_and_stops_following(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        first, second = await held_twice(desk, pilot)
        transcript = chat(pilot).pane.transcript
        transcript.scroll_relative(y=-3, animate=False)
        await painted(pilot)
        before = transcript_rows(pilot)
        first.open()
        second.open()
        await answered(pilot)
        assert transcript_rows(pilot) == before


async def test_a_new_conversation_after_scrolling_up_is_at_its_end(desk: Desk) -> None:
    desk.simulator.enqueue(reply(LINES), reply(LINES))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("pageup", "ctrl+n")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages == ())
        await ask(pilot, "two")
        assert at_end(pilot)
        assert NEW_BELOW not in chat(pilot).pane.status.line
