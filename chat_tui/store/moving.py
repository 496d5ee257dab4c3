"""A database file that somebody moves, deletes or replaces while it is open here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlite3 import Connection


class Opened(NamedTuple):
    """Which file was opened; it keeps its number as long as it is open, wherever it goes."""

    device: int
    number: int

    @classmethod
    def at(cls, path: Path) -> Opened | None:
        """Which file is at a place now; null where there is none.

        Raises:
            OSError: it cannot be said.
        """
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return cls(found.st_dev, found.st_ino)


def beside(path: Path) -> dict[Path, Opened | None]:
    """Which files SQLite has beside a database."""
    files = (path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm"))
    found: dict[Path, Opened | None] = {}
    for file in files:
        with suppress(OSError):
            found[file] = Opened.at(file)
    return found


def take_leave(connections: Iterable[Connection], files_beside: dict[Path, Opened | None]) -> None:
    """Write what was saved into the file, wherever it is now, before its connections are closed.

    The log keeps its old name, and must not be taken for that of another file: SQLite would read
    it into that one.

    Args:
        connections: All of this process; none is inside a transaction.
        files_beside: As `beside` said when they were opened.
    """
    import sqlite3

    written = False
    for connection in connections:
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA query_only = OFF")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            written = written or not busy
    if written:
        _remove(files_beside)


def remove_left_over(path: Path) -> None:
    """Take away what is left beside a database that is not there any more.

    An instance that had it open may still hold that: SQLite would take it for what belongs to the
    file that is made now.
    """
    left = beside(path)
    if any(left.values()) and Opened.at(path) is None:
        _remove(left)


def _remove(files: dict[Path, Opened | None]) -> None:
    for file, opened in files.items():
        with suppress(OSError):
            if opened is not None and Opened.at(file) == opened:
                file.unlink()
