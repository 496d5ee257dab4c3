"""One thread that writes, one that reads, and futures that come back to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from chat_tui.errors import StoreError

if TYPE_CHECKING:
    from sqlite3 import Connection

T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0


class Database:
    """A database file. It is opened, in the thread that needs it, by the first job."""

    def __init__(self, path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self._writer = _Lane(path, "write", busy_timeout_s)
        self._reader = _Lane(path, "read", busy_timeout_s)
        self._closed = False
        self._path = path

    async def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job in a transaction of its own; it is durable when this returns.

        Jobs run in the order of the calls. Cancelling the wait does not undo the job. After an
        error nothing of the job is kept, and the next one tries again to open the file.

        Raises:
            StoreError: the database cannot be opened or written.
        """
        return await self._on(self._writer, job)

    async def read(self, job: Callable[[Connection], T]) -> T:
        """Run a job on one snapshot that has every write awaited before.

        Raises:
            StoreError: the database cannot be opened or read.
        """
        return await self._on(self._reader, job)

    async def close(self) -> None:
        """Finish the jobs under way, and close the file. Idempotent."""
        self._closed = True
        # The last connection folds the -wal file into the database: that is the writer's work.
        await self._reader.close()
        await self._writer.close()

    async def _on(self, lane: _Lane, job: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StoreError(f"{self._path} is closed already")
        return await lane.run(job)


class _Lane:
    """A thread and its connection."""

    def __init__(self, path: Path, purpose: Literal["read", "write"], busy_timeout_s: float):
        self._path = path
        self._purpose = purpose
        self._busy_timeout_s = busy_timeout_s
        self._connection: Connection | None = None
        # An executor's thread ends its queue before the interpreter exits, so a write that was
        # asked for is not lost when nobody closes the store.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{purpose}")

    async def run(self, job: Callable[[Connection], T]) -> T:
        future = asyncio.wrap_future(self._thread.submit(self._transact, job))
        return await asyncio.shield(future)  # cancelled alone, it would be dropped from the queue

    async def close(self) -> None:
        try:
            closing = self._thread.submit(self._disconnect)
        except RuntimeError:  # shut down by an earlier call
            return
        self._thread.shutdown(wait=False)
        await asyncio.wrap_future(closing)

    def _transact(self, job: Callable[[Connection], T]) -> T:
        # Here, not above: the program's first picture must not wait for SQLite.
        import sqlite3

        from chat_tui.store.connection import connect, explain

        if self._connection is None:
            self._connection = connect(
                self._path,
                busy_timeout_s=self._busy_timeout_s,
                read_only=self._purpose == "read",
            )
        connection = self._connection
        try:
            connection.execute("BEGIN" if self._purpose == "read" else "BEGIN IMMEDIATE")
            result = job(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise explain(error, self._path) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return result

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
