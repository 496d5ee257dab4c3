from textual.pilot import Pilot

from chat_tui.screens.branches import BranchesScreen
from chat_tui.widgets.row_list import RowList
from tests.app.desk import (
    Desk,
    answered,
    ask,
    chat,
    held,
    notes,
    reply,
    rows,
    say,
    shown,
    streaming,
    until,
)


def path(pilot: Pilot[int]) -> list[str]:
    return [message.text for message in chat(pilot).pane.transcript.messages]


def mark_of(pilot: Pilot[int], words: str) -> str:
    """What stands in the header above some words, before the time."""
    screen = rows(pilot.app.screen)
    at = next(y for y, row in enumerate(screen) if row.strip("┃ ") == words)
    header = next(screen[y] for y in range(at - 1, -1, -1) if "▌" in screen[y])
    return header.split("▌")[1].rstrip().rsplit(" ", 1)[0].split()[-1]


async def two_turns(pilot: Pilot[int]) -> None:
    await ask(pilot, "one")
    await ask(pilot, "two")


async def to_first(pilot: Pilot[int]) -> None:
    """Take the keys to the transcript's first message."""
    await pilot.press("tab", "home")


async def sent(desk: Desk, pilot: Pilot[int], count: int) -> None:
    await until(pilot, lambda: len(desk.simulator.calls) == count)
    await answered(pilot)


async def test_an_earlier_turn_is_edited_into_a_branch(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"), reply("C"))
    async with desk.app().run_test() as pilot:
        await two_turns(pilot)
        await to_first(pilot)
        await pilot.press("e")
        await pilot.pause()
        prompt = chat(pilot).pane.prompt
        assert pilot.app.focused is prompt
        assert prompt.text == "one"
        await pilot.press("space", "m", "o", "r", "e", "enter")
        await sent(desk, pilot, 3)
        assert path(pilot) == ["one more", "C"]
        assert mark_of(pilot, "one more") == "2/2"
        await pilot.press("tab", "home", "left_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "A", "two", "B"]
        assert mark_of(pilot, "one") == "1/2"
    stored = await desk.stored()
    assert len(stored) == 6
    assert [message.text for message in stored.path()] == ["one", "A", "two", "B"]


async def test_esc_leaves_the_turn_and_gives_the_draft_back(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("d", "tab", "home", "e")
        await pilot.pause()
        prompt = chat(pilot).pane.prompt
        assert prompt.text == "one"
        assert "Esc leaves" in shown(pilot)
        await pilot.press("escape")
        assert prompt.text == "d"
        await pilot.press("enter")
        await sent(desk, pilot, 2)
        assert path(pilot) == ["one", "A", "d", "B"]


async def test_any_reply_is_made_again(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"), reply("C"))
    async with desk.app().run_test() as pilot:
        await two_turns(pilot)
        await pilot.press("tab", "home", "down", "r")
        await sent(desk, pilot, 3)
        assert path(pilot) == ["one", "C"]
        assert mark_of(pilot, "C") == "2/2"
        await pilot.press("end", "right_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "A", "two", "B"]
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "C"]
    assert len(await desk.stored()) == 5


async def test_flipping_without_a_cursor_on_branches_takes_the_last_that_has_some(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"), reply("C"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("f5")
        await sent(desk, pilot, 2)
        await ask(pilot, "two")
        await pilot.press("tab", "end", "left_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "A"]
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "B", "two", "C"]


async def test_without_branches_flipping_says_how_to_make_one(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("tab", "right_square_bracket")
        await until(pilot, lambda: "there are no branches here" in notes(pilot))


async def test_a_fork_goes_on_alone(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"), reply("C"))
    async with desk.app().run_test() as pilot:
        await two_turns(pilot)
        before = chat(pilot).pane.session.conversation.id
        await pilot.press("tab", "home", "down", "f")
        await until(pilot, lambda: chat(pilot).pane.session.conversation.id != before)
        await pilot.pause()
        assert path(pilot) == ["one", "A"]
        await ask(pilot, "three")
    fork = await desk.stored()
    assert [message.text for message in fork.path()] == ["one", "A", "three", "C"]
    async with desk.store() as store:
        assert [m.text for m in (await store.load(before)).path()] == ["one", "A", "two", "B"]


async def test_the_tree_shows_all_branches_and_goes_to_one(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"), reply("C"))
    async with desk.app().run_test() as pilot:
        await two_turns(pilot)
        await pilot.press("tab", "home", "down", "r")
        await sent(desk, pilot, 3)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
        screen = pilot.app.screen
        assert isinstance(screen, BranchesScreen)
        conversation = chat(pilot).pane.session.conversation
        assert [
            (conversation[branch.message].text, branch.depth) for branch in screen.branches
        ] == [("one", 0), ("A", 1), ("two", 1), ("B", 1), ("C", 1)]
        await pilot.pause()
        assert "● you  one" in shown(pilot)
        assert "○ sim · sim-model  A" in shown(pilot)
        await pilot.press("home", "down", "down", "enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, BranchesScreen))
        await pilot.pause()
        assert path(pilot) == ["one", "A", "two", "B"]
    assert [message.text for message in (await desk.stored()).path()][-1] == "B"


async def test_in_the_tree_brackets_go_to_the_other_branch(desk: Desk) -> None:
    desk.simulator.enqueue(reply("A"), reply("B"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("f5")
        await sent(desk, pilot, 2)
        await pilot.press("tab", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, BranchesScreen))
        await pilot.pause()
        rows_of = pilot.app.screen.query_one(RowList)
        assert rows_of.cursor == 2
        await pilot.press("left_square_bracket")
        assert rows_of.cursor == 1
        await pilot.press("escape")


async def test_a_reply_goes_on_while_another_branch_is_shown(desk: Desk) -> None:
    gate, script = held("B begins", " and ends")
    desk.simulator.enqueue(reply("A"), script)
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("f5")
        await streaming(pilot, "B begins")
        await pilot.press("tab", "end", "left_square_bracket")
        await pilot.pause()
        assert path(pilot) == ["one", "A"]
        await pilot.press("right_square_bracket")
        await streaming(pilot, "B begins")
        await pilot.press("left_square_bracket")
        gate.open()
        await chat(pilot).pane.session.wait()
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: path(pilot) == ["one", "B begins and ends"])
    assert len(await desk.stored()) == 3


async def test_an_edit_is_not_sent_while_a_reply_runs(desk: Desk) -> None:
    gate, script = held("A", " more")
    desk.simulator.enqueue(script)
    async with desk.app().run_test() as pilot:
        await say(pilot, "one")
        await streaming(pilot, "A")
        await pilot.press("tab", "home", "e", "x", "enter")
        await until(pilot, lambda: "still running" in notes(pilot))
        assert chat(pilot).pane.prompt.text == "onex"
        assert path(pilot)[0] == "one"
        gate.open()
        await answered(pilot)
        assert path(pilot) == ["one", "A more"]
