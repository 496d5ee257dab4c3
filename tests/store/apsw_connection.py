"""A connection of apsw's SQLite that looks like one of Python's, so that its disk can be made to fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import apsw


class FailingDisk(apsw.VFS):
    """A disk of which every so-manieth write or sync fails, while `failing` says so."""

    def __init__(self, name: str, every: int, what: str) -> None:
        self.name = name
        self.every = every
        self.what = what
        self.failing = False
        self.calls = 0
        self.failures = 0
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: Any) -> Any:
        return FailingFile(self, name, flags)

    def called(self, what: str) -> None:
        if what != self.what:
            return
        self.calls += 1
        if self.failing and self.calls % self.every == 0:
            self.failures += 1
            error = apsw.FullError if what == "write" else apsw.IOError
            raise error(f"made to fail: {what}")


class FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: Any, flags: Any) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.called("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.called("sync")
        super().xSync(flags)


class Row:
    """As `sqlite3.Row`: by number and by name."""

    def __init__(self, names: Sequence[str], values: Sequence[object]) -> None:
        self._names = names
        self._values = values

    def __getitem__(self, key: int | str) -> object:
        return self._values[self._names.index(key) if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[object]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Cursor:
    """What an execution gives, read to its end at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.row_factory: object = sqlite3.Row
        self.rowcount = -1
        self._rows: Iterator[Any] = iter(())

    def execute(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> Cursor:
        raw = self._connection.raw
        before = raw.total_changes()
        try:
            cursor = raw.cursor()
            found = cursor.execute(sql, cast("Any", values))
            rows = []
            for row in found:
                names = [column[0] for column in cursor.description]
                rows.append(tuple(row) if self.row_factory is None else Row(names, row))
        except apsw.Error as error:
            raise _translated(error) from error
        self._rows = iter(rows)
        self.rowcount = raw.total_changes() - before
        return self

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return self._rows


class Connection:
    """The part of `sqlite3.Connection` that the store uses."""

    def __init__(self, path: Path, busy_timeout_s: float, disk: FailingDisk) -> None:
        self.row_factory: object = None
        try:
            self.raw = apsw.Connection(str(path), vfs=disk.name)
        except apsw.Error as error:
            raise _translated(error) from error
        self.raw.set_busy_timeout(int(busy_timeout_s * 1000))

    @property
    def in_transaction(self) -> bool:
        return self.raw.in_transaction

    def cursor(self) -> Cursor:
        return Cursor(self)

    def execute(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> Cursor:
        return Cursor(self).execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self.execute(sql, row)

    def close(self) -> None:
        self.raw.close()


def _translated(error: apsw.Error) -> sqlite3.Error:
    translated = sqlite3.OperationalError(str(error))
    known = {apsw.FullError: sqlite3.SQLITE_FULL, apsw.IOError: sqlite3.SQLITE_IOERR}
    made_here = known.get(type(error), sqlite3.SQLITE_ERROR)
    translated.sqlite_errorcode = getattr(error, "extendedresult", made_here)
    return translated
