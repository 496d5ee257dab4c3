"""The file of the store as this process has it open: its jobs, its care, and who writes here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from chat_tui.errors import StoreError
from chat_tui.store import leases
from chat_tui.store.database import BUSY_TIMEOUT_S, Database
from chat_tui.store.writers import Writer, this_writer

if TYPE_CHECKING:
    from sqlite3 import Connection

    from chat_tui.store.connection import Opener

log = logging.getLogger(__name__)
T = TypeVar("T")


class Closable(Protocol):
    """What is closed with the store, before the file is."""

    async def close(self) -> None: ...


class StoreFile:
    """One SQLite file, which several instances may use at once."""

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        tell: Callable[[str], None] | None = None,
        opener: Opener | None = None,
    ) -> None:
        """Name the file; nothing is touched before the first call.

        Args:
            path: The database. It is made, with its folders, when it is not there; a damaged one
                is put aside, and what can be saved of it goes on in a new one.
            busy_timeout_s: How long to wait for another program's lock.
            tell: Told, in one line each, what a user should know about the file: that it was
                damaged, and what was saved of it, that it can only be read, or that a
                conversation was deleted in it which is open here.
            opener: Opens the file; by Python's own SQLite when left out.
        """
        self.path = path
        self._database = Database(path, busy_timeout_s=busy_timeout_s, tell=tell, opener=opener)
        self._tell = tell
        self._closing_with: set[Closable] = set()
        self._writer: Writer | None = None
        """Made and used in the writing thread."""

    @property
    def may_exist(self) -> bool:
        """Whether the file is there, or may be: in doubt, whoever opens it is told."""
        try:
            return self.path.exists()
        except OSError:
            return True

    def tell(self, line: str) -> None:
        """Have the user told what has become of something in the file."""
        if self._tell is not None:
            self._tell(line)

    async def change(self, job: Callable[[Connection], T]) -> T:
        """Run a job of a neighbour, such as importing, in a transaction of its own."""
        return await self._database.write(job)

    async def look(self, job: Callable[[Connection], T]) -> T:
        """Run a job of a neighbour on one snapshot, without changing anything."""
        return await self._database.read(job)

    async def generation(self) -> int:
        """A number that is another one whenever somebody has changed the file since."""
        return await self._database.read(
            lambda connection: int(connection.execute("PRAGMA data_version").fetchone()[0])
        )

    async def check(self) -> None:
        """Look for damage in the whole file, in a thread of its own, and mend what there is.

        Raises:
            StoreError: there is some, and it cannot be mended now.
        """
        await self._database.check()

    async def back_up(self, *, always: bool = False) -> Path | None:
        """Make the copy of this day, in a thread of its own.

        Args:
            always: Also where there is one.

        Returns:
            The copy; null where none was due, or none could be made: the log says why.
        """
        return await self._database.back_up(always=always)

    def close_with(self, part: Closable) -> None:
        """Have `part` closed before the file is."""
        self._closing_with.add(part)

    def forget(self, part: Closable) -> None:
        """Undo `close_with`."""
        self._closing_with.discard(part)

    async def close(self) -> None:
        """Write everything that waits, and close the file. Idempotent."""
        try:
            for part in tuple(self._closing_with):
                await part.close()
            if self._writer is not None:
                await self._sign_off(self._writer)
        finally:
            await self._database.close()

    async def _sign_off(self, writer: Writer) -> None:

        def job(connection: Connection) -> None:
            connection.execute("DELETE FROM writer WHERE id = ?", (writer.id,))
            leases.let_go(connection, writer)

        try:
            await self._database.write(job)
        except StoreError as error:
            log.warning("cannot sign off: %s", error)  # the next start finds this process dead
        self._writer = None

    def _me(self) -> Writer:
        if self._writer is None:
            self._writer = this_writer()
        return self._writer
