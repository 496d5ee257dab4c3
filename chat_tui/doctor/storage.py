"""The conversations: whether the database is whole, of which version, and backed up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chat_tui.doctor.finding import Finding, finding
from chat_tui.errors import DamagedStore, NewerStore, StoreError

if TYPE_CHECKING:
    from sqlite3 import Connection

AREA: Final = "conversations"
LIMIT_S: Final = 10.0
_STEPS: Final = 100_000
"""Of SQLite's machine, between two looks at the clock."""


def look_at_store(path: Path) -> Iterator[Finding]:
    """Look at the database without changing it.

    Args:
        path: Of the database, which need not be there.
    """
    try:
        there = path.exists()
    except OSError as error:
        reason = (error.strerror or "cannot be looked at").lower()
        remedy = "check who owns the folder, or choose another one with --data-dir"
        yield finding(AREA, "database", "problem", f"{path}: {reason}", remedy)
        return
    if not there:
        yield finding(AREA, "database", "note", f"none yet ({path})")
        return
    yield _database(path)
    yield _backups(path)


def _database(path: Path) -> Finding:
    import sqlite3

    from chat_tui.store.backups import reading
    from chat_tui.store.connection import explain, garbled
    from chat_tui.store.migrations import CURRENT, version

    restore = "start chat-tui: it mends what it can, or put a backup in its place"
    try:
        with closing(reading(path)) as connection:
            found = version(connection, path)
            said = _check(connection)
    except NewerStore as error:
        return finding(AREA, "database", "warning", error.message, "update chat-tui")
    except StoreError as error:
        return finding(AREA, "database", "problem", error.message, error.hint or restore)
    except sqlite3.Error as error:
        told = explain(error, path)
        remedy = restore if isinstance(told, DamagedStore) else told.hint
        return finding(AREA, "database", "problem", told.message, remedy)
    except UnicodeDecodeError:
        return finding(AREA, "database", "problem", garbled(path).message, restore)
    except OSError as error:
        return finding(AREA, "database", "problem", f"{path}: {error}", restore)
    size = path.stat().st_size / 1024**2
    words = f"{path}, {size:.1f} MiB, version {found}"
    if said not in ("ok", ""):
        return finding(AREA, "database", "problem", f"{words}: {said}", restore)
    if found < CURRENT:
        words += f", and becomes {CURRENT} at the next start"
    checked = "whole" if said else "too large to be looked through here"
    return finding(AREA, "database", "ok", f"{words}, {checked}")


def _check(connection: Connection) -> str:
    """What SQLite says of the file: `ok`, or what is wrong; empty where it took too long."""
    import sqlite3
    import time

    until = time.monotonic() + LIMIT_S
    connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return ""
        raise


def _backups(path: Path) -> Finding:
    from chat_tui.store.backups import backups_of

    found = backups_of(path)
    if not found:
        return finding(AREA, "backups", "note", "none yet: one is made on each day of use")
    newest = datetime.fromtimestamp(found[0].stat().st_mtime, UTC)
    words = f"{len(found)}, the newest of {newest:%Y-%m-%d}, in {found[0].parent}"
    return finding(AREA, "backups", "ok", words)
