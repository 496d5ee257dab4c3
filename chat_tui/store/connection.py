"""Opening the database file, and what SQLite's errors mean to a user."""

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from chat_tui.errors import DamagedStore, LockedStore, NewerStore, StoreError
from chat_tui.store.backups import backups_of, reading
from chat_tui.store.disks import shares_no_memory
from chat_tui.store.migrations import migrate, version
from chat_tui.store.moving import remove_left_over
from chat_tui.store.schema import PAGE_BYTES

Opener: TypeAlias = Callable[[Path, float], sqlite3.Connection]
"""Opens a file, with the seconds that a lock of another program is waited for."""

_ELSEWHERE = "choose another folder with --data-dir"
_NO_PERMISSION: Final = "no permission"
_FULL: Final = "disk full"
_LEAST_ROOM_BYTES: Final = 64 * 1024
"""What SQLite must find to begin with: a log, and the memory that processes share."""
_PAUSE_S = 0.005
_READ_CACHE_KIB = 512
"""Whole conversations are read in order, each page once: more would be memory filled in vain."""
_GONE: Final = (
    "no such table",
    "no such column",
    "malformed",
    "duplicate column",
    "unsupported file format",
    "table ",
    "index ",
)
"""How SQLite begins where the tables are not those that the file's version has."""
_making_file = threading.Lock()


class Snapshot(sqlite3.Connection):
    """Of a file as it is now, whoever writes it: to be closed after one job."""


def open_file(path: Path, busy_timeout_s: float) -> sqlite3.Connection:
    """Open a file with Python's own SQLite; whoever uses it sees to it that it is one thread."""
    return sqlite3.connect(
        path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
    )


def connect(
    path: Path, *, busy_timeout_s: float, read_only: bool, opener: Opener = open_file
) -> sqlite3.Connection:
    """Open the database, made or brought up to date where needed.

    Args:
        path: Of the file; it is made when it is not there.
        busy_timeout_s: How long to wait for another program's lock.
        read_only: Nothing will be written: then a file that may only be read will do.
        opener: Opens the file.

    Returns:
        A connection that the caller closes, and uses in one thread at a time.

    Raises:
        StoreError: it cannot be opened, or is not ours.
        DamagedStore: it is damaged.
        NewerStore: a newer version of the program wrote it, and it is to be written.
    """
    try:
        return _connect(path, busy_timeout_s, opener, read_only=read_only)
    except StoreError as error:
        unwritable = isinstance(error, NewerStore) or error.brief in (_NO_PERMISSION, _FULL)
        if not (read_only and unwritable):
            raise
        return _connect_to_read(path, error)


def _connect(
    path: Path, busy_timeout_s: float, opener: Opener, *, read_only: bool
) -> sqlite3.Connection:
    try:
        _make_file(path)
    except OSError as error:
        raise _refused(path, error, "make") from error
    try:
        connection = opener(path, busy_timeout_s)
    except sqlite3.Error as error:
        raise explain(error, path) from error
    connection.row_factory = sqlite3.Row
    try:
        _set_up(connection, path, until_s=time.monotonic() + busy_timeout_s)
        if read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.execute(f"PRAGMA cache_size = -{_READ_CACHE_KIB}")
    except sqlite3.Error as error:
        connection.close()
        raise explain(error, path) from error
    except UnicodeDecodeError as error:
        connection.close()
        raise garbled(path) from error
    except OSError as error:
        connection.close()
        raise _refused(path, error, "copy") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _connect_to_read(path: Path, why: StoreError) -> sqlite3.Connection:
    """Open a file that cannot, or must not, be written.

    Raises:
        StoreError: it cannot be read either: `why`.
    """
    log = path.with_name(f"{path.name}-wal")
    try:
        connection = reading(path)
        try:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
        except sqlite3.Error as error:
            connection.close()
            if not isinstance(error, sqlite3.OperationalError):
                raise
            if log.exists() and log.stat().st_size:  # the latest is in there, and needs a place
                raise
            uri = f"{path.absolute().as_uri()}?immutable=1"
            connection = sqlite3.connect(
                uri, uri=True, isolation_level=None, check_same_thread=False, factory=Snapshot
            )
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except (sqlite3.Error, OSError) as error:
        raise why from error
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    return connection


