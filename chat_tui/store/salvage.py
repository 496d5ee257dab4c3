"""Reading what can be read of a damaged database, table by table and row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from chat_tui.errors import StoreError
from chat_tui.events import Finished, Notice, Terminal, Usage
from chat_tui.ids import new_conversation_id
from chat_tui.store.rows import event_from_row, event_row, now_us, part_from_row, part_row

_TABLES: Final = ("conversation", "message", "part", "event", "attachment", "draft")
"""What is worth having; the others say who is writing now, and nobody is."""
_KEYS: Final = {
    "event": ("message_id", "seq"),
    "attachment": ("sha256",),
    "draft": ("conversation_id",),
}
"""Of tables without row numbers."""
UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError, OverflowError)
"""What reading damaged rows raises; SQLite quotes what it found, which need not be text."""
_MOST_TRIES: Final = 20_000
_LOST: Final = "the database was damaged: some of this message could not be read any more"


@dataclass(slots=True)
class Salvaged:
    """What was got out of one file."""

    messages: int = 0
    complete: bool = True
    """Every row could be read."""
    rows: dict[str, int] = field(default_factory=dict)


def salvage(source: sqlite3.Connection, target: sqlite3.Connection, size: int) -> Salvaged:
    """Copy every row that can be read and stands on its own feet; `mend_references` does the rest.

    Args:
        source: The damaged database.
        target: An empty one of the current version, inside a transaction, without foreign keys.
        size: Of the damaged file, in bytes.
    """
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    found = Salvaged()
    for table in _TABLES:
        found.rows[table] = 0
        columns = _columns(source, target, table)
        if not columns:
            found.complete = False
            continue
        reader = _Reader(source, table, columns, size)
        for row in reader:
            found.rows[table] += _put(target, table, columns, row)
        found.complete = found.complete and reader.complete
    (found.messages,) = target.execute("SELECT count(*) FROM message").fetchone()
    return found


def add_from_backup(backup: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """Add what a good copy of an earlier day has, and the damaged file had not any more.

    Returns:
        How many messages that were.
    """
    (before,) = target.execute("SELECT count(*) FROM message").fetchone()
    (last,) = target.execute("SELECT coalesce(max(id), 0) FROM part").fetchone()
    has_parts = {row[0] for row in target.execute("SELECT DISTINCT message_id FROM part")}
    for table in ("conversation", "message", "part", "attachment", "draft"):
        columns = _columns(backup, target, table)
        names = ", ".join(columns)
        for row in backup.execute(f"SELECT {names} FROM {table}"):  # noqa: S608 - our own names
            values = list(row)
            if table == "part":
                if values[columns.index("message_id")] in has_parts:
                    continue
                values[columns.index("id")] += last  # the number may be another part's
            _put(target, table, columns, values)
    (after,) = target.execute("SELECT count(*) FROM message").fetchone()
    return int(after) - int(before)


def mend_references(target: sqlite3.Connection) -> None:
    """Give every message a conversation and a parent, and say where something is missing."""
    now = now_us()
    for (conversation,) in target.execute(
        "SELECT DISTINCT conversation_id FROM message WHERE conversation_id NOT IN"
        " (SELECT id FROM conversation)"
    ).fetchall():
        target.execute(
            "INSERT INTO conversation (id, created_us, updated_us) SELECT ?, coalesce(min("
            "created_us), 0), coalesce(max(created_us), 0) FROM message WHERE conversation_id = ?",
            (conversation, conversation),
        )
    _keep_stray_parts(target, now)
    target.execute("DELETE FROM event WHERE message_id NOT IN (SELECT id FROM message)")
    # A parent must come before its children, and in the same conversation.
    target.execute("""
        UPDATE message SET parent_id = (
            SELECT p.id FROM message AS p WHERE p.conversation_id = message.conversation_id
            AND p.seq < message.seq ORDER BY p.seq DESC LIMIT 1
        ) WHERE parent_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM message AS p WHERE p.id = message.parent_id
            AND p.conversation_id = message.conversation_id AND p.seq < message.seq
        )
    """)
    for (message,) in target.execute(
        "SELECT id FROM message AS m WHERE status <> 'streaming' AND status <> 'error'"
        " AND status <> 'cancelled' AND NOT EXISTS"
        " (SELECT 1 FROM part AS p WHERE p.message_id = m.id)"
    ).fetchall():
        target.execute(
            "INSERT INTO part (message_id, seq, kind, text, body) VALUES (?, 0, ?, ?, ?)",
            (message, *part_row(Notice(_LOST))),
        )
    target.execute("UPDATE search_backlog SET id = (SELECT coalesce(max(id), 0) FROM part)")


def _keep_stray_parts(target: sqlite3.Connection, now: int) -> None:
    """Put texts whose message is gone into a conversation of their own."""
    stray = target.execute(
        "SELECT message_id, min(id) FROM part WHERE message_id NOT IN (SELECT id FROM message)"
        " GROUP BY message_id ORDER BY 2"
    ).fetchall()
    if not stray:
        return
    home = new_conversation_id()
    target.execute(
        "INSERT INTO conversation (id, title, created_us, updated_us) VALUES (?, ?, ?, ?)",
        (home, "Texts from the damaged database", now, now),
    )
    before = None
    outcome = event_row(Finished("incomplete"))
    for seq, (message, _) in enumerate(stray, start=1):
        target.execute(
            "INSERT INTO message (id, conversation_id, parent_id, seq, role, status, outcome,"
            " created_us) VALUES (?, ?, ?, ?, 'assistant', 'interrupted', ?, ?)",
            (message, home, before, seq, outcome, now),
        )
        before = message


def _columns(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> Sequence[str]:
    """The columns that a table has in both; none where it cannot be read at all."""
    asked = f"PRAGMA table_info({table})"
    try:
        there = {row[1] for row in source.execute(asked)}
    except UNREADABLE:
        return ()
    return [row[1] for row in target.execute(asked) if row[1] in there]


class _Reader:
    """The rows of one table that can be read, each once."""

    def __init__(
        self, source: sqlite3.Connection, table: str, columns: Sequence[str], size: int
    ) -> None:
        self.complete = True
        self._source = source
        self._table = table
        self._names = ", ".join(columns)
        self._size = size

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        keys = _KEYS.get(self._table)
        return self._by_number() if keys is None else self._from_both_ends(keys)

    def _from_both_ends(self, keys: Sequence[str]) -> Iterator[tuple[object, ...]]:
        for direction in ("ASC", "DESC"):
            order = ", ".join(f"{key} {direction}" for key in keys)
            try:
                yield from self._source.execute(
                    f"SELECT {self._names} FROM {self._table} ORDER BY {order}"  # noqa: S608
                )
            except UNREADABLE:
                self.complete = False
            else:
                return

    def _by_number(self) -> Iterator[tuple[object, ...]]:
        """Go from the first row on; where the way is broken, halve what lies behind the place."""
        ranges = [(0, self._last())]
        tries = 0
        while ranges and tries < _MOST_TRIES:
            tries += 1
            first, last = ranges.pop()
            at = first - 1
            try:
                for row in self._source.execute(
                    f"SELECT rowid, {self._names} FROM {self._table}"  # noqa: S608 - our own names
                    " WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
                    (first, last),
                ):
                    if not isinstance(row[0], int) or not at < row[0] <= last:
                        self.complete = False  # the tree leads in a circle
                        break
                    at = row[0]
                    yield tuple(row)[1:]
            except UNREADABLE:
                self.complete = False
            else:
                continue
            if at >= first:
                ranges.append((at + 1, last))
            elif first < last:
                middle = (first + last) // 2
                ranges += [(middle + 1, last), (first, middle)]
        self.complete = self.complete and not ranges

    def _last(self) -> int:
        try:
            (last,) = self._source.execute(
                f"SELECT coalesce(max(rowid), 0) FROM {self._table}"  # noqa: S608 - our own names
            ).fetchone()
        except UNREADABLE:
            self.complete = False
            last = 2**62
        most = self._size  # there are fewer rows than bytes; numbers of deleted rows are used again
        if not isinstance(last, int) or last > most:
            self.complete = False
            return most
        return last


def _put(
    target: sqlite3.Connection, table: str, columns: Sequence[str], row: Sequence[object]
) -> int:
    values = dict(zip(columns, row, strict=True))
    if not _sound(table, values):
        return 0
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    try:
        done = target.execute(
            f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
            tuple(values.values()),
        )
    except UNREADABLE:  # of a type that the column does not take
        return 0
    return done.rowcount


def _sound(table: str, values: dict[str, object]) -> bool:
    """Make a row one that can be read again; false where that cannot be."""
    if table == "part":
        return _sound_part(values)
    if table == "event":
        try:
            event_from_row(str(values.get("body")), "")
        except StoreError:
            return False
    if table == "message":
        _forget_unreadable(values, "parameters", dict[str, object])
        _forget_unreadable(values, "usage", Usage)
        _forget_unreadable(values, "outcome", Terminal)
        values["writer_id"] = None
        ended = values.get("role") == "assistant" and values.get("status") != "streaming"
        if ended and values.get("outcome") is None:
            values["status"] = "interrupted"
            values["outcome"] = event_row(Finished("incomplete"))
    if table == "conversation":
        _forget_unreadable(values, "parameters", dict[str, object])
    return True


def _sound_part(values: dict[str, object]) -> bool:
    kind, text, body = values.get("kind"), values.get("text"), values.get("body")
    try:
        part_from_row(
            (str(kind), None if text is None else str(text), None if body is None else str(body)),
            "",
        )
    except StoreError:
        if not text:
            return False
        values["kind"], values["body"] = "text", None
    return True


def _forget_unreadable(values: dict[str, object], column: str, form: object) -> None:
    body = values.get(column)
    if body is None:
        return
    try:
        msgspec.json.decode(str(body), type=form)
    except (msgspec.MsgspecError, TypeError):
        values[column] = None
