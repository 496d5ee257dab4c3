from pathlib import Path

import pytest

from chat_tui.app.opening import AppOptions
from chat_tui.app.running import run
from chat_tui.config.model import Config
from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound
from chat_tui.message import blank_reply, user_message
from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk, ask, chat, idle, notes, reply, shown, until


async def test_a_stored_conversation_is_shown_on_its_path_and_goes_on(desk: Desk) -> None:
    desk.simulator.enqueue(reply("first"), reply("second"), reply("third"))
    async with desk.app().run_test() as pilot:
        await ask(pilot, "one")
        await pilot.press("f5")
        await until(pilot, lambda: chat(pilot).pane.transcript.messages[-1].text == "second")
        await chat(pilot).pane.session.wait()
    async with desk.app(conversation=await desk.stored()).run_test() as pilot:
        assert "one" in shown(pilot).split("\n")[0]
        assert [m.text for m in chat(pilot).pane.transcript.messages] == ["one", "second"]
        await pilot.press("up")
        assert chat(pilot).pane.prompt.text == "one"
        chat(pilot).pane.prompt.clear()
        await ask(pilot, "two")
    stored = await desk.stored()
    assert [m.text for m in stored.path()] == ["one", "second", "two", "third"]
    assert len(stored) == 5


async def test_a_resumed_conversation_is_answered_by_who_answered_last(desk: Desk) -> None:
    turn = user_message("one", parent=None)
    answer = blank_reply(parent=turn.id, provider="sim", model="a-model")
    conversation = Conversation(messages=(turn, answer))
    app = desk.app(conversation=conversation, more='[providers.b]\nkind = "openai"\nmodel = "b"')
    async with app.run_test() as pilot:
        await idle(pilot)
        assert (chat(pilot).pane.provider, chat(pilot).pane.model) == ("sim", "a-model")


async def test_a_resumed_conversation_whose_provider_is_gone_takes_another(desk: Desk) -> None:
    turn = user_message("one", parent=None)
    answer = blank_reply(parent=turn.id, provider="gone", model="a-model")
    async with desk.app(conversation=Conversation(messages=(turn, answer))).run_test() as pilot:
        assert chat(pilot).pane.status.line == "sim · sim-model"


async def test_the_command_line_chooses_provider_and_model(desk: Desk) -> None:
    more = '[providers.b]\nkind = "openai"\nmodel = "b"\n'
    async with desk.app(more=more, provider="b", model="b-2").run_test() as pilot:
        await idle(pilot)
        assert chat(pilot).pane.status.line == "b · b-2"


async def test_a_model_alone_is_for_the_provider_that_answers_first(desk: Desk) -> None:
    async with desk.app(model="other").run_test() as pilot:
        await idle(pilot)
        assert chat(pilot).pane.status.line == "sim · other"


async def test_the_demo_is_asked_for_by_name(desk: Desk) -> None:
    async with desk.app(demo=True).run_test() as pilot:
        await idle(pilot)
        assert "A simulation inside this program" in shown(pilot)
        assert chat(pilot).pane.provider == "demo"


async def test_the_last_provider_and_model_are_used_again(desk: Desk) -> None:
    desk.write_state('provider = "demo"\n[models]\ndemo = "demo-slow"\n')
    async with desk.app().run_test() as pilot:
        await idle(pilot)
        assert chat(pilot).pane.status.line == "demo · demo-slow"


async def test_without_any_ready_provider_the_demo_answers(desk: Desk) -> None:
    app = desk.app(sim='api_key = { env = "NOT_SET" }')
    async with app.run_test() as pilot:
        await until(pilot, lambda: chat(pilot).pane.provider == "demo")
        assert chat(pilot).pane.status.line == "demo · demo"


async def test_a_broken_state_file_is_a_notice(desk: Desk) -> None:
    desk.write_state("provider = [")
    async with desk.app().run_test() as pilot:
        await until(pilot, lambda: "the last choices are forgotten" in notes(pilot))


def test_resuming_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Simulator())
    with pytest.raises(NotFound):
        run(AppOptions(config=Config(), paths=desk.paths, resume="0123456789"))
