"""`chat-tui list`."""

import asyncio
import json
from datetime import UTC, datetime

import msgspec
import pytest

from chat_tui.cli.main import main
from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.message import blank_reply, user_message
from tests.cli.conftest import User


def talk(title: str, day: int) -> Conversation:
    moment = datetime(2026, 3, day, 12, tzinfo=UTC)
    turn = msgspec.structs.replace(user_message("why?", parent=None), created=moment)
    reply = msgspec.structs.replace(
        blank_reply(parent=turn.id, provider="flow", model="m1"),
        created=moment,
        outcome=Finished("stop"),
    )
    return Conversation(title=title, created=moment, messages=[turn, reply])


def test_conversations_are_listed_newest_first(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    older, newer = talk("older", 1), talk("newer", 2)
    asyncio.run(at_home.store([newer, older]))
    assert main(["list", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert list(first) == ["id", "title", "created", "updated", "provider", "model", "messages"]
    assert (first["id"], first["title"], second["title"]) == (newer.id, "newer", "older")
    assert (first["provider"], first["model"], first["messages"]) == ("flow", "m1", 2)


def test_the_limit_keeps_the_newest(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(at_home.store([talk("older", 1), talk("newer", 2)]))
    assert main(["list", "--limit", "1"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "updated", "messages", "model", "title"]
    assert row.endswith("flow/m1  newer")


def test_controls_in_a_title_are_made_visible(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(at_home.store([talk("a\x1b[2Jb\nc", 1)]))
    assert main(["list"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("a␛[2Jb c")


def test_an_empty_list_says_so_beside_stdout(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["list"]) == 0
    assert capsys.readouterr() == ("", "chat-tui: no conversations yet\n")


def test_the_data_folder_is_taken_before_and_after_the_command(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(at_home.store([talk("here", 1)]))
    assert main(["--data-dir", "elsewhere", "list", "--json"]) == 0
    assert main(["--data-dir", "elsewhere", "list", "--json", "--data-dir", "data"]) == 0
    elsewhere, here = capsys.readouterr().out.splitlines()
    assert (json.loads(elsewhere), json.loads(here)[0]["title"]) == ([], "here")


@pytest.mark.parametrize(
    "args",
    [
        ["list"],
        ["search", "why"],
        ["export", "all"],
        ["delete", "x"],
        ["prune", "--older-than", "1d"],
        ["vacuum"],
    ],
    ids=lambda args: args[0],
)
def test_a_configuration_that_is_named_must_be_there(
    at_home: User, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    assert main(["--config", "no.toml", *args]) == 2
    assert capsys.readouterr().err.endswith("no.toml: there is no such file\n")
