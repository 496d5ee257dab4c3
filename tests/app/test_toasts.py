from collections.abc import Sequence

import pytest
from textual.errors import NoWidget
from textual.geometry import Region
from textual.notifications import Notification
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets._toast import Toast, ToastHolder, ToastRack

from chat_tui.app.toasts import FEET_ROWS
from chat_tui.screens.conversations import ConversationsScreen
from chat_tui.widgets.pane.find_bar import FindBar
from tests.app.desk import Desk, answered, chat, held, notes, reply, say, shown, streaming, until
from tests.app.test_panes import count

WORDS = ("first message", "second message", "third message", "fourth message")
SIZES = ((120, 40), (80, 24), (60, 15))


async def tell(pilot: Pilot[int], words: Sequence[str] = WORDS) -> None:
    """Have something told, and wait until it is on the screen."""
    for text in words:
        pilot.app.notify(text, timeout=1000)  # longer than any test
    last = words[-1]
    await until(pilot, lambda: any(text == last for text, _ in toasts(pilot.app.screen)))


def toasts(screen: Screen[object]) -> list[tuple[str, Region]]:
    """What is told on a screen, and where, as far as there is room for it."""
    rack = screen.get_child_by_type(ToastRack)
    found = [(str(toast.render()), _place(screen, toast)) for toast in rack.query(Toast)]
    return [(text, place) for text, place in found if rack.display and place.area]


def _place(screen: Screen[object], toast: Toast) -> Region:
    try:
        return screen.find_widget(toast).visible_region
    except NoWidget:
        return Region()


def told(pilot: Pilot[int]) -> list[str]:
    return [text for text, _ in toasts(pilot.app.screen)]


def covered(screen: Screen[object]) -> list[Widget]:
    """What must be read and cannot be."""
    places = [place for _, place in toasts(screen)]
    return [
        widget
        for widget in (*screen.query(".note"), *screen.query(FindBar))
        if widget.display and any(place.overlaps(widget.region) for place in places)
    ]


async def test_of_four_messages_the_oldest_goes(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await tell(pilot)
        await until(pilot, lambda: told(pilot) == list(WORDS[1:]))
        rack = pilot.app.screen.get_child_by_type(ToastRack)
        await until(pilot, lambda: len(rack.query(ToastHolder)) == 3)


async def test_the_same_words_twice_are_one_message_whose_time_starts_anew(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        pilot.app.notify(WORDS[0], timeout=1000)
        await tell(pilot, WORDS[1:2])
        pilot.app.notify(WORDS[0], timeout=2000)
        await until(pilot, lambda: told(pilot) == [WORDS[1], WORDS[0]])
        assert [round(note.timeout) for note in pilot.app._notifications][1] == 2000


async def test_the_same_words_are_two_messages_where_one_is_a_warning(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        pilot.app.notify(WORDS[0])
        pilot.app.notify(WORDS[0], severity="warning")
        await until(pilot, lambda: told(pilot) == [WORDS[0], WORDS[0]])


async def test_a_layout_while_a_message_comes_does_not_lose_it(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        app = chat(pilot)
        app._notifications.add(Notification(WORDS[0], timeout=1000))
        app.screen.get_child_by_type(ToastRack).show(app._notifications)
        app._toasts._place(app.screen)
        await until(pilot, lambda: told(pilot) == [WORDS[0]])


async def test_messages_begin_above_status_line_prompt_and_footer(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await tell(pilot, WORDS[:1])
        [(_, place)] = toasts(pilot.app.screen)
        assert chat(pilot).pane.transcript.region.bottom == 24 - FEET_ROWS
        assert place.bottom == 24 - FEET_ROWS


async def test_escape_with_nothing_else_to_do_clears_the_messages(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await tell(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not told(pilot))
        assert notes(pilot) == ""
        await tell(pilot, ["another"])


async def test_escape_that_stops_a_reply_clears_nothing(desk: Desk) -> None:
    _, script = held("first")
    desk.simulator.enqueue(script)
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await say(pilot, "one")
        await streaming(pilot, "first")
        await tell(pilot)
        await pilot.press("escape")
        await answered(pilot)
        assert told(pilot) == list(WORDS[1:])
        await pilot.press("escape")
        await until(pilot, lambda: not told(pilot))


async def test_escape_that_leaves_a_dialog_or_the_find_bar_clears_nothing(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        for key in ("f3", "ctrl+f"):
            await pilot.press(key)
            await tell(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
            await until(pilot, lambda: chat(pilot).pane.prompt.has_focus)
            await until(pilot, lambda: told(pilot) == list(WORDS[1:]))


async def test_the_palette_clears_the_messages(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await tell(pilot)
        await pilot.press("ctrl+p", *"clear not")
        await until(pilot, lambda: "Clear notifications" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1 and not told(pilot))
        assert notes(pilot) == ""


@pytest.mark.parametrize("size", SIZES)
async def test_messages_do_not_cover_the_find_bar(desk: Desk, size: tuple[int, int]) -> None:
    desk.simulator.enqueue(reply("one two one"))
    async with desk.app().run_test(notifications=True, size=size) as pilot:
        await say(pilot, "one")
        await answered(pilot)
        await tell(pilot)
        await pilot.press("ctrl+f", *"one")
        await until(pilot, lambda: "1 of 3" in shown(pilot))
        await until(pilot, lambda: bool(told(pilot)) and not covered(pilot.app.screen))
        await pilot.press("escape")
        rack = pilot.app.screen.get_child_by_type(ToastRack)
        await until(pilot, lambda: not rack.has_class("-top"))


async def test_messages_do_not_cover_the_find_bar_of_any_pane(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 40)) as pilot:
        for number in (2, 3):
            await pilot.press("shift+f6")
            await count(pilot, number)
        for _ in range(3):
            await pilot.press("f7", "ctrl+f")
            await until(pilot, lambda: chat(pilot).pane.find_bar.is_open)
            await tell(pilot, WORDS)
            await until(pilot, lambda: bool(told(pilot)) and not covered(pilot.app.screen))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keys", ["f1", "f2", "f3", "f8", "alt+c", "alt+s", "alt+g"])
async def test_messages_do_not_cover_the_keys_of_a_dialog(
    desk: Desk, size: tuple[int, int], keys: str
) -> None:
    async with desk.app().run_test(notifications=True, size=size) as pilot:
        await pilot.press(keys)
        await until(pilot, lambda: len(pilot.app.screen.query(".note")) == 1)
        await tell(pilot)
        await until(pilot, lambda: bool(told(pilot)) and not covered(pilot.app.screen))


async def test_messages_are_shown_once_where_a_dialog_opens_over_them(desk: Desk) -> None:
    async with desk.app().run_test(notifications=True, size=(80, 24)) as pilot:
        await tell(pilot)
        base = pilot.app.screen
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConversationsScreen))
        await until(pilot, lambda: told(pilot) == list(WORDS[1:]) and not toasts(base))
        await pilot.press("escape")
        await until(pilot, lambda: told(pilot) == list(WORDS[1:]) and pilot.app.screen is base)
