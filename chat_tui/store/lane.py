"""A thread and its connection: jobs in the order of the calls, each in a transaction of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Literal, TypeVar

from chat_tui.errors import DamagedStore, LockedStore, StoreError

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.store.database import SharedFile

T = TypeVar("T")


class Lane:
    """A thread and its connection."""

    def __init__(self, file: SharedFile, purpose: Literal["read", "write"]) -> None:
        self._file = file
        self._purpose = purpose
        self.connection: Connection | None = None
        """To be used under the lock."""
        self._lenient = False
        self._locked = False
        """By another program, when it was last tried: then the next jobs do not wait as long."""
        self.lock = threading.Lock()
        """Held while the connection is used, by whichever thread."""
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

    def disconnect(self) -> None:
        """Close the connection; the lock is the caller's."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _transact(self, job: Callable[[Connection], T]) -> T:
        try:
            result = self._mended(job)
        except LockedStore:
            self._expect_lock(True)
            raise
        self._expect_lock(False)
        return result

    def _expect_lock(self, locked: bool) -> None:
        if locked is self._locked:
            return
        self._locked = locked
        with self.lock:
            if self.connection is not None:
                patience_ms = round(self._file.patience_s(locked=locked) * 1000)
                self.connection.execute(f"PRAGMA busy_timeout = {patience_ms}")

    def _mended(self, job: Callable[[Connection], T]) -> T:
        seen, lenient = self._file.mendings, self._lenient
        try:
            return self._once(job)
        except DamagedStore as damage:
            self._file.mend(damage, seen)
        except StoreError:
            if lenient is self._lenient:
                raise
        return self._once(job)

    def _once(self, job: Callable[[Connection], T]) -> T:
        # Here, not above: the program's first picture must not wait for SQLite.
        import sqlite3

        from chat_tui.store.connection import Snapshot, explain, garbled

        self._file.follow()
        with self.lock:
            if self.connection is None:
                self.connection = self._file.open(
                    self._purpose, self._file.patience_s(locked=self._locked)
                )
            connection = self.connection
            try:
                connection.execute("BEGIN" if self._purpose == "read" else "BEGIN IMMEDIATE")
                result = _done(job, connection)
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                if "decode to UTF-8" in str(error):  # one wrong byte must not hide all the rest
                    connection.text_factory = _decoded
                    self._lenient = True
                raise explain(error, self._file.path) from error
            except UnicodeDecodeError as error:
                raise garbled(self._file.path) from error
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(connection, Snapshot):
                    self.disconnect()
        return result

    def _disconnect(self) -> None:
        with self.lock:
            self.disconnect()


def _done(job: Callable[[Connection], T], connection: Connection) -> T:
    try:
        return job(connection)
    except BaseException as error:
        from traceback import clear_frames

        # A cursor left in the middle, and held by the error, would keep later transactions of this
        # connection at the moment of this one.
        clear_frames(error.__traceback__)
        raise


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
