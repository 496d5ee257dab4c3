import asyncio

from textual.pilot import Pilot

from chat_tui.events import Approval, Finished, TextDelta
from chat_tui.events import Usage as UsageEvent
from chat_tui.screens.budget import BudgetScreen
from chat_tui.screens.usage import UsageScreen
from chat_tui.simulator.script import Done, Finish, Say, Script, Usage
from tests.app.desk import (
    Desk,
    answered,
    ask,
    burst,
    chat,
    held,
    reply,
    say,
    shown,
    streaming,
    until,
)
from tests.app.scripted import scripted

PRICES = '[prices."sim-model"]\ninput = 1000\noutput = 2000\n'


def counted(text: str) -> Script:
    return Script((Say(text), Finish(), Usage(100, 50), Done()))


async def over_budget(pilot: Pilot[int], text: str) -> None:
    await say(pilot, text)
    await until(pilot, lambda: isinstance(pilot.app.screen, BudgetScreen))
    await pilot.pause()


async def test_the_cost_comes_from_the_price_table_and_is_kept(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app(more=PRICES).run_test(size=(120, 30)) as pilot:
        await ask(pilot, "hi")
        assert "100 in · 50 out · $0.2" in chat(pilot).pane.status.line
    usage = (await desk.stored()).path()[-1].usage
    assert usage is not None
    assert usage.cost_usd == 0.2


async def test_usage_shows_this_conversation_and_the_day(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"), counted("b"), counted("c"))
    async with desk.app(more=PRICES).run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        await ask(pilot, "two")
        await pilot.press("ctrl+n")
        await ask(pilot, "three")
        await say(pilot, "/usage")
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))
        await pilot.pause()
        screen = " ".join(shown(pilot).split())
        assert "this conversation 1 100 50 $0.2" in screen
        assert "today 3 300 150 $0.6" in screen
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


async def test_replies_that_told_no_tokens_are_counted_and_said(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"), reply("b"), reply("c"))
    async with desk.app(more=PRICES).run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        await ask(pilot, "two")
        await pilot.press("ctrl+n")
        await ask(pilot, "three")
        await say(pilot, "/usage")
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))
        await pilot.pause()
        lines = [" ".join(line.strip("│ ").split()) for line in shown(pilot).splitlines()]
        here, today = lines.index("this conversation 1"), lines.index("today 3 100 50 $0.2")
        assert lines[here + 1 : here + 3] == ["sim-model 1", "one of the replies told no tokens"]
        assert lines[today + 2] == "2 of the replies told no tokens"
        assert "?" not in shown(pilot)[shown(pilot).index("today") :].splitlines()[0]


async def test_a_reply_under_way_has_told_nothing_yet(desk: Desk) -> None:
    gate, script = held("so far")
    desk.simulator.enqueue(counted("a"), script)
    async with desk.app(more=PRICES).run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        await say(pilot, "two")
        await streaming(pilot, "so far")
        chat(pilot).action_usage()
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))
        await pilot.pause()
        assert "this conversation 1 100 50 $0.2" in " ".join(shown(pilot).split())
        assert "told no tokens" not in shown(pilot)
        gate.open()


async def test_what_nobody_priced_is_marked(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        chat(pilot).action_usage()
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))
        await pilot.pause()
        assert "this conversation 1 100 50 ?" in " ".join(shown(pilot).split())
        assert '[prices."MODEL"]' in shown(pilot)


async def test_the_budget_asks_before_it_is_passed_and_yes_holds_for_the_day(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(counted("a"), counted("b"), counted("c"))
    async with desk.app(app="budget_usd_per_day = 0.3", more=PRICES).run_test() as pilot:
        await ask(pilot, "one")
        await over_budget(pilot, "two")
        assert "$0.2 were spent today" in shown(pilot)
        assert len(desk.simulator.calls) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(chat(pilot).pane.transcript.messages) == 4)
        await answered(pilot)
        await ask(pilot, "three")
        assert [m.text for m in chat(pilot).pane.transcript.messages][::2] == [
            "one",
            "two",
            "three",
        ]


async def test_no_leaves_the_message_in_the_prompt(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app(app="budget_usd_per_day = 0.3", more=PRICES).run_test() as pilot:
        await ask(pilot, "one")
        await over_budget(pilot, "two")
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert chat(pilot).pane.prompt.text == "two"
        assert len(desk.simulator.calls) == 1


async def test_the_budget_asks_before_a_reply_is_made_again(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"), counted("b"))
    async with desk.app(app="budget_usd_per_day = 0.3", more=PRICES).run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, BudgetScreen))
        await pilot.press("y")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages[-1].text == "b")
        await answered(pilot)


