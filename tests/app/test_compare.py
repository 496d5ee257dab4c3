from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.screens.compare import CompareScreen
from chat_tui.screens.filtered_list import ListBelow
from chat_tui.simulator.script import Gate
from chat_tui.widgets.pane.pane import Pane
from tests.app.desk import Desk, ask, chat, held, notes, reply, rows, say, shown, until, write
from tests.app.test_panes import count, laid_out, panes, seen

NAMES = ("anna", "bert", "carl")


def desk_app(desk: Desk) -> ChatApp:
    """An application with three providers beside `sim`, all on the simulator."""
    url = f"{desk.simulator.url}/v1"
    return desk.app(
        more="\n".join(
            f'[providers.{name}]\nkind = "openai"\nmodel = "{name}-model"\nbase_url = "{url}"'
            for name in NAMES
        )
    )


def compared(pilot: Pilot[int]) -> Sequence[Pane]:
    return [pane for pane in panes(pilot).all if pane.branch is not None]


def texts(pilot: Pilot[int]) -> list[str]:
    return [pane.transcript.messages[-1].text for pane in compared(pilot)]


async def complete(pilot: Pilot[int]) -> None:
    """Wait until all replies are on the screen to their end."""
    await until(
        pilot,
        lambda: all(p.transcript.messages[-1].outcome is not None for p in compared(pilot)),
    )


async def ask_all(pilot: Pilot[int], text: str) -> None:
    await write(pilot, f"/compare {' '.join(NAMES)}")
    await pilot.press("enter")
    await until(pilot, lambda: "the next message goes to" in chat(pilot).pane.status.line)
    await say(pilot, text)
    await until(pilot, lambda: len(compared(pilot)) == len(NAMES))
    await laid_out(pilot)


async def held_replies(desk: Desk) -> list[Gate]:
    gates = [held(f"{word} begins", f" {word} ends") for word in ("one", "two", "three")]
    desk.simulator.enqueue(*(script for _, script in gates))
    return [gate for gate, _ in gates]


async def test_the_footer_names_the_keys_of_several_panes_as_long_as_there_are_some(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("a"), reply("b"), reply("c"))
    async with desk_app(desk).run_test(size=(120, 30)) as pilot:
        assert "next pane" not in rows(pilot.app.screen)[-1]
        await ask_all(pilot, "hi")
        await until(pilot, lambda: "F7 next pane" in rows(pilot.app.screen)[-1])
        await complete(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "next pane" not in rows(pilot.app.screen)[-1])


async def test_one_prompt_goes_to_three_providers_that_stream_side_by_side(desk: Desk) -> None:
    gates = await held_replies(desk)
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        for gate in gates:
            await gate.reached.wait()
        for word in ("one", "two", "three"):
            await seen(pilot, f"{word} begins")
        assert [pane.provider for pane in compared(pilot)] == list(NAMES)
        assert [pane.transcript.messages[-1].provider for pane in compared(pilot)] == list(NAMES)
        sessions = {id(pane.session) for pane in compared(pilot)}
        assert len(sessions) == 1
        for gate in gates:
            gate.open()
        await complete(pilot)
        ended = {f"{word} begins {word} ends" for word in ("one", "two", "three")}
        assert set(texts(pilot)) == ended


async def test_headers_name_who_and_status_lines_time_tokens_and_cost(desk: Desk) -> None:
    from chat_tui.simulator.script import Done, Finish, Say, Script, Usage

    desk.simulator.enqueue(*(Script((Say("hi"), Finish(), Usage(30, 70), Done())) for _ in NAMES))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        header = rows(pilot.app.screen)[0]
        assert all(f"{name} · {name}-model" in header for name in NAMES)
        for pane in compared(pilot):
            await until(pilot, lambda: all("100 tok" in p.status.line for p in compared(pilot)))
            assert "done · " in pane.status.line
            assert " s" in pane.status.line
        await until(pilot, lambda: "fastest" in rows(pilot.app.screen)[0])


