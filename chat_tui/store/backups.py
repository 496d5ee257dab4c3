"""Copies of the database: one a day, and one before its tables are changed."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.store.schema import APPLICATION_ID

if TYPE_CHECKING:
    from sqlite3 import Connection

log = logging.getLogger(__name__)

KEPT_DAYS: Final = 7
KEPT_VERSIONS: Final = 3
DAY_S: Final = 86_400.0
_PAGES: Final = 2_000
"""Copied in one go: some milliseconds."""
_NAME: Final = re.compile(r".+-(?P<version>v\d+-)?\d{8}T\d{6}(-\d+)?\.db")


def backups_of(path: Path) -> list[Path]:
    """The copies of a database that are there, of both sorts, the newest first."""
    try:
        found = [one for one in folder_of(path).iterdir() if _NAME.fullmatch(one.name)]
        return sorted(found, key=lambda one: (one.stat().st_mtime_ns, one.name), reverse=True)
    except OSError:
        return []


def good_backups(path: Path) -> Iterator[Path]:
    """The copies that are whole, the newest first."""
    for one in backups_of(path):
        if is_good(one):
            yield one


def is_good(copy: Path) -> bool:
    """Whether a database file is whole, and ours."""
    import sqlite3

    try:
        with closing(reading(copy)) as connection:
            owner = connection.execute("PRAGMA application_id").fetchone()[0]
            checked = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except (sqlite3.Error, UnicodeDecodeError):
        return False
    return bool(owner == APPLICATION_ID and checked == "ok")


def is_due(path: Path) -> bool:
    """Whether the last daily copy is older than a day."""
    daily = _sorted_out(path)[0]
    try:
        return not daily or time.time() - daily[0].stat().st_mtime >= DAY_S
    except OSError:
        return True


def back_up(path: Path) -> Path:
    """Make a copy while others write, check it, and let go of the oldest ones.

    It blocks for as long as the disk takes: not for the event loop.

    Raises:
        sqlite3.Error: it cannot be made; nothing is left behind.
        OSError: as before.
    """
    import sqlite3

    copy, draft = _names(path, "")
    try:
        with (
            closing(reading(path)) as source,
            closing(sqlite3.connect(draft, isolation_level=None)) as target,
        ):
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_schema").fetchone()  # one moment, for all pages
            source.backup(target, pages=_PAGES)
            source.execute("COMMIT")
            target.execute("PRAGMA journal_mode = DELETE")
        _keep(draft, copy)
    finally:
        _leave_nothing(draft)
    for old in _sorted_out(path)[0][KEPT_DAYS:]:
        old.unlink(missing_ok=True)
    return copy


def back_up_before(connection: Connection, path: Path, version: int) -> Path:
    """Make a copy before the tables of a version are changed.

    Args:
        connection: Of the database, outside of a transaction.
        path: Of the database.
        version: What it is now.

    Raises:
        sqlite3.Error: it cannot be made; nothing is left behind.
        OSError: as before.
    """
    copy, draft = _names(path, f"v{version}-")
    try:
        connection.execute("VACUUM INTO ?", (str(draft),))
        _keep(draft, copy)
    finally:
        _leave_nothing(draft)
    for old in _sorted_out(path)[1][KEPT_VERSIONS:]:
        old.unlink(missing_ok=True)
    return copy


def folder_of(path: Path) -> Path:
    """Where the copies of a database are."""
    return path.parent / "backups"


def reading(path: Path) -> Connection:
    """Open a database that nothing is changed in, not even by what closing it may tidy up."""
    import sqlite3

    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _names(path: Path, mark: str) -> tuple[Path, Path]:
    folder = folder_of(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{path.stem}-{mark}{time.strftime('%Y%m%dT%H%M%S')}"
    copy, number = folder / f"{stem}.db", 1
    while copy.exists():
        number += 1
        copy = folder / f"{stem}-{number}.db"
    draft = folder / f".{copy.name}.{os.getpid()}.tmp"
    _leave_nothing(draft)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return copy, draft


def _keep(draft: Path, copy: Path) -> None:
    """Give a copy its name once it is on the disk and known to be whole."""
    if not is_good(draft):
        raise OSError(f"the copy {copy.name} is not whole")
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(copy)


def _leave_nothing(draft: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _sorted_out(path: Path) -> tuple[list[Path], list[Path]]:
    """The daily copies, and those from before a change, each with the newest first."""
    daily: list[Path] = []
    versions: list[Path] = []
    for one in backups_of(path):
        found = _NAME.fullmatch(one.name)
        (versions if found and found["version"] else daily).append(one)
    return daily, versions