async def test_what_was_spent_yesterday_does_not_count(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"), counted("b"))
    async with desk.app(more=PRICES).run_test() as pilot:
        await ask(pilot, "one")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(desk.paths.database)) as database, database:
        database.execute("UPDATE message SET created_us = created_us - 86400000000")
    async with desk.app(app="budget_usd_per_day = 0.3", more=PRICES).run_test() as pilot:
        await ask(pilot, "two")
        assert chat(pilot).pane.transcript.messages[-1].text == "b"


async def test_the_part_of_the_window_that_is_used_is_shown_where_it_is_known(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        chat(pilot).pane.status.window_of = lambda provider, model: 1500
        assert "10% of 2k" in chat(pilot).pane.status.line


async def test_a_message_does_not_go_into_a_conversation_that_was_opened_meanwhile(
    desk: Desk,
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def may_send(pane: object, replies: int, go_on: object) -> bool:
        del pane, replies, go_on
        asked.set()
        await answer.wait()
        return True

    async with desk.app().run_test() as pilot:
        pane = chat(pilot).pane
        first = pane.session
        pane.sending.may_send = may_send
        sending = asyncio.create_task(pane.sending.say("for the first"))
        await asked.wait()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: pane.session is not first)
        answer.set()
        assert not await sending
        assert len(pane.session.conversation) == 0


async def test_the_budget_counts_every_reply_of_a_comparison(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    url = f"{desk.simulator.url}/v1"
    more = f'[providers.anna]\nkind = "openai"\nmodel = "anna"\nbase_url = "{url}"\n{PRICES}'
    async with desk.app(app="budget_usd_per_day = 0.5", more=more).run_test(
        size=(120, 30)
    ) as pilot:
        await ask(pilot, "one")
        await say(pilot, "/compare sim anna")
        await until(pilot, lambda: chat(pilot).pane.comparing.wished)
        await over_budget(pilot, "two")
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert chat(pilot).pane.prompt.text == "two"
        assert chat(pilot).pane.comparing.wished
        assert len(desk.simulator.calls) == 1


async def test_the_budget_asks_before_a_decision_and_yes_sends_it(desk: Desk) -> None:
    app = desk.app(provider="sim", app="budget_usd_per_day = 0.3")
    provider = scripted(app)
    approval = Approval("a", "Send it?", "Proceed", "Reject", resume="node-1")
    provider.enqueue(approval, UsageEvent(1, 1, 0.4), Finished("tool_calls"))
    provider.enqueue(TextDelta("sent"))
    async with app.run_test() as pilot:
        await ask(pilot, "hi")
        await until(pilot, lambda: app.pane.choice_bar.choices is not None)
        await pilot.press("alt+1")
        await until(pilot, lambda: isinstance(pilot.app.screen, BudgetScreen))
        assert len(provider.requests) == 1
        await pilot.press("enter")
        await until(pilot, lambda: len(provider.requests) == 2)
        await until(pilot, lambda: app.pane.transcript.messages[-1].text == "sent")
        await answered(pilot)


async def test_the_window_of_a_model_is_remembered_over_a_start(desk: Desk) -> None:
    desk.write_state('[windows]\n"sim sim-model" = 1500\n')
    desk.simulator.enqueue(counted("a"))
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        assert "10% of 2k" in chat(pilot).pane.status.line


async def test_without_a_known_window_the_tokens_are_shown_alone(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app().run_test(size=(120, 30)) as pilot:
        await ask(pilot, "one")
        assert "100 in · 50 out" in chat(pilot).pane.status.line
        assert "%" not in chat(pilot).pane.status.line


async def test_in_a_narrow_terminal_the_numbers_stand_below_their_names(desk: Desk) -> None:
    desk.simulator.enqueue(counted("a"))
    async with desk.app(more=PRICES).run_test(size=(40, 20)) as pilot:
        await ask(pilot, "one")
        chat(pilot).action_usage()
        await until(pilot, lambda: isinstance(pilot.app.screen, UsageScreen))
        await pilot.pause()
        lines = [line.strip("│ ") for line in shown(pilot).splitlines()]
        at = lines.index("today")
        assert lines[at + 1] == "1 reply · 100 in · 50 out · $0.2"
        await pilot.resize_terminal(100, 20)
        await pilot.pause()
        assert "today 1 100 50 $0.2" in " ".join(shown(pilot).split())


async def test_a_first_message_that_comes_in_one_burst_is_asked_for_too(desk: Desk) -> None:
    async with desk.app(app="budget_usd_per_day = 0.0").run_test(size=(120, 30)) as pilot:
        burst(pilot, "h", "i", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BudgetScreen))
    assert desk.simulator.calls == []
