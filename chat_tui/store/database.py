"""The database as this process uses it: read, written, checked, mended and copied."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from chat_tui.errors import DamagedStore, NewerStore, StoreError
from chat_tui.store.lane import Lane
from chat_tui.store.moving import Opened, beside, take_leave
from chat_tui.store.presence import Presence

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.store.connection import Opener

T = TypeVar("T")

BUSY_TIMEOUT_S = 5.0
_IMPATIENT_S = 0.1
"""How long to wait for a lock that was there before, and has not gone since."""
_MAKING_S = 1.0
"""How long another instance may take to make a new file, which is empty at first."""
_MOST_MENDINGS = 3
"""In one run: a disk that goes on failing is not written full of copies."""


class Database:
    """A database file. It is opened, in the thread that needs it, by the first job."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        tell: Callable[[str], None] | None = None,
        opener: Opener | None = None,
    ) -> None:
        """Name the file.

        Args:
            path: Of the file.
            busy_timeout_s: How long to wait for another program's lock.
            tell: Told in one line what was found and done to the file, in the event loop.
            opener: Opens the file; see `connection`.
        """
        self._file = SharedFile(path, busy_timeout_s, opener)
        self._writer = Lane(self._file, "write")
        self._reader = Lane(self._file, "read")
        self._file.lanes = (self._writer, self._reader)
        self._tell = tell
        self._closed = False

    async def write(self, job: Callable[[Connection], T]) -> T:
        """Run a job in a transaction of its own; it is durable when this returns.

        Jobs run in the order of the calls. Cancelling the wait does not undo the job. After an
        error nothing of the job is kept, and the next one tries again to open the file. A damaged
        file is mended, and the job tried again.

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

    async def check(self) -> None:
        """Look for damage, in a thread of its own, and mend what there is.

        Raises:
            StoreError: there is some, and it cannot be mended.
        """
        if self._closed:
            return
        try:
            await asyncio.to_thread(self._file.check)
        finally:
            self._tell_news()

    async def back_up(self, *, always: bool = False) -> Path | None:
        """Make the copy of this day, in a thread of its own, unless there is one.

        Returns:
            The copy; null where none was due, or none could be made.
        """
        return None if self._closed else await asyncio.to_thread(self._file.back_up, always=always)

    async def close(self) -> None:
        """Finish the jobs under way, and close the file. Idempotent."""
        self._closed = True
        self._file.stop_checking()
        # The last connection folds the -wal file into the database: that is the writer's work.
        await self._reader.close()
        await self._writer.close()
        self._file.leave()

    async def _on(self, lane: Lane, job: Callable[[Connection], T]) -> T:
        if self._closed:
            raise StoreError(f"{self._file.path} is closed already")
        try:
            return await lane.run(job)
        finally:
            self._tell_news()

    def _tell_news(self) -> None:
        while self._file.news:
            line = self._file.news.popleft()
            if self._tell is not None:
                self._tell(line)


class SharedFile:
    """What both threads share: the file, and how it fares."""

    def __init__(self, path: Path, busy_timeout_s: float, opener: Opener | None) -> None:
        self.path = path
        self.lanes: tuple[Lane, ...] = ()
        self.news: deque[str] = deque()
        self.mendings = 0
        self._busy_timeout_s = busy_timeout_s
        self._opener = opener
        self._mending = threading.Lock()
        self._presence = Presence(path.parent)
        self._checking: Connection | None = None
        self._no_check = False
        self._told_newer = False
        self._opened: Opened | None = None
        """The file that connections are open to; null where there is none."""
        self._beside: dict[Path, Opened | None] = {}

    def patience_s(self, *, locked: bool) -> float:
        """How long to wait for another program's lock; `locked`: one was waited for in vain."""
        return min(self._busy_timeout_s, _IMPATIENT_S) if locked else self._busy_timeout_s

    def open(self, purpose: Literal["read", "write"], busy_timeout_s: float) -> Connection:
        from chat_tui.store.connection import connect, open_file
        from chat_tui.store.mending import being_mended

        if not self._presence.enter():
            raise being_mended(self.path)
        connection = connect(
            self.path,
            busy_timeout_s=busy_timeout_s,
            read_only=purpose == "read",
            opener=self._opener or open_file,
        )
        self._presence.enter()  # on a first start the folder is new
        with suppress(OSError):
            self._opened, self._beside = Opened.at(self.path), beside(self.path)
        if purpose == "read" and not self._told_newer:
            self._told_newer = True
            self._tell_if_newer(connection)
        return connection

    def follow(self) -> None:
        """Leave a file that is not the one at its place any more: the next job opens that one."""
        opened = self._opened
        if opened is None or self._is_there(opened):
            return
        with self._mending, ExitStack() as stack:
            for lane in self.lanes:
                stack.enter_context(lane.lock)
            if self._opened is not opened:
                return  # the other thread has done it
            take_leave(filter(None, (lane.connection for lane in self.lanes)), self._beside)
            for lane in self.lanes:
                lane.disconnect()
            self._presence.leave()  # the folder may be another one, too
            self._opened = None
            self.news.append(
                f"{self.path} was moved, deleted or replaced while it was open; the one that is"
                " there now is used, and what is open here is kept in it"
            )

    def _is_there(self, opened: Opened) -> bool:
        try:
            return Opened.at(self.path) == opened
        except OSError:
            return True

    def _tell_if_newer(self, connection: Connection) -> None:
        from chat_tui.store.migrations import version

        try:
            version(connection, self.path)
        except NewerStore as error:
            self.news.append(
                f"{error.message}: it is opened for reading, nothing is saved; {error.hint}"
            )

    def mend(self, damage: DamagedStore, seen: int) -> None:
        """Mend the file, unless that was done since `seen`.

        Raises:
            StoreError: it cannot be done.
        """
        from chat_tui.store.mending import in_use, is_whole, mend

        with self._mending:
            if self.mendings != seen:
                return
            if self.mendings >= _MOST_MENDINGS:
                raise damage
            with ExitStack() as stack:
                for lane in self.lanes:
                    stack.enter_context(lane.lock)
                    lane.disconnect()
                self._opened = None
                try:
                    alone = self._presence.alone()
                    if is_whole(self.path, within_s=0.0 if alone else _MAKING_S):
                        return  # somebody was in the middle of making it
                    if not alone:
                        raise in_use() from damage
                    self.news.append(mend(self.path, damage))
                    self.mendings += 1
                finally:
                    self._presence.leave()

    def check(self) -> None:
        import sqlite3

        from chat_tui.store.backups import reading
        from chat_tui.store.connection import explain, garbled
        from chat_tui.store.mending import wrong_table
        from chat_tui.store.migrations import CURRENT, version

        seen = self.mendings
        try:
            with closing(reading(self.path)) as connection:
                self._checking = connection
                if self._no_check:
                    return
                # A quick check passes indexes in which a row can no longer be found.
                said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
                if said == "ok" and version(connection, self.path) == CURRENT:
                    said = wrong_table(connection) or said
        except sqlite3.Error as error:
            explained = explain(error, self.path)
            if isinstance(explained, DamagedStore):
                self.mend(explained, seen)
            return
        except UnicodeDecodeError:
            self.mend(garbled(self.path), seen)
            return
        except NewerStore:
            return
        except DamagedStore as damage:
            self.mend(damage, seen)
            return
        finally:
            self._checking = None
        if said != "ok":
            brief = "the database is damaged"
            self.mend(DamagedStore(f"{self.path} is damaged: {said}", brief=brief), seen)

    def back_up(self, *, always: bool) -> Path | None:
        import sqlite3

        from chat_tui.store import backups

        try:
            if not self.path.exists() or not (always or backups.is_due(self.path)):
                return None
            return backups.back_up(self.path)
        except (sqlite3.Error, OSError) as error:
            backups.log.info("cannot back up %s: %s", self.path, error)
            return None

    def stop_checking(self) -> None:
        """Have a check end soon, or not begin."""
        self._no_check = True
        checking = self._checking
        if checking is not None:
            import sqlite3

            with suppress(sqlite3.ProgrammingError):  # it is closed in this moment
                checking.interrupt()

    def leave(self) -> None:
        self._presence.leave()
