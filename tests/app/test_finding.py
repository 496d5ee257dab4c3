from datetime import UTC, datetime

from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.ids import MessageId
from chat_tui.message import Message, TextPart
from chat_tui.simulator.script import Think
from chat_tui.widgets.pane.find_bar import FindBar
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    idle,
    reply,
    rows,
    say,
    shown,
    streaming,
    transcript_rows,
    until,
)
from tests.app.pointing import cursor_rows


async def look_for(pilot: Pilot[int], text: str) -> None:
    await pilot.press("ctrl+f", *text)
    await settled(pilot)


async def settled(pilot: Pilot[int]) -> None:
    bar = chat(pilot).pane.find_bar
    await until(pilot, lambda: not bar.looking)
    await pilot.pause()


def count(pilot: Pilot[int]) -> str:
    return chat(pilot).pane.find_bar.count


def marked(pilot: Pilot[int], *, current: bool = False) -> list[str]:
    """What is laid over with the style of what was found."""
    transcript = chat(pilot).pane.transcript
    wanted = transcript._styles.found.bgcolor
    return [
        segment.text
        for y in range(transcript.size.height)
        for segment in transcript.render_line(y)
        if segment.style
        and segment.style.bgcolor == wanted
        and (segment.style.underline or not current)
    ]


def long_conversation(messages: int) -> Conversation:
    conversation = Conversation()
    parent: MessageId | None = None
    for number in range(messages):
        message = Message(
            id=MessageId(f"m{number}"),
            parent=parent,
            role="user" if number % 2 == 0 else "assistant",
            created=datetime(2025, 1, 1, tzinfo=UTC),
            parts=(TextPart(f"number {number}x **bold** " + "words " * 30),),
            outcome=None if number % 2 == 0 else Finished("stop", 1.0),
        )
        conversation.add(message)
        parent = message.id
    return conversation


