import pytest
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from tests.app.desk import Desk, chat, write
from tests.app.test_panes import count, laid_out
from tests.snapshots.compare import Compare


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
def test_two_panes(desk: Desk, compare: Compare, lighthouses: Conversation, theme: str) -> None:
    async def two(pilot: Pilot[int]) -> None:
        await laid_out(pilot)
        await pilot.press("f6")
        await count(pilot, 2)
        await write(pilot, "A draft of my own")

    compare(
        desk.app(app=f'theme = "{theme}"', conversation=lighthouses), size=(120, 40), before=two
    )


async def three_panes(pilot: Pilot[int]) -> None:
    await laid_out(pilot)
    await pilot.press("f6")
    await count(pilot, 2)
    chat(pilot).pane.answer_with("demo", "")
    await pilot.press("shift+f6")
    await count(pilot, 3)
    await pilot.press("f7")
    await laid_out(pilot)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_three_panes(
    desk: Desk, compare: Compare, lighthouses: Conversation, size: tuple[int, int]
) -> None:
    compare(desk.app(conversation=lighthouses), size=size, before=three_panes)


def test_one_of_three_panes_on_a_small_screen(
    desk: Desk, compare: Compare, lighthouses: Conversation
) -> None:
    async def shrunk(pilot: Pilot[int]) -> None:
        await three_panes(pilot)
        await pilot.resize_terminal(40, 12)
        await laid_out(pilot)

    compare(desk.app(conversation=lighthouses), size=(120, 40), before=shrunk)


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
def test_a_comparison(desk: Desk, compare: Compare, contest: Conversation, theme: str) -> None:
    path = contest.path()
    replies = contest.siblings(path[-1].id)

    async def compared(pilot: Pilot[int]) -> None:
        panes = chat(pilot).panes
        first = panes.widget.current
        first.open(first.session, replies[0])
        others = [
            panes.make(first.session, contest[reply].provider, contest[reply].model, reply)
            for reply in replies[1:]
        ]
        first.answer_with(contest[replies[0]].provider, contest[replies[0]].model)
        await panes.add(others, "right")
        await count(pilot, 3)
        first.comparing.show_praise("fastest")
        others[1].comparing.show_praise("cheapest")

    compare(
        desk.app(app=f'theme = "{theme}"', conversation=contest), size=(120, 40), before=compared
    )
