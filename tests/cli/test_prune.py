"""`chat-tui prune` and `chat-tui vacuum`."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from chat_tui.cli.main import main
from chat_tui.conversation import Conversation
from chat_tui.media.files import MediaFolder
from chat_tui.message import Attachment, user_message
from chat_tui.store.store import Store
from tests.cli.conftest import User
from tests.media.pictures import png

DAY = timedelta(days=1)


def said(text: str, *, days_ago: int, attached: tuple[Attachment, ...] = ()) -> Conversation:
    moment = datetime.now(UTC) - days_ago * DAY
    turn = user_message(text, parent=None, attachments=attached)
    return Conversation(created=moment, messages=[msgspec.structs.replace(turn, created=moment)])


def titles(user: User) -> list[str]:
    return [one.title for one in asyncio.run(user.stored())]


async def pin(user: User, conversation: Conversation) -> None:
    store = Store(user.data_dir / "conversations.db")
    await store.pin(conversation.id, True)
    await store.close()


@pytest.fixture
def old(at_home: User) -> Conversation:
    """Of three conversations the old one that is not pinned."""
    all_of_them = [said(text, days_ago=days) for text, days in (("a", 99), ("b", 99), ("c", 1))]
    asyncio.run(at_home.store(all_of_them))
    asyncio.run(pin(at_home, all_of_them[1]))
    return all_of_them[0]


def test_the_old_ones_go_but_for_what_is_pinned(
    at_home: User, old: Conversation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", "--older-than", "90d", "--yes"]) == 0
    assert titles(at_home) == ["c", "b"]
    assert capsys.readouterr().out.startswith("deleted 1 conversation; 1 conversation kept, as pin")
    assert main(["delete", "--undo", old.id]) == 0
    assert sorted(titles(at_home)) == ["a", "b", "c"]


def test_a_dry_run_says_which_and_does_nothing(
    at_home: User, old: Conversation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", "--older-than", "12w", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert old.id in said
    assert said.endswith("would delete 1 conversation; 1 conversation kept, as pinned\n")
    assert len(titles(at_home)) == 3


def test_nothing_goes_where_nobody_can_be_asked(
    at_home: User, old: Conversation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", "--older-than", "90d"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert len(titles(at_home)) == 3


@pytest.mark.parametrize("age", ["90", "90d", "13w", "3m", "2160h"])
def test_ages_have_units(at_home: User, old: Conversation, age: str) -> None:
    assert main(["prune", "--older-than", age, "--yes"]) == 0
    assert len(titles(at_home)) == 2


@pytest.mark.parametrize("age", ["", "0d", "d", "-1d", "9q", "1e3d", "99999999999d"])
def test_what_is_no_age_is_refused(
    at_home: User, age: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", "--older-than", age]) == 2
    assert "is no age" in capsys.readouterr().err


def test_nothing_that_is_old_enough_is_no_error(
    at_home: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prune", "--older-than", "1y"]) == 0
    assert capsys.readouterr().out == "nothing is older than that\n"


def test_vacuum_says_what_it_gave_back(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    media = MediaFolder(at_home.data_dir / "media")
    needed, orphan, fresh = (media.save(png(1, n, b"x" * 100)).path for n in (1, 2, 3))
    long_ago = datetime.now(UTC).timestamp() - 2 * 86_400
    for path in (needed, orphan):
        os.utime(path, (long_ago, long_ago))
    attached = Attachment(path=str(needed), name="n", media_type="image/png", size_bytes=1)
    kept = said("kept", days_ago=0, attached=(attached,))
    gone = said("x" * 2_000_000, days_ago=0)
    asyncio.run(at_home.store([kept, gone]))
    asyncio.run(_delete(at_home, gone))
    assert main(["vacuum"]) == 0
    first, second = capsys.readouterr().out.replace(",", "").splitlines()
    _, before, *_, after, _ = first.split()
    assert int(after) < int(before) / 2
    assert second.endswith("1 file swept")
    assert (needed.exists(), orphan.exists(), fresh.exists()) == (True, False, True)
    assert titles(at_home) == ["kept"]


def test_vacuum_of_nothing_is_no_error(at_home: User, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vacuum"]) == 0
    assert capsys.readouterr().out == "there is nothing yet\n"


async def _delete(user: User, conversation: Conversation) -> None:
    store = Store(user.data_dir / "conversations.db")
    await store.delete(conversation.id)
    await store.close()