async def test_typing_finds_counts_and_marks(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Lens and lens.\n\n```\nlens\n```"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "a lens")
        await look_for(pilot, "lens")
        assert count(pilot) == "1 of 4"
        assert marked(pilot) == ["lens", "Lens", "lens", "lens"]
        assert marked(pilot, current=True) == ["lens"]
        await pilot.press("x")
        await settled(pilot)
        assert count(pilot) == "nothing found"
        assert marked(pilot) == []


async def test_enter_goes_on_and_shift_enter_back(desk: Desk) -> None:
    desk.simulator.enqueue(reply("b1 b2 b3"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "b")
        places = []
        for key in ("enter", "enter", "enter", "shift+enter"):
            await pilot.press(key)
            places.append(count(pilot))
        assert places == ["2 of 3", "3 of 3", "1 of 3", "3 of 3"]


async def test_the_count_stands_whole_beside_what_is_looked_for(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Rings of glass. Glass, and glass."))
    async with desk.app().run_test(size=(80, 24)) as pilot:
        await ask(pilot, "hi")
        await pilot.press("ctrl+f", *"glass")
        bar = chat(pilot).pane.find_bar
        await until(pilot, lambda: bar.count == "1 of 3")
        await idle(pilot)
        assert "1 of 3" in shown(pilot)


async def test_esc_closes_and_returns_to_the_prompt(desk: Desk) -> None:
    gate, script = held("Lens", " more")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "Lens")
        await look_for(pilot, "lens")
        assert "next" in rows(pilot.app.screen)[-1]
        await pilot.press("escape")
        await pilot.pause()
        assert marked(pilot) == []
        assert pilot.app.focused is chat(pilot).pane.prompt
        assert not chat(pilot).pane.find_bar.display
        assert chat(pilot).pane.session.running
        gate.open()


async def test_a_match_far_up_is_brought_into_sight(desk: Desk) -> None:
    conversation = long_conversation(60)
    async with desk.app(conversation=conversation).run_test() as pilot:
        await look_for(pilot, "number 7x")
        assert count(pilot) == "1 of 1"
        assert any("number 7x" in row for row in transcript_rows(pilot))
        assert marked(pilot, current=True) == ["number 7x"]


async def test_what_is_marked_up_is_found_as_it_is_read(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one **two** three"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "one two three")
        assert count(pilot) == "1 of 1"


async def test_a_match_in_a_closed_block_opens_it(desk: Desk) -> None:
    desk.simulator.enqueue(reply(Think("deep secrets"), "Answer."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "secrets")
        assert any("deep secrets" in row for row in transcript_rows(pilot))
        assert marked(pilot) == ["secrets"]


async def test_what_comes_while_the_bar_is_open_is_found_with_the_next_step(desk: Desk) -> None:
    gate, script = held("lens ", "lens lens")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "hi")
        await streaming(pilot, "lens")
        await look_for(pilot, "lens")
        assert count(pilot) == "1 of 1"
        gate.open()
        await chat(pilot).pane.session.wait()
        await streaming(pilot, "lens lens lens")
        await pilot.press("enter")
        assert count(pilot) == "2 of 3"


async def test_slash_finds_and_n_goes_on_from_the_transcript(desk: Desk) -> None:
    desk.simulator.enqueue(reply("b1 b2 b3"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("tab", "slash", "b")
        await settled(pilot)
        await pilot.press("tab", "n", "n")
        assert count(pilot) == "3 of 3"
        await pilot.press("N")
        assert count(pilot) == "2 of 3"


async def test_the_cursor_goes_to_what_was_found(desk: Desk) -> None:
    desk.simulator.enqueue(*(reply(f"Answer {n}, lens.") for n in range(9)))
    async with desk.app().run_test() as pilot:
        for n in range(9):
            await ask(pilot, f"question {n}")
        await look_for(pilot, "question 1")
        await pilot.press("tab")
        assert cursor_rows(pilot) == ["question 1"]
        await look_for(pilot, "lens")
        await pilot.press("tab")
        (begun,) = cursor_rows(pilot)
        await pilot.press("n")
        (then,) = cursor_rows(pilot)
        assert int(then[7]) == int(begun[7]) + 1


async def test_many_messages_are_all_looked_through(desk: Desk) -> None:
    async with desk.app(conversation=long_conversation(400)).run_test() as pilot:
        await look_for(pilot, "bold words")
        assert count(pilot).endswith(" of 200")  # what the user wrote stays as it was written


async def test_esc_in_the_transcript_closes_the_bar_too(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Lens."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "lens")
        await pilot.press("tab", "escape")
        await pilot.pause()
        assert marked(pilot) == []
        assert pilot.app.focused is chat(pilot).pane.prompt


async def test_another_answer_is_looked_through_anew(desk: Desk) -> None:
    desk.simulator.enqueue(reply("lens lens"), reply("lens"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "lens")
        assert count(pilot) == "1 of 2"
        await pilot.press("f5")
        await until(pilot, lambda: len(desk.simulator.calls) == 2)
        await answered(pilot)
        await pilot.press("enter")
        assert count(pilot) == "1 of 1"


async def test_a_new_conversation_closes_the_bar(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Lens."))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "hi")
        await look_for(pilot, "lens")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert not chat(pilot).pane.find_bar.is_open
        assert pilot.app.focused is chat(pilot).pane.prompt


async def test_what_is_found_while_its_pane_is_closed_is_counted_nowhere(desk: Desk) -> None:
    async with desk.app().run_test() as pilot:
        await look_for(pilot, "words")
        bar = pilot.app.query_one(FindBar)
        await bar.remove_children()
        bar._found_more()


async def test_the_key_of_finding_can_be_changed(desk: Desk) -> None:
    desk.simulator.enqueue(reply("Lens."))
    async with desk.app(more='[keys]\n"transcript.find" = "ctrl+y"\n').run_test() as pilot:
        await ask(pilot, "hi")
        await pilot.press("ctrl+y", *"lens")
        await settled(pilot)
        assert count(pilot) == "1 of 1"