async def test_enter_in_an_empty_prompt_goes_on_with_that_reply(desk: Desk) -> None:
    desk.simulator.enqueue(reply("before"), reply("one"), reply("two"), reply("three"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask(pilot, "hi")
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        session = chat(pilot).pane.session
        await pilot.press("f7")
        chosen = chat(pilot).pane
        assert chosen.provider == "bert"
        words = chosen.transcript.messages[-1].text
        await pilot.press("enter")
        await count(pilot, 1)
        assert chat(pilot).pane is chosen
        assert chosen.branch is None
        path = session.conversation.path()
        assert [m.text for m in path] == ["hi", "before", "Who is best?", words]
        assert path[-1].provider == "bert"
        assert len(session.conversation.siblings(path[-1].id)) == 3
    stored = await desk.stored()
    assert [m.text for m in stored.path()] == ["hi", "before", "Who is best?", words]
    branches = stored.siblings(stored.path()[-1].id)
    assert {stored[branch].text for branch in branches} == {"one", "two", "three"}


async def test_what_is_sent_in_one_pane_chooses_its_reply(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"), reply("three"), reply("more"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        await pilot.press("f7")
        chosen = chat(pilot).pane
        words = chosen.transcript.messages[-1].text
        await say(pilot, "go on")
        await count(pilot, 1)
        await until(pilot, lambda: chosen.transcript.messages[-1].text == "more")
        assert [m.text for m in chosen.transcript.messages][1:3] == [words, "go on"]


async def test_what_is_not_chosen_streams_on_into_its_branch(desk: Desk) -> None:
    gates = await held_replies(desk)
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        for gate in gates:
            await gate.reached.wait()
        session = chat(pilot).pane.session
        await pilot.press("enter")
        await count(pilot, 1)
        assert session.running
        for gate in gates:
            gate.open()
        await until(pilot, lambda: session.at_rest)
    stored = await desk.stored()
    replies = [message for message in stored if message.role == "assistant"]
    assert {message.status for message in replies} == {"complete"}
    assert len(replies) == 3


async def test_esc_stops_only_the_reply_of_its_pane(desk: Desk) -> None:
    gates = await held_replies(desk)
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        for gate in gates:
            await gate.reached.wait()
        pane = chat(pilot).pane
        await pilot.press("escape")
        await until(pilot, lambda: not pane.busy)
        assert sum(other.busy for other in compared(pilot)) == 2
        for gate in gates:
            gate.open()
        await complete(pilot)
        statuses = sorted(p.transcript.messages[-1].status for p in compared(pilot))
        assert statuses == ["cancelled", "complete", "complete"]


async def test_closing_all_but_one_goes_on_with_that_one(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"), reply("three"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        last = panes(pilot).all[2]
        words = last.transcript.messages[-1].text
        await pilot.press("alt+w")
        await count(pilot, 2)
        assert len(compared(pilot)) == 2
        await pilot.press("alt+w")
        await count(pilot, 1)
        await until(pilot, lambda: last.branch is None)
        assert last.session.conversation.path()[-1].text == words


async def test_praise_may_come_while_a_pane_is_taken_away(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"), reply("three"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        leaving = panes(pilot).all[0]
        await leaving.remove_children()  # as it is for a moment when it is closed
        leaving.comparing.show_praise("fastest")


async def test_a_comparison_is_there_again_after_a_start(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"), reply("three"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await ask_all(pilot, "Who is best?")
        await complete(pilot)
        before = texts(pilot)
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await count(pilot, 3)
        assert texts(pilot) == before
        await pilot.press("f7", "enter")
        await count(pilot, 1)
        assert chat(pilot).pane.session.conversation.path()[-1].text == before[1]


async def test_a_comparison_that_is_wished_is_forgotten_by_esc(desk: Desk) -> None:
    desk.simulator.enqueue(reply("alone"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        chat(pilot).action_compare(NAMES)
        assert "the next message goes to anna, bert, carl" in chat(pilot).pane.status.line
        await pilot.press("escape")
        assert "the next message" not in chat(pilot).pane.status.line
        await ask(pilot, "hi")
        assert len(panes(pilot)) == 1


async def test_the_menu_compares_what_is_marked_and_sends_what_is_written(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await write(pilot, "Who is best?")
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await seen(pilot, "☐ anna")
        await pilot.press("down", "space", "enter")
        await seen(pilot, "mark two or more")
        await pilot.press("down", "space")
        await seen(pilot, "☑ bert")
        await pilot.press("enter")
        await until(pilot, lambda: len(compared(pilot)) == 2)
        await complete(pilot)
        assert {pane.provider for pane in compared(pilot)} == {"anna", "bert"}
        assert set(texts(pilot)) == {"one", "two"}


async def test_typing_filters_whom_to_compare_and_what_was_marked_before_stays_marked(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"))
    async with desk_app(desk).run_test(size=(80, 24)) as pilot:
        await write(pilot, "Who is best?")
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await seen(pilot, "☐ anna")
        assert "type to filter" in shown(pilot)
        await pilot.press(*"carl")
        await until(pilot, lambda: "anna" not in shown(pilot))
        await pilot.press("space", *"ann")
        await until(pilot, lambda: "carl" not in shown(pilot))
        await seen(pilot, "1 marked   Space mark   Enter compare   Esc leave")
        await pilot.press("space", "enter")
        await until(pilot, lambda: len(compared(pilot)) == 2)
        await complete(pilot)
        assert {pane.provider for pane in compared(pilot)} == {"anna", "carl"}


async def test_the_list_names_the_models_that_will_answer(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"))
    more = f'[providers.bare]\nkind = "openai"\nbase_url = "{desk.simulator.url}/v1"'
    async with desk.app(more=more).run_test(size=(80, 24)) as pilot:
        await write(pilot, "/model other-model")
        await pilot.press("enter")
        await until(pilot, lambda: chat(pilot).pane.model == "other-model")
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await seen(pilot, "☐ sim   other-model")
        await seen(pilot, "☐ bare  no model is chosen")


async def test_where_no_provider_fits_the_filter_nothing_is_marked(desk: Desk) -> None:
    async with desk_app(desk).run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await seen(pilot, "☐ anna")
        await pilot.press(*"xyz")
        await until(pilot, lambda: "anna" not in shown(pilot))
        await pilot.press("space", "backspace", "backspace", "backspace")
        await seen(pilot, "☐ anna")
        assert "marked" not in shown(pilot)


async def test_a_click_marks_whom_to_compare(desk: Desk) -> None:
    async with desk_app(desk).run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await seen(pilot, "☐ bert")
        await pilot.click(ListBelow, offset=(4, 2))
        await seen(pilot, "☑ bert")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/compare anna", "needs two"),
        ("/compare anna nobody", "no provider 'nobody'"),
        ("/compare anna anna", "two to 8 providers"),
    ],
)
async def test_what_cannot_be_compared_is_said_and_stays_in_the_prompt(
    desk: Desk, command: str, words: str
) -> None:
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        await write(pilot, command)
        await pilot.press("enter")
        await until(pilot, lambda: words in notes(pilot))
        assert chat(pilot).pane.prompt.text == command


async def test_a_model_can_be_named_behind_a_provider(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"))
    async with desk_app(desk).run_test(size=(120, 40)) as pilot:
        chat(pilot).action_compare(["anna:small", "anna:large:8b"])
        await say(pilot, "Who is best?")
        await until(pilot, lambda: len(compared(pilot)) == 2)
        await complete(pilot)
        models = [pane.transcript.messages[-1].model for pane in compared(pilot)]
        assert models == ["small", "large:8b"]


async def test_a_narrow_screen_stacks_them_and_a_small_one_refuses(desk: Desk) -> None:
    desk.simulator.enqueue(reply("one"), reply("two"))
    async with desk_app(desk).run_test(size=(40, 22)) as pilot:
        await write(pilot, "/compare anna bert carl")
        await pilot.press("enter")
        await until(pilot, lambda: "a larger terminal" in notes(pilot))
        chat(pilot).pane.prompt.clear()
        chat(pilot).action_compare(["anna", "bert"])
        await say(pilot, "Who is best?")
        await until(pilot, lambda: len(compared(pilot)) == 2)
        await laid_out(pilot)
        one, two = compared(pilot)
        assert one.region.bottom < two.region.y
        assert "anna" in shown(pilot)
