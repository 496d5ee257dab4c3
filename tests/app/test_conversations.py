from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.message import TextPart, blank_reply, user_message
from chat_tui.screens.conversation_rows import date_words
from chat_tui.screens.conversations import ConversationsScreen
from chat_tui.widgets.row_list import RowList
from tests.app.desk import Desk, ask, chat, reply, rows, shown, transcript_rows, until
from tests.app.test_finding import count, marked, settled

MINUTE = timedelta(minutes=1)


def talk(*said: str, title: str = "", minute: int = 0) -> Conversation:
    """Turns and replies in turns."""
    at = datetime.now(UTC) - timedelta(days=400) + minute * MINUTE
    conversation = Conversation(title=title, created=at)
    for number, text in enumerate(said):
        if number % 2 == 0:
            message = user_message(text, parent=conversation.leaf)
        else:
            blank = blank_reply(parent=conversation.leaf, provider="sim", model="sim-model")
            message = msgspec.structs.replace(
                blank, parts=(TextPart(text),), outcome=Finished("stop")
            )
        conversation.add(msgspec.structs.replace(message, created=at))
    return conversation


async def put(desk: Desk, *conversations: Conversation) -> None:
    async with desk.store() as store:
        await store.create(*conversations)


def screen(pilot: Pilot[int]) -> ConversationsScreen:
    assert isinstance(pilot.app.screen, ConversationsScreen)
    return pilot.app.screen


def titles(pilot: Pilot[int]) -> list[str]:
    return [one.title for one in screen(pilot).shown]


async def open_list(pilot: Pilot[int]) -> ConversationsScreen:
    await pilot.press("f3")
    await until(pilot, lambda: isinstance(pilot.app.screen, ConversationsScreen))
    await until(pilot, lambda: screen(pilot)._complete.is_set())
    await pilot.pause()
    return screen(pilot)


async def look_for(pilot: Pilot[int], query: str, hits: int) -> None:
    """Type, and wait until what was said is found, too."""
    await pilot.press(*("space" if key == " " else key for key in query))
    if (timer := screen(pilot)._timer) is not None:  # else an earlier query may have found as many
        await until(pilot, lambda: timer._task is None or timer._task.done())
        await pilot.pause()
        await until(
            pilot,
            lambda: all(w.is_finished for w in pilot.app.workers if w.group == "search"),
        )
    await until(pilot, lambda: len(screen(pilot)._known.hits) == hits)
    await pilot.pause()


async def closed(pilot: Pilot[int]) -> None:
    await until(pilot, lambda: not isinstance(pilot.app.screen, ConversationsScreen))
    await pilot.pause()


async def test_f3_lists_the_newest_first_with_who_answered(desk: Desk) -> None:
    await put(desk, talk("old", "yes"), talk("new", "yes", minute=5))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        assert titles(pilot) == ["new", "old"]
        row = next(row for row in rows(pilot.app.screen) if "new" in row and "sim" in row)
        assert "sim · sim-model · 2 messages" in row
        await pilot.press("escape")
        await closed(pilot)


async def test_enter_opens_the_conversation_and_goes_on_with_its_provider(desk: Desk) -> None:
    desk.simulator.enqueue(reply("more"))
    other = talk("a question", "an answer")
    await put(desk, other, talk("newer", minute=5))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await pilot.press("down", "enter")
        await closed(pilot)
        assert chat(pilot).pane.session.conversation.id == other.id
        assert "an answer" in shown(pilot)
        assert pilot.app.focused is chat(pilot).pane.prompt
        await ask(pilot, "and then?")
    stored = await desk.stored()
    assert [message.text for message in stored.path()][-2:] == ["and then?", "more"]


async def test_typing_filters_titles_at_once(desk: Desk) -> None:
    await put(desk, talk("x", title="Crème brûlée"), talk("y", title="Lamps"))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await pilot.press(*"brul")
        await pilot.pause()
        assert titles(pilot) == ["Crème brûlée"]
        await pilot.press(*"zz")
        assert titles(pilot) == []
        for _ in range(6):
            await pilot.press("backspace")
        assert len(titles(pilot)) == 2


async def test_what_was_said_is_found_jumped_to_and_marked(desk: Desk) -> None:
    far = talk(*(f"line {number} " + "words " * 60 for number in range(30)), title="Long")
    hit = talk(
        "a beginning", "A Fresnel lens bends light.", *["and so on " * 60] * 20, title="Lamps"
    )
    await put(desk, hit, far)
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await look_for(pilot, "fresnel", 1)
        assert titles(pilot) == ["Lamps"]
        assert "A Fresnel lens bends light." in shown(pilot)
        await pilot.press("enter")
        await closed(pilot)
        await settled(pilot)
        assert any("A Fresnel lens" in row for row in transcript_rows(pilot))
        assert marked(pilot, current=True) == ["Fresnel"]
        assert count(pilot) == "1 of 1"
        await pilot.press("escape")
        assert pilot.app.focused is chat(pilot).pane.prompt


