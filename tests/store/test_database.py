"""The threads around the database."""

import subprocess
import sys
from pathlib import Path
from sqlite3 import Connection

import pytest

from chat_tui.errors import StoreError
from chat_tui.store.database import Database

ROOT = Path(__file__).parents[2]


def count(connection: Connection) -> int:
    (rows,) = connection.execute("SELECT count(*) FROM draft").fetchone()
    return int(rows)


def insert(connection: Connection) -> int:
    return connection.execute("INSERT INTO draft VALUES ('c', 'text', 0)").rowcount


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
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], cwd=ROOT, capture_output=True, check=True
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
