"""`chat-tui delete`."""

import asyncio

import pytest

from chat_tui.cli.main import main
from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from tests.cli.conftest import User


def kept(user: User) -> list[str]:
    return [conversation.title for conversation in asyncio.run(user.stored())]


def talk(user: User, text: str = "hello") -> Conversation:
    conversation = Conversation(messages=[user_message(text, parent=None)])
    asyncio.run(user.store([conversation]))
    return conversation


def test_a_conversation_is_deleted_and_had_back(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation = talk(at_home)
    assert main(["delete", "--yes", conversation.id[:12]]) == 0
    assert kept(at_home) == []
    assert main(["delete", "--undo", conversation.id]) == 0
    assert kept(at_home) == ["hello"]
    assert capsys.readouterr().out == (
        "deleted 'hello'; for 30 days it can be had back:"
        f" chat-tui delete --undo {conversation.id}\nrestored 'hello'\n"
    )


def test_last_is_the_latest_conversation_and_in_the_bin_the_one_deleted_last(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("one", "two", "three"):
        talk(at_home, text)
    assert main(["delete", "--yes", "last"]) == 0
    assert main(["delete", "--yes", "last"]) == 0
    assert kept(at_home) == ["one"]
    assert main(["delete", "--undo", "last"]) == 0
    assert kept(at_home) == ["two", "one"]
    assert main(["delete", "--undo", "last"]) == 0
    assert main(["delete", "--undo", "last"]) == 2
    assert "the bin is empty" in capsys.readouterr().err
    assert kept(at_home) == ["three", "two", "one"]


def test_nothing_is_deleted_where_nobody_can_be_asked(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation = talk(at_home)
    assert main(["delete", conversation.id]) == 2
    assert kept(at_home) == ["hello"]
    assert "--yes" in capsys.readouterr().err


def test_an_unknown_conversation_is_an_error(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(at_home)
    assert main(["delete", "--yes", "zzzz"]) == 2
    assert main(["delete", "--undo", "zzzz"]) == 2
    assert "no conversation 'zzzz'" in capsys.readouterr().err
    assert kept(at_home) == ["hello"]