async def test_a_hit_on_another_branch_shows_that_branch(desk: Desk) -> None:
    conversation = talk("question", "the hidden answer")
    first = conversation.leaf
    assert first is not None
    other = msgspec.structs.replace(
        blank_reply(parent=conversation[first].parent, provider="sim", model="m"),
        parts=(TextPart("the other answer"),),
        outcome=Finished("stop"),
    )
    conversation.add(other)
    await put(desk, conversation)
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await look_for(pilot, "hidden", 1)
        await pilot.press("enter")
        await closed(pilot)
        await settled(pilot)
        assert "the hidden answer" in shown(pilot)
        assert "1/2" in shown(pilot)
    async with desk.store() as store:
        assert (await store.load(conversation.id)).leaf == first


async def test_results_of_an_older_query_are_dropped(desk: Desk) -> None:
    await put(desk, talk("alpha beta"), talk("alpha"))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await look_for(pilot, "alpha", 2)
        await look_for(pilot, " beta", 1)
        assert titles(pilot) == ["alpha beta"]


async def test_words_that_stand_apart_mark_the_first_that_was_found(desk: Desk) -> None:
    await put(desk, talk("red and round and a Lamp"))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await look_for(pilot, "lamp red", 1)
        await pilot.press("enter")
        await closed(pilot)
        await settled(pilot)
        assert marked(pilot, current=True) == ["red"]


async def test_rename_in_place(desk: Desk) -> None:
    conversation = talk("hello")
    await put(desk, conversation)
    async with desk.app(conversation=conversation).run_test() as pilot:
        await open_list(pilot)
        await pilot.press("ctrl+r")
        await pilot.press("space", *"world", "enter")
        await until(pilot, lambda: titles(pilot) == ["hello world"])
        await pilot.press("tab", "r", "X", "escape")
        assert titles(pilot) == ["hello world"]
        await pilot.press("escape")
        await closed(pilot)
        assert "hello world" in rows(pilot.app.screen)[0]
    async with desk.store() as store:
        assert [one.title for one in await store.list()] == ["hello world"]


async def test_after_renaming_the_keys_are_where_they_were_before(desk: Desk) -> None:
    await put(desk, talk("one"), talk("two", minute=1))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        filters = opened.query_one("#conversations-filter", Input)
        await pilot.press("ctrl+r", "!", "enter")
        await until(pilot, lambda: titles(pilot) == ["two!", "one"])
        assert filters.has_focus
        await pilot.press("o")
        await until(pilot, lambda: filters.value == "o")
        await pilot.press("ctrl+r", "escape")
        assert filters.has_focus
        await pilot.press("tab", "r", "escape")
        assert opened.query_one(RowList).has_focus


async def test_the_title_field_covers_the_row(desk: Desk) -> None:
    await put(desk, talk("one"), talk("two", minute=1))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        before = next(y for y, row in enumerate(rows(pilot.app.screen)) if " one" in row)
        await pilot.press("down", "ctrl+r")
        await pilot.pause()
        field = opened.query_one("#conversations-title", Input)
        assert field.region.y == before
        assert field.region.width <= opened.query_one(RowList).size.width


async def test_a_pin_goes_to_the_top_and_back(desk: Desk) -> None:
    await put(desk, talk("old"), talk("new", minute=1))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await pilot.press("down", "ctrl+s")
        await until(pilot, lambda: titles(pilot) == ["old", "new"])
        assert "★ old" in shown(pilot)
        await pilot.press("tab", "p")
        await until(pilot, lambda: titles(pilot) == ["new", "old"])


async def test_delete_and_undo(desk: Desk) -> None:
    await put(desk, talk("old"), talk("middle", minute=1), talk("new", minute=2))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        await pilot.press("down", "ctrl+d")
        await until(pilot, lambda: titles(pilot) == ["new", "old"])
        assert "deleted 'middle'" in opened.note
        await pilot.press("tab", "d")
        await until(pilot, lambda: titles(pilot) == ["new"])
        await pilot.press("u")
        await until(pilot, lambda: titles(pilot) == ["new", "old"])
        await pilot.press("ctrl+z")
        await until(pilot, lambda: titles(pilot) == ["new", "middle", "old"])
        assert "'middle' is back" in opened.note
        await pilot.press("u")
        await until(pilot, lambda: "nothing was deleted" in opened.note)
    async with desk.store() as store:
        assert len(await store.list()) == 3