def garbled(path: Path) -> DamagedStore:
    """What is said where SQLite quotes, as its reason, bytes that are no text."""
    return DamagedStore(f"{path} is damaged", brief="the database is damaged")


def _refused(path: Path, error: OSError, what: str) -> StoreError:
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return StoreError(
        f"cannot {what} {path}: {reason}",
        hint=f"check who owns the folder, or {_ELSEWHERE}",
        brief=reason,
    )


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Say in the user's words what SQLite reports, and what to do next."""
    # Errors of the Python module itself, such as a wrong number of parameters, have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    match code:
        case sqlite3.SQLITE_NOTADB:
            return DamagedStore(
                f"{path} is not a database",
                hint=f"move it away, or {_ELSEWHERE}",
                brief="the file is not a database",
            )
        case sqlite3.SQLITE_CORRUPT:
            return DamagedStore(
                f"{path} is damaged",
                hint=f"keep a copy of it and try `sqlite3 {path.name} .recover`, or {_ELSEWHERE}",
                brief="the database is damaged",
            )
        case sqlite3.SQLITE_ERROR if str(error).startswith(_GONE):
            return DamagedStore(
                f"{path} is damaged: {error}",
                hint=f"keep a copy of it, or {_ELSEWHERE}",
                brief="the database is damaged",
            )
        case sqlite3.SQLITE_FULL:
            return _full(path)
        # Where there is no room for the memory that processes share, SQLite only says "I/O error".
        case sqlite3.SQLITE_IOERR if _has_no_room(path):
            return _full(path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LockedStore(
                f"{path} is locked by another program",
                hint=f"end the program that holds it, or {_ELSEWHERE}",
                brief="locked by another program",
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(
                f"cannot open {path}",
                hint=f"check that its folder is there and who owns it, or {_ELSEWHERE}",
                brief=_NO_PERMISSION,
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            # Nobody but the header may forbid it: `mending` looks.
            kind = DamagedStore if _may_be_written(path) else StoreError
            return kind(
                f"cannot write {path}: no permission",
                hint=f"check who owns the file and its folder, or {_ELSEWHERE}",
                brief=_NO_PERMISSION,
            )
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"cannot use {path}: {error}",
                hint=f"check the disk it is on, or {_ELSEWHERE}",
                brief="the disk fails",
            )
        case _:
            return StoreError(
                f"cannot use {path}: {error}", hint=f"check the disk it is on, or {_ELSEWHERE}"
            )


def _full(path: Path) -> StoreError:
    return StoreError(
        f"cannot write {path}: the disk is full", hint="free some space on that disk", brief=_FULL
    )


def _may_be_written(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _has_no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM_BYTES
    except OSError:
        return False


def _make_file(path: Path) -> None:
    """Make the file readable by its owner only; SQLite gives its -wal and -shm the same mode."""
    if path.is_dir():
        raise StoreError(
            f"{path} is a folder, not a database", hint=f"move it away, or {_ELSEWHERE}"
        )
    for folder in reversed((path.parent, *path.parent.parents)):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    # Closing any descriptor of a file drops every POSIX lock that this process holds on it, so
    # only a file that nobody can have opened yet may be opened here.
    # https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    with _making_file:
        remove_left_over(path)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            if not path.is_symlink() and not path.stat().st_size and backups_of(path):
                raise DamagedStore(f"{path} is empty", brief="the database is empty") from None


def _set_up(connection: sqlite3.Connection, path: Path, *, until_s: float) -> None:
    while True:
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # heeded in an empty file only
            version(connection, path)  # first, so that a file that is not ours stays as it is
            mode = "DELETE" if shares_no_memory(path) else "WAL"
            connection.execute(f"PRAGMA journal_mode = {mode}")
            break
        except sqlite3.OperationalError as error:
            # While another instance makes the same change, or folds the log in as the last one to
            # leave, SQLite gives up at once instead of waiting (seen in 3.40.1).
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
            time.sleep(_PAUSE_S)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    migrate(connection, path)
