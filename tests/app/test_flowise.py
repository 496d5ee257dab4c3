from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.model_names import learn, name_of
from chat_tui.screens.sources import SourcesScreen
from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW
from chat_tui.simulator.script import (
    AskApproval,
    Cite,
    Finish,
    Gate,
    Hold,
    Passage,
    Say,
    Script,
    Suggest,
    UseTool,
    Work,
)
from tests.app.desk import Desk, answered, ask, chat, say, shown, transcript_rows, until, write


def flow(desk: Desk, flow_id: str) -> ChatApp:
    table = (
        f'[providers.flow]\nkind = "flowise"\nbase_url = "{desk.simulator.url}"\n'
        f'chatflow_id = "{flow_id}"\n'
    )
    return desk.app(more=table, provider="flow")


def on_screen(pilot: Pilot[int], words: str) -> bool:
    return any(words in row for row in transcript_rows(pilot))


async def test_the_steps_of_a_flow_are_a_tree_while_they_run_and_fold_afterwards(
    desk: Desk,
) -> None:
    gate = Gate()
    desk.simulator.enqueue(
        Script(
            (
                Work("router_0", "Router", "done"),
                Work("writer_0", "Writer"),
                Hold(gate),
                Say("The lamp turns."),
                Work("writer_0", "Writer", "done"),
                Finish(),
            )
        )
    )
    app = flow(desk, AGENTFLOW)
    async with app.run_test() as pilot:
        await say(pilot, "hi")
        await until(pilot, lambda: on_screen(pilot, "◌ Writer"))
        assert on_screen(pilot, "● Router")
        assert on_screen(pilot, "▾ steps  2")
        gate.open()
        await answered(pilot)
        assert on_screen(pilot, "▸ steps  2")
        assert not on_screen(pilot, "Router")


async def test_a_flow_that_waits_goes_on_with_the_decision_and_its_feedback(desk: Desk) -> None:
    desk.simulator.enqueue(
        Script((Work("ask_0", "Ask"), Say("Dear keeper."), AskApproval("Send it?", feedback=True))),
        Script((Say("I will be kinder."), Finish())),
    )
    app = flow(desk, AGENTFLOW)
    async with app.run_test() as pilot:
        await ask(pilot, "write to the keeper")
        await until(pilot, lambda: chat(pilot).pane.choice_bar.choices is not None)
        await write(pilot, "Be kinder.")
        await pilot.press("alt+2")
        await until(pilot, lambda: on_screen(pilot, "I will be kinder."))
        await answered(pilot)
        first, second = (call.json for call in desk.simulator.calls if call.method == "POST")
        assert second["humanInput"]["type"] == "reject"
        assert second["humanInput"]["feedback"] == "Be kinder."
        sessions = [body["overrideConfig"]["sessionId"] for body in (first, second)]
        assert sessions[0] == sessions[1]
        assert not app.pane.choice_bar.display


async def test_tools_sources_and_proposals_of_a_flow_are_shown(desk: Desk) -> None:
    desk.simulator.enqueue(
        Script(
            (
                Say("It reaches 33 nm."),
                UseTool("reach", '{"candela": 10}', "33"),
                Cite((Passage("notes.txt", "", "The lamp of Créac'h."),)),
                Suggest(("Can I visit it?",)),
                Finish(),
            )
        )
    )
    app = flow(desk, CHATFLOW)
    async with app.run_test() as pilot:
        await ask(pilot, "hi")
        await until(pilot, lambda: app.pane.choice_bar.choices is not None)
        await pilot.pause()
        assert on_screen(pilot, "● tool  reach(candela=10) → 33")
        assert on_screen(pilot, "sources  1 notes.txt")
        app.pane.transcript.show_sources()
        await until(pilot, lambda: isinstance(pilot.app.screen, SourcesScreen))
        await until(pilot, lambda: "The lamp of Créac'h." in shown(pilot))
        await pilot.press("escape")
        await pilot.press("alt+1")
        await until(pilot, lambda: app.pane.prompt.text == "Can I visit it?")


