"""Titles that a provider makes."""

import json

import pytest

from chat_tui.conversation import TITLE_MAX_CHARS, Conversation
from chat_tui.errors import ChatTuiError
from chat_tui.message import user_message
from chat_tui.simulator.script import Done, Fail, Finish, Say, Script
from chat_tui.simulator.server import Simulator
from chat_tui.titles import NoTitle, ask_for_title, title_in
from tests.builders import chat_provider


def talk(text: str = "How do lenses work?") -> Conversation:
    return Conversation(messages=[user_message(text, parent=None)])


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        ("Lamps and lenses", "Lamps and lenses"),
        ('\n\n  "Lamps"  \nmore', "Lamps"),
        ("## **Lamps.**", "Lamps"),
        ("Title: Lamps", "Lamps"),
        ("„Leuchttürme“", "Leuchttürme"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("", ""),
        ('""\n**', ""),
    ],
)
def test_a_title_is_taken_out_of_what_models_put_around_it(answer: str, title: str) -> None:
    assert title_in(answer) == title


def test_a_title_is_short() -> None:
    assert len(title_in("word " * 100)) <= TITLE_MAX_CHARS


async def test_the_provider_is_asked_once_and_apart() -> None:
    async with Simulator() as simulator, chat_provider(simulator) as provider:
        simulator.enqueue(Script((Say("Lenses"), Finish(), Done())))
        conversation = talk("x" * 9000)
        assert await ask_for_title(provider, conversation) == "Lenses"
        (call,) = simulator.calls
        (message,) = json.loads(call.body)["messages"]
        assert len(message["content"]) < 2000
        assert len(conversation) == 1


@pytest.mark.parametrize("script", [Script((Fail("no"),)), Script((Say("**"), Finish(), Done()))])
async def test_no_title_is_an_error(script: Script) -> None:
    async with Simulator() as simulator, chat_provider(simulator) as provider:
        simulator.enqueue(script)
        with pytest.raises(ChatTuiError):
            await ask_for_title(provider, talk())


def test_no_title_is_one_of_our_errors() -> None:
    assert issubclass(NoTitle, ChatTuiError)
