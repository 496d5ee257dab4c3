"""Opening the database file, and what SQLite's errors mean to a user."""

import os
import sqlite3
import threading
import time
from pathlib import Path

from chat_tui.errors import StoreError
from chat_tui.store.migrations import migrate, version

_ELSEWHERE = "choose another folder with --data-dir"
_PAUSE_S = 0.005
_READ_CACHE_KIB = 512
"""Whole conversations are read in order, each page once: more would be memory filled in vain."""
_making_file = threading.Lock()


def connect(path: Path, *, busy_timeout_s: float, read_only: bool) -> sqlite3.Connection:
    """Open the database, made or brought up to date where needed.

    The connection belongs to the calling thread, which closes it.

    Raises:
        StoreError: it cannot be opened, is not ours, or is damaged.
        NewerStore: a newer version of the program wrote it.
    """
    try:
        _make_file(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"cannot make {path}: {reason.lower()}",
            hint=f"check who owns the folder, or {_ELSEWHERE}",
        ) from error
    try:
        connection = sqlite3.connect(path, timeout=busy_timeout_s, isolation_level=None)
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
    except BaseException:
        connection.close()
        raise
    return connection


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """Say in the user's words what SQLite reports, and what to do next."""
    # Errors of the Python module itself, such as a wrong number of parameters, have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    match code:
        case sqlite3.SQLITE_NOTADB:
            return StoreError(f"{path} is not a database", hint=f"move it away, or {_ELSEWHERE}")
        case sqlite3.SQLITE_CORRUPT:
            return StoreError(
                f"{path} is damaged",
                hint=f"keep a copy of it and try `sqlite3 {path.name} .recover`, or {_ELSEWHERE}",
            )
        case sqlite3.SQLITE_FULL:
            return StoreError(
                f"cannot write {path}: the disk is full", hint="free some space on that disk"
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                f"{path} is locked by another program",
                hint=f"end the program that holds it, or {_ELSEWHERE}",
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StoreError(
                f"cannot open {path}",
                hint=f"check that its folder is there and who owns it, or {_ELSEWHERE}",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StoreError(
                f"cannot write {path}: no permission",
                hint=f"check who owns the file and its folder, or {_ELSEWHERE}",
            )
        case _:
            return StoreError(
                f"cannot use {path}: {error}", hint=f"check the disk it is on, or {_ELSEWHERE}"
            )


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
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return


def _set_up(connection: sqlite3.Connection, path: Path, *, until_s: float) -> None:
    while True:
        try:
            version(connection, path)  # first, so that a file that is not ours stays as it is
            connection.execute("PRAGMA journal_mode = WAL")
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
