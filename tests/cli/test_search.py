"""`chat-tui search`."""

import asyncio
import json

import pytest

from benchmarks.many import as_before_the_index
from chat_tui.cli.main import main
from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from tests.cli.conftest import User


def talk(text: str, title: str = "") -> Conversation:
    return Conversation(title=title, messages=[user_message(text, parent=None)])


def test_hits_are_json_with_the_promised_names(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation = talk("How does a Fresnel lens work?", "Lighthouses")
    asyncio.run(at_home.store([conversation, talk("no")]))
    assert main(["search", "--json", "fresnel", "lens"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "conversation": conversation.id,
            "message": conversation.leaf,
            "title": "Lighthouses",
            "snippet": "How does a Fresnel lens work?",
        }
    ]


def test_a_hit_is_shown_below_its_conversation(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation = talk("a \x1b[31mred\x1b[0m lamp", "Lamps")
    asyncio.run(at_home.store([conversation]))
    assert main(["search", "lamp"]) == 0
    assert capsys.readouterr().out == f"{conversation.id}  Lamps\n    a ␛[31mred␛[0m lamp\n"


def test_without_a_query_the_conversations_are_listed(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    conversation = talk("hello")
    asyncio.run(at_home.store([conversation]))
    assert main(["search", "--json", ""]) == 0
    (hit,) = json.loads(capsys.readouterr().out)
    assert (hit["conversation"], hit["message"], hit["title"]) == (conversation.id, None, "hello")
    assert main(["search"]) == 0
    assert capsys.readouterr().out == f"{conversation.id}  hello\n"


def test_nothing_found_is_said_beside_stdout(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", 'NEAR("']) == 0
    assert capsys.readouterr() == ("", "chat-tui: nothing found\n")
    assert main(["search", "--json", "xyz"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_what_is_not_indexed_yet_is_indexed_first(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(at_home.store([talk("old words")]))
    as_before_the_index(at_home.data_dir / "conversations.db")
    assert main(["search", "--limit", "1", "words"]) == 0
    out, err = capsys.readouterr()
    assert "old words" in out
    assert "indexing" in err
