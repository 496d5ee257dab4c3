"""A damaged database is put aside, and what can be saved of it goes on in a new one."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chat_tui.errors import DamagedStore, StoreError
from chat_tui.files import flush_folder
from chat_tui.store.backups import good_backups, reading
from chat_tui.store.migrations import CURRENT, LATEST_CREDIBLE, migrate
from chat_tui.store.salvage import (
    UNREADABLE,
    Salvaged,
    add_from_backup,
    mend_references,
    salvage,
)
from chat_tui.store.schema import APPLICATION_ID, PAGE_BYTES
from chat_tui.store.vacuum import size_bytes

log = logging.getLogger(__name__)

_ENDS: Final = ("-wal", "-shm")
_PAUSE_S: Final = 0.01
_HEADER_BYTES: Final = 100
_WRITE_FORMAT: Final = 18
"""Where the header says in which way to write the file; behind it, in which way to read it."""
_WAL: Final = 2
"""The highest that SQLite knows; a file with more than that it does not write."""
_EARLIER_PAGE_BYTES: Final = 4096
"""What SQLite gives a database that nobody told otherwise, as ours were before version 4."""


def damage_of(path: Path) -> str:
    """Look through a database that SQLite complained about.

    Returns:
        What is wrong; empty where nothing is.
    """
    try:
        if not path.stat().st_size:
            return "it is empty"
        with path.open("rb") as file:
            if max(file.read(_HEADER_BYTES)[_WRITE_FORMAT:][:2], default=0) > _WAL:
                return "its header says that it may not be written"
        with closing(reading(path)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if said != "ok":
                return str(said)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (owner,) = connection.execute("PRAGMA application_id").fetchone()
            wrong = wrong_table(connection)
    except (*UNREADABLE, OSError) as error:
        return str(error)
    if version == CURRENT and owner == APPLICATION_ID:
        return wrong
    # Of an earlier version, or with another header: it was not what its version has.
    newer = owner == APPLICATION_ID and CURRENT < version <= LATEST_CREDIBLE
    return "" if newer else "its header is not that of its tables"


def wrong_table(connection: sqlite3.Connection) -> str:
    """Compare the tables of a database of the current version with those of a new one.

    Returns:
        What is wrong with the first that differs; empty where none does.
    """
    with closing(_new_database(":memory:")) as fresh:
        wanted = _schema(fresh)
    there = _schema(connection)
    wrong = sorted(name for name, sql in wanted.items() if there.get(name) != sql)
    return f"{wrong[0]} is not what it should be" if wrong else ""


def is_whole(path: Path, *, within_s: float) -> bool:
    """Look through a database that others have open, until it is whole.

    Args:
        path: Of the file.
        within_s: How long somebody may take to make a new one.
    """
    until_s = time.monotonic() + within_s
    while damage_of(path):
        if time.monotonic() > until_s:
            return False
        time.sleep(_PAUSE_S)
    return True


def mend(path: Path, damage: DamagedStore) -> str:
    """Put a damaged database aside, and what can be read of it, or of a copy, in its place.

    Nobody else may have it open.

    Returns:
        What was done, in one line.

    Raises:
        StoreError: it cannot be done; then everything is as it was.
    """
    if not damage_of(path):
        raise damage
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".mending-") as name:
            room = Path(name)
            best, found = _best_of(path, room)
            added, day = _complete(path, best, found)
            best_size = _settle(best)
            aside = _put_aside(path)
            best.replace(path)
            flush_folder(path.parent)
    except (*UNREADABLE, OSError) as error:
        log.info("cannot mend %s: %s", path, error)
        raise damage from error
    log.info(
        "%s was damaged (%s); saved %s, %d bytes; put aside as %s",
        path,
        damage,
        found.rows,
        best_size,
        aside,
    )
    saved = f"{found.messages} message{'s' if found.messages != 1 else ''} of it could be read"
    if not found.messages:
        saved = "nothing of it could be read"
    if added:
        saved += f", {added} more came from the backup of {day}"
    return f"the database was damaged: {saved}; the damaged file is kept as {aside.name}"


def _best_of(path: Path, room: Path) -> tuple[Path, Salvaged]:
    """Salvage from the file as it is, then from it with another beginning, as long as that helps."""
    best: tuple[Path, Salvaged] | None = None
    for number, candidate in enumerate(_candidates(path, room)):
        target = room / f"{number}.db"
        with closing(_new_database(str(target))) as fresh:
            found = Salvaged(complete=False)
            with suppress(*UNREADABLE), closing(reading(candidate)) as source:
                fresh.execute("PRAGMA foreign_keys = OFF")
                fresh.execute("BEGIN")
                found = salvage(source, fresh, size_bytes(candidate))
                fresh.execute("COMMIT")
            if fresh.in_transaction:
                fresh.execute("ROLLBACK")
                found = Salvaged(complete=False)
        if best is None or sum(found.rows.values()) > sum(best[1].rows.values()):
            best = target, found
        if found.complete:
            break
    assert best is not None
    return best


def _candidates(path: Path, room: Path) -> Iterator[Path]:
    """The file, and copies of it in which what stands before all tables is made good."""
    yield path
    with_log = path.with_name(f"{path.name}-wal")
    has_log = with_log.exists() and with_log.stat().st_size > 0
    if has_log:
        yield Path(shutil.copyfile(path, room / "without-log"))
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
    first_pages = [_with_header(head, size, page) for page in (PAGE_BYTES, _EARLIER_PAGE_BYTES)]
    template = room / "template.db"
    _new_database(str(template)).close()
    others = (template, next(good_backups(path), None))
    first_pages += [_sized(other, size) for other in others if other is not None]
    for number, page in enumerate(first_pages):
        for log_too in (True, False) if has_log else (False,):
            copy = room / f"beginning-{number}-{int(log_too)}"
            shutil.copyfile(path, copy)  # it may be larger than the memory
            with copy.open("r+b") as file:
                file.write(page)
            if log_too:
                shutil.copyfile(with_log, room / f"{copy.name}-wal")
            yield copy


def _with_header(head: bytes, size: int, page_bytes: int) -> bytes:
    """The header of this program's databases (https://www.sqlite.org/fileformat2.html#the_database_header)."""
    header = bytearray(head.ljust(_HEADER_BYTES, b"\0"))
    header[:24] = b"SQLite format 3\0" + struct.pack(">HBBBBBB", page_bytes, 1, 1, 0, 64, 32, 32)
    header[28:32] = struct.pack(">I", size // page_bytes)
    header[32:40] = bytes(8)  # free pages: all are looked at as they are
    header[44:48] = struct.pack(">I", 4)
    header[52:72] = struct.pack(">IIIII", 0, 1, CURRENT, 0, APPLICATION_ID)
    header[72:92] = bytes(20)
    header[92:96] = header[24:28]
    return bytes(header)


def _sized(other: Path, size: int) -> bytes:
    """The first page of another database, for a file of another size."""
    with other.open("rb") as file:
        header = file.read(100)
        page_bytes = struct.unpack(">H", header[16:18])[0]
        page = bytearray(header + file.read(page_bytes - 100))
    page[18:20] = b"\1\1"
    page[28:32] = struct.pack(">I", size // page_bytes)
    page[32:40] = bytes(8)
    return bytes(page)


def _complete(path: Path, target: Path, found: Salvaged) -> tuple[int, str]:
    """Add what a good copy has, where not everything could be read, and join what is left."""
    added, day = 0, ""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN")
        if not found.complete or not found.messages:
            for backup in good_backups(path):
                with closing(reading(backup)) as source:
                    added = add_from_backup(source, connection)
                made = datetime.fromtimestamp(backup.stat().st_mtime, UTC).astimezone()
                day = f"{made:%Y-%m-%d %H:%M}"
                break
        mend_references(connection)
        connection.execute("COMMIT")
    return added, day


def _settle(target: Path) -> int:
    """See to it that the new file is whole and on the disk."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(f"what was saved is not whole: {said}")
    target.chmod(0o600)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return target.stat().st_size


def _put_aside(path: Path) -> Path:
    """Give the damaged file another name; the old one stays until something takes its place."""
    stamp = time.strftime("%Y%m%dT%H%M%S")
    aside, number = path.with_name(f"{path.name}.corrupt-{stamp}"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    try:
        os.link(path, aside)
    except OSError:  # no hard links on this disk
        path.rename(aside)
    for end in _ENDS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    return aside


def _new_database(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    migrate(connection, Path(place))
    return connection


def _schema(connection: sqlite3.Connection) -> dict[str, bytes]:
    """The statements that made the tables, by name; as bytes, for they may be no text any more."""
    rows = connection.execute(
        "SELECT name, CAST(sql AS BLOB) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
        # SQLite itself makes these, and may make them otherwise in another version.
        " AND name NOT IN ('search_data', 'search_idx', 'search_docsize', 'search_config')"
    )
    return dict(rows)


def being_mended(path: Path) -> StoreError:
    """What is said while another program mends the file."""
    return StoreError(
        f"{path} is being repaired by another chat-tui",
        hint="wait until that is done",
        brief="another chat-tui repairs the database",
    )


def in_use() -> StoreError:
    """What is said where another program has the damaged file open, too."""
    return StoreError(
        "the database is damaged, and another chat-tui has it open",
        hint="quit the other one: then this one repairs it",
        brief="the database is damaged, and another chat-tui has it open",
    )
