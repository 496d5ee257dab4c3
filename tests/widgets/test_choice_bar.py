from chat_tui.events import FollowUps
from chat_tui.widgets.prompt.choice_bar import ChoiceBar
from tests.widgets.host import Host, row


async def test_a_key_that_comes_when_the_choices_have_just_gone_does_nothing() -> None:
    bar = ChoiceBar()
    async with Host(bar).run_test(size=(60, 5)):
        bar.offer(FollowUps(("Why?", "Where?")))
        bar.offer(None)
        bar.action_move(1)
        assert bar.choices is None


async def test_the_choice_under_the_cursor_is_always_on_the_row() -> None:
    bar = ChoiceBar()
    async with Host(bar).run_test(size=(40, 5)) as pilot:
        bar.offer(FollowUps(tuple(f"question number {number}" for number in range(9))))
        await pilot.pause()
        bar.action_edge(-1)
        assert "9 question" in row(bar)
        bar.action_edge(0)
        assert "1 question" in row(bar)