async def test_a_flow_is_called_by_its_name_with_the_first_prompt_and_after_a_restart(
    desk: Desk,
) -> None:
    desk.simulator.enqueue(Script((Say("Hello."), Finish())), Script((Say("Again."), Finish())))
    app = flow(desk, CHATFLOW)
    async with app.run_test(size=(110, 30)) as pilot:
        assert CHATFLOW in app.pane.status.line
        await say(pilot, "hi")
        await answered(pilot)
        await until(pilot, lambda: on_screen(pilot, "flow · Support"))
        assert not on_screen(pilot, CHATFLOW)
        assert "flow · Support" in app.pane.status.line
        assert app.pane.session.conversation.path()[-1].model == CHATFLOW
    assert desk.state_file.read_text().count(CHATFLOW) == 1
    async with flow(desk, CHATFLOW).run_test(size=(110, 30)) as pilot:
        assert "flow · Support" in chat(pilot).pane.status.line
        await say(pilot, "hi")
        await answered(pilot)
        assert on_screen(pilot, "flow · Support")
        asked = [call.path for call in desk.simulator.calls if "public-chatflows" in call.path]
        assert asked == [f"/api/v1/public-chatflows/{CHATFLOW}"]


async def test_a_list_of_flows_tells_the_names_of_all(desk: Desk) -> None:
    desk.simulator.enqueue(Script((Say("Hello."), Finish())))
    async with flow(desk, CHATFLOW).run_test(size=(110, 30)) as pilot:
        await say(pilot, "hi")
        await answered(pilot)
        assert name_of("flow", AGENTFLOW) == ""
        await pilot.press("f2")
        await until(pilot, lambda: "Support (chatflow)" in shown(pilot))
        await until(pilot, lambda: name_of("flow", AGENTFLOW) == "Research")
    assert AGENTFLOW in desk.state_file.read_text()


async def test_a_name_from_the_menu_is_shown_before_anything_was_said(desk: Desk) -> None:
    app = flow(desk, AGENTFLOW)
    async with app.run_test(size=(110, 30)) as pilot:
        assert AGENTFLOW in app.pane.status.line
        await pilot.press("f2")
        await until(pilot, lambda: name_of("flow", AGENTFLOW) == "Research")
        await pilot.press("escape")
        await pilot.pause()
        assert "flow · Research" in app.pane.status.line


async def test_a_name_that_comes_while_a_reply_streams_takes_nothing_from_it(desk: Desk) -> None:
    gate = Gate()
    desk.simulator.enqueue(Script((Say("One "), Hold(gate), Say("two."), Finish())))
    app = flow(desk, CHATFLOW)
    async with app.run_test(size=(110, 30)) as pilot:
        await say(pilot, "hi")
        await until(pilot, lambda: on_screen(pilot, "One"))
        learn("flow", {CHATFLOW: "Support"})
        app.pane.name_again()
        await until(pilot, lambda: on_screen(pilot, "flow · Support"))
        assert on_screen(pilot, "One")
        gate.open()
        await answered(pilot)
        assert on_screen(pilot, "One two.")


async def test_a_flow_can_be_chosen_by_its_name_and_is_asked_by_its_id(desk: Desk) -> None:
    desk.simulator.enqueue(Script((Say("Hello."), Finish())))
    async with flow(desk, CHATFLOW).run_test(size=(110, 30)) as pilot:
        learn("flow", {AGENTFLOW: "Research", CHATFLOW: "Support"})
        await say(pilot, "/model research")
        await until(pilot, lambda: chat(pilot).pane.model == AGENTFLOW)
        assert "flow · Research" in chat(pilot).pane.status.line
        await say(pilot, "hi")
        await answered(pilot)
        assert desk.simulator.calls[-1].path.endswith(AGENTFLOW)
