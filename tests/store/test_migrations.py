"""Making and updating the tables."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import NewerStore, StoreError
from chat_tui.message import Status, user_message
from chat_tui.store import migrations
from chat_tui.store.backups import backups_of, folder_of, is_good
from chat_tui.store.migrations import CURRENT, migrate, version
from chat_tui.store.schema import APPLICATION_ID
from chat_tui.store.store import Store


async def earlier_version(path: Path) -> Conversation:
    """Make a database as the version before had it."""
    store = Store(path)
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    await store.create(conversation)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE lease")
        connection.execute(f"PRAGMA user_version = {CURRENT - 1}")
    return conversation


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "c.db", isolation_level=None)) as connection:
        yield connection


def test_an_empty_file_becomes_a_database_of_the_current_version(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    assert version(connection, tmp_path) == 0
    migrate(connection, tmp_path)
    assert version(connection, tmp_path) == CURRENT
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)


def test_every_table_is_strict(connection: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(connection, tmp_path)
    tables = connection.execute(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    assert {name for name, _ in tables} == {
        "conversation", "message", "part", "event", "writer", "attachment", "draft",
        "search_backlog", "lease",
    }  # fmt: skip
    assert all(strict for _, strict in tables)


def test_every_status_of_a_message_is_allowed(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    migrate(connection, tmp_path)
    connection.execute("INSERT INTO conversation (id, created_us, updated_us) VALUES ('c', 0, 0)")
    insert = (
        "INSERT INTO message (id, conversation_id, seq, role, status, created_us)"
        " VALUES (:status, 'c', :seq, 'assistant', :status, 0)"
    )
    for seq, status in enumerate(get_args(Status)):
        connection.execute(insert, {"status": status, "seq": seq})
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        connection.execute(insert, {"status": "odd", "seq": 99})


def test_a_step_that_fails_leaves_the_version_before_it(
    connection: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(connection, tmp_path)
    step = ("CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT", "CREATE TABLE later (again)")
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
    monkeypatch.setattr(migrations, "CURRENT", CURRENT + 1)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, tmp_path / "c.db")
    assert not connection.in_transaction
    assert version(connection, tmp_path) == CURRENT
    assert connection.execute(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'later'"
    ).fetchone() == (0,)


def test_many_that_start_at_once_take_each_step_once(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    together = threading.Barrier(4)
    versions: list[int] = []

    def start() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=5)) as connection:
            together.wait()
            migrate(connection, path)
            versions.append(version(connection, path))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions == [CURRENT] * 4


async def test_a_newer_database_is_read_and_left_as_it_is(path: Path, store: Store) -> None:
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    await store.create(conversation)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {CURRENT + 1}")
    before = bytes_of(path)
    told: list[str] = []
    again = Store(path, tell=told.append)
    assert [one.id for one in await again.list()] == [conversation.id]
    assert len(await again.search("hello")) == 1
    assert (await again.load(conversation.id)).title == "hello"
    with pytest.raises(NewerStore) as caught:
        await again.create(Conversation())
    await again.close()
    assert str(path) in str(caught.value)
    assert "update chat-tui" in caught.value.hint
    assert len(told) == 1
    assert "nothing is saved" in told[0]
    assert bytes_of(path) == before


async def test_a_copy_is_made_before_the_tables_are_changed(path: Path) -> None:
    conversation = await earlier_version(path)
    store = Store(path)
    assert [one.id for one in await store.list()] == [conversation.id]
    await store.close()
    (copy,) = backups_of(path)
    assert copy.name.startswith(f"conversations-v{CURRENT - 1}-")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert is_good(copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT - 1,)
        assert connection.execute("SELECT id FROM conversation").fetchall() == [(conversation.id,)]


async def test_a_disk_that_takes_no_copy_leaves_the_tables_as_they_are(path: Path) -> None:
    await earlier_version(path)
    folder_of(path).write_text("in the way")
    store = Store(path)
    with pytest.raises(StoreError, match="cannot copy"):
        await store.create(Conversation())
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT - 1,)


async def test_killed_in_the_middle_of_a_change_it_is_made_at_the_next_start(path: Path) -> None:
    conversation = await earlier_version(path)
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(Path(__file__).with_name("dying_migration.py")), str(path)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT - 1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT name FROM sqlite_schema WHERE name = 'half'")
        assert found.fetchall() == []
    store = Store(path)
    assert [one.id for one in await store.list()] == [conversation.id]
    await store.close()
    assert all(is_good(copy) for copy in backups_of(path))


async def test_the_database_of_another_program_is_refused_and_left_as_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
    before = bytes_of(path)
    store = Store(path)
    with pytest.raises(StoreError, match="another program"):
        await store.list()
    await store.close()
    assert bytes_of(path) == before
