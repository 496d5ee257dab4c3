"""What could not be saved until the end: it is in a file, and saved at a later start."""

import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.session.session import Session
from chat_tui.session.unsaved import put_aside, take_up
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.app.desk import held, reply


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
async def hasty(path: Path, told: list[str]) -> AsyncGenerator[Store, None]:
    """A store that does not wait for a lock, on a file that is there."""
    store = Store(path, busy_timeout_s=0, tell=told.append)
    await store.latest()
    yield store
    await store.close()


@pytest.fixture
def lock(path: Path, hasty: Store) -> Iterator[sqlite3.Connection]:
    """Another program, which can let nobody else write."""
    del hasty  # it makes the file
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def aside(path: Path) -> list[Path]:
    return list((path.parent / "unsaved").glob("*"))


async def test_a_talk_of_which_nothing_could_be_saved_is_saved_at_the_next_start(
    simulator: Simulator,
    provider: ChatProvider,
    path: Path,
    hasty: Store,
    lock: sqlite3.Connection,
    told: list[str],
) -> None:
    simulator.enqueue(reply("Hello"))
    session = Session(Conversation(), hasty)
    lock.execute("BEGIN IMMEDIATE")
    await session.send("hi", provider)
    await session.aclose()
    lock.execute("ROLLBACK")
    (file,) = aside(path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert told == [
        f"'hi' could not be saved; it is in {file}, and saved when chat-tui next starts"
    ]
    assert await hasty.list() == []
    assert list(await take_up(hasty)) == ["'hi'"]
    assert list(await hasty.load(session.conversation.id)) == list(session.conversation)
    assert aside(path) == []
    assert list(await take_up(hasty)) == []


async def test_the_end_of_a_reply_that_could_not_be_saved_is_put_aside(
    simulator: Simulator,
    provider: ChatProvider,
    path: Path,
    hasty: Store,
    lock: sqlite3.Connection,
) -> None:
    gate, script = held("so far", " and on")
    simulator.enqueue(script)
    session = Session(Conversation(), hasty)
    running = await session.send("hi", provider)
    await gate.reached.wait()
    lock.execute("BEGIN IMMEDIATE")
    gate.open()
    await session.wait()
    assert not session.at_rest
    await session.aclose()
    lock.execute("ROLLBACK")
    assert (await hasty.load(session.conversation.id))[running.id].outcome is None
    await take_up(hasty)
    assert list(await hasty.load(session.conversation.id)) == list(session.conversation)
    assert session.conversation[running.id].text == "so far and on"


async def test_what_is_saved_at_last_is_not_put_aside(
    simulator: Simulator,
    provider: ChatProvider,
    path: Path,
    hasty: Store,
    lock: sqlite3.Connection,
    told: list[str],
) -> None:
    simulator.enqueue(reply("Hello"))
    session = Session(Conversation(), hasty)
    lock.execute("BEGIN IMMEDIATE")
    await session.send("hi", provider)
    await session.wait()
    lock.execute("ROLLBACK")
    await session.aclose()
    assert list(await hasty.load(session.conversation.id)) == list(session.conversation)
    assert aside(path) == []
    assert told == []


async def test_a_file_that_is_none_of_ours_stays(path: Path, hasty: Store) -> None:
    await put_aside(Conversation(title="mine"), hasty)
    (path.parent / "unsaved" / "another.json").write_text("{}")
    assert list(await take_up(hasty)) == ["'mine'"]
    assert [file.name for file in aside(path)] == ["another.json"]


async def test_it_is_told_that_nothing_can_be_put_aside_either(
    path: Path, hasty: Store, told: list[str]
) -> None:
    (path.parent / "unsaved").write_text("in the way")
    await put_aside(Conversation(title="mine"), hasty)
    assert told == ["'mine' could not be saved and is lost: File exists"]
