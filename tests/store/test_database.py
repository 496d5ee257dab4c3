"""The threads around the database."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from chat_tui.errors import LockedStore, StoreError
from chat_tui.store.database import Database

ROOT = Path(__file__).parents[2]


def count(connection: Connection) -> int:
    (rows,) = connection.execute("SELECT count(*) FROM draft").fetchone()
    return int(rows)


def insert(connection: Connection) -> int:
    return connection.execute("INSERT INTO draft VALUES ('c', 'text', 0)").rowcount


def patience_ms(connection: Connection) -> int:
    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    return int(milliseconds)


def insert_and_fail(connection: Connection) -> None:
    insert(connection)
    raise LookupError("after the insert")


async def test_a_job_that_raises_leaves_nothing_behind(path: Path) -> None:
    database = Database(path)
    with pytest.raises(LookupError, match="after the insert"):
        await database.write(insert_and_fail)
    assert await database.read(count) == 0
    assert await database.write(insert) == 1
    assert await database.read(count) == 1
    await database.close()


async def test_a_read_cannot_write(path: Path) -> None:
    database = Database(path)
    with pytest.raises(StoreError, match="no permission"):
        await database.read(insert)
    assert await database.read(count) == 0
    await database.close()


async def test_a_lock_is_waited_for_once_and_not_with_every_job(path: Path) -> None:
    database = Database(path, busy_timeout_s=1.0)
    await database.write(count)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        for _ in range(5):
            with pytest.raises(LockedStore, match="is locked by another program"):
                await database.write(insert)
        assert 1.0 <= time.monotonic() - begun < 4.0  # five times the wait would be five
        other.execute("ROLLBACK")
    assert await database.write(insert) == 1
    assert await database.write(patience_ms) == 1000
    await database.close()


async def test_a_file_that_is_locked_from_the_start_is_waited_for_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        database = Database(path, busy_timeout_s=1.0)
        begun = time.monotonic()
        for _ in range(5):
            with pytest.raises(LockedStore):
                await database.write(insert)
        assert 1.0 <= time.monotonic() - begun < 4.0
        other.execute("ROLLBACK")
    assert await database.write(insert) == 1
    assert await database.write(patience_ms) == 1000
    await database.close()


async def test_a_database_is_closed_also_when_its_check_ends_in_that_moment(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, go_on = threading.Event(), threading.Event()

    class Slow(Connection):
        def close(self) -> None:
            super().close()
            closed.set()
            go_on.wait()

    def reading(path: Path) -> Connection:
        return sqlite3.connect(path, check_same_thread=False, factory=Slow)

    database = Database(path)
    await database.write(insert)
    monkeypatch.setattr("chat_tui.store.backups.reading", reading)
    checking = asyncio.create_task(database.check())
    await asyncio.to_thread(closed.wait)
    try:
        await database.close()
    finally:
        go_on.set()
        await checking
    with pytest.raises(StoreError, match="closed"):
        await database.read(count)


def test_a_write_nobody_waits_for_is_on_the_disk_when_the_program_ends(path: Path) -> None:
    program = f"""
import asyncio
from pathlib import Path
from chat_tui.store.store import Store

async def main():
    store = Store(Path({str(path)!r}))
    writing = asyncio.ensure_future(store.save_draft("c", "kept"))
    asyncio.get_running_loop().call_soon(writing.cancel)
    await asyncio.wait([writing])

asyncio.run(main())
"""
    # What is left open at such an end is no finding.
    quiet = ("-X", "dev", "-W", "ignore::ResourceWarning")
    done = subprocess.run(
        [sys.executable, *quiet, "-c", program], cwd=ROOT, capture_output=True, check=True
    )
    assert done.stderr == b""
    read = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
            "'SELECT text FROM draft').fetchall())",
            str(path),
        ],
        capture_output=True,
        check=True,
    )
    assert read.stdout == b"[('kept',)]\n"


def test_importing_the_store_does_not_import_sqlite() -> None:
    program = (
        "import sys, chat_tui.store.store, chat_tui.store.recorder;"
        "sys.exit('sqlite3' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