async def test_a_deleted_conversation_leaves_its_pane(desk: Desk) -> None:
    conversation = talk("hello", "hi")
    await put(desk, conversation)
    async with desk.app(conversation=conversation).run_test() as pilot:
        await open_list(pilot)
        await pilot.press("ctrl+d")
        await until(pilot, lambda: titles(pilot) == [])
        await pilot.press("escape")
        await closed(pilot)
        assert chat(pilot).pane.session.conversation.id != conversation.id
        assert chat(pilot).pane.transcript.messages == ()
    async with desk.store() as store:
        assert await store.find(conversation.id, deleted=True)


async def test_a_title_is_asked_for_and_can_be_changed(desk: Desk) -> None:
    await put(desk, talk("How do lighthouses work?", "With lenses."))
    desk.simulator.enqueue(reply('**"Lighthouse lenses"**\nHope that helps!'))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        await pilot.press("ctrl+t")
        field = opened.query_one("#conversations-title", Input)
        await until(pilot, lambda: field.value == "Lighthouse lenses")
        await pilot.press("s", "enter")
        await until(pilot, lambda: titles(pilot) == ["Lighthouse lensess"])
        (call,) = desk.simulator.calls
        assert "How do lighthouses work?" in str(call.body)
    async with desk.store() as store:
        (one,) = await store.list()
        assert one.messages == 2


async def test_a_title_that_cannot_be_had_is_said(desk: Desk) -> None:
    await put(desk, talk("nobody answered"))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: "nobody who answered" in opened.note)


async def test_markup_and_controls_in_titles_and_hits_are_only_text(desk: Desk) -> None:
    await put(desk, talk("[red]lamp[/] \x1b[31m lamp", title="[bold]T[/]\x1b]0;x\x07"))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await look_for(pilot, "lamp", 1)
        assert "[bold]T[/]␛]0;x␇" in shown(pilot)
        assert "[red]lamp[/] ␛[31m lamp" in shown(pilot)


async def test_a_click_opens(desk: Desk) -> None:
    first = talk("first")
    await put(desk, first, talk("second", minute=1))
    async with desk.app().run_test() as pilot:
        await open_list(pilot)
        await pilot.click(RowList, offset=(5, 1))
        await closed(pilot)
        assert chat(pilot).pane.session.conversation.id == first.id


async def test_an_empty_store_says_so(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        assert opened.note == "no conversations yet"
        await pilot.press("enter", "ctrl+r", "ctrl+d", "ctrl+s", "ctrl+t", "f3")
        await closed(pilot)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_ten_thousand_conversations_can_be_gone_through(desk: Desk) -> None:
    await put(desk, *(talk(f"number {n}", minute=n) for n in range(10_000)))
    async with desk.app().run_test() as pilot:
        opened = await open_list(pilot)
        await pilot.press("tab", "end")
        assert opened.query_one(RowList).cursor == 9_999
        assert "number 0" in shown(pilot)
        await pilot.press("tab")
        await pilot.press(*"number 777")
        await until(pilot, lambda: len(titles(pilot)) < 100)
        assert "number 777" in titles(pilot)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 5, 4, 9, 5, tzinfo=UTC), "09:05"),
        (datetime(2026, 5, 3, 23, 5, tzinfo=UTC), "yesterday"),
        (datetime(2026, 5, 2, 9, 5, tzinfo=UTC), "2 May"),
        (datetime(2025, 5, 2, 9, 5, tzinfo=UTC), "2025-05-02"),
    ],
)
def test_dates_are_as_short_as_can_be(moment: datetime, words: str) -> None:
    assert date_words(moment, datetime(2026, 5, 4, 12, tzinfo=UTC)) == words


async def test_the_keys_of_the_list_can_be_rebound_and_the_hints_name_them(desk: Desk) -> None:
    await put(desk, talk("one", "yes", title="first"))
    bound = '[keys]\n"list.pin" = "ctrl+k, x"\n"list.delete" = "alt+d"'
    async with desk.app(more=bound).run_test() as pilot:
        await open_list(pilot)
        assert "Ctrl+K pin  Alt+D delete" in shown(pilot)
        await pilot.press("ctrl+k")
        await until(pilot, lambda: screen(pilot).shown[0].pinned)
        await pilot.press("tab")
        await until(pilot, lambda: isinstance(pilot.app.focused, RowList))
        await until(pilot, lambda: "x pin  Alt+D delete" in shown(pilot))
        await pilot.press("p", "d", "x")
        await until(pilot, lambda: not screen(pilot).shown[0].pinned)
        await pilot.press("tab", "x", "p")
        await until(pilot, lambda: screen(pilot).query_text == "xp")
