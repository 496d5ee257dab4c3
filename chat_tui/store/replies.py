"""A reply on disk: a log of events while it streams, parts when it has ended.

Every function runs inside a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chat_tui.errors import NotFound
from chat_tui.events import Finished, Notice, StreamEvent
from chat_tui.folding import fold
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.store import search_index
from chat_tui.store.leases import living_elsewhere
from chat_tui.store.reading import message_of
from chat_tui.store.rows import (
    event_from_row,
    event_row,
    from_us,
    merged,
    now_us,
    part_row,
    storable,
    to_us,
)
from chat_tui.store.writers import Writer, is_alive

if TYPE_CHECKING:
    from sqlite3 import Connection


def log_events(
    connection: Connection, message_id: MessageId, events: Iterable[StreamEvent], seq: int
) -> int:
    """Append events to the log of a reply.

    Rows that are there already are replaced, so the same call with the same or with more events
    may be made again when it is not known whether the first one succeeded.

    Args:
        connection: The writer's.
        message_id: Of a reply.
        events: What came since.
        seq: The place of the first row, as the call before returned it; 0 at the start.

    Returns:
        The place of the next row.

    Raises:
        NotFound: the reply, or what was logged of it, is not stored (any more).
    """
    row = connection.execute("SELECT status FROM message WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise NotFound(f"no message {message_id!r}")
    if row["status"] != "streaming":
        # Another instance took this process for dead, as it may across containers. What it made
        # of the reply is replaced when the reply ends.
        return seq
    if seq and not _is_logged(connection, message_id, seq - 1):
        raise NotFound(f"the log of message {message_id!r} has lost its beginning")
    at_us = now_us()
    rows = [
        (message_id, place, at_us, event_row(event))
        for place, event in enumerate(merged(events), start=seq)
    ]
    connection.executemany(
        "INSERT INTO event (message_id, seq, at_us, body) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (message_id, seq) DO UPDATE SET at_us = excluded.at_us, body = excluded.body",
        rows,
    )
    return seq + len(rows)


def _is_logged(connection: Connection, message_id: MessageId, seq: int) -> bool:
    found = connection.execute(
        "SELECT 1 FROM event WHERE message_id = ? AND seq = ?", (message_id, seq)
    )
    return found.fetchone() is not None


def settle(connection: Connection, message: Message, *, at_us: int) -> None:
    """Write a reply that has ended, in place of its log.

    Raises:
        NotFound: the reply is not stored (any more).
    """
    done = connection.execute(
        "UPDATE message SET status = ?, provider = ?, model = ?, remote_id = ?, usage = ?,"
        " outcome = ?, writer_id = NULL WHERE id = ?",
        (*ending_columns(message), message.id),
    )
    if done.rowcount == 0:
        raise NotFound(f"no message {message.id!r}")
    search_index.drop_message(connection, message.id)
    connection.execute("DELETE FROM part WHERE message_id = ?", (message.id,))
    connection.execute("DELETE FROM event WHERE message_id = ?", (message.id,))
    write_parts(connection, message)
    connection.execute(
        "UPDATE conversation SET updated_us = max(updated_us, ?)"
        " WHERE id = (SELECT conversation_id FROM message WHERE id = ?)",
        (at_us, message.id),
    )


def ending_columns(message: Message) -> tuple[str | None, ...]:
    """The columns `status`, `provider`, `model`, `remote_id`, `usage` and `outcome`."""
    return (
        message.status,
        storable(message.provider),
        storable(message.model),
        None if message.remote_id is None else storable(message.remote_id),
        None if message.usage is None else event_row(message.usage),
        None if message.outcome is None else event_row(message.outcome),
    )


def write_parts(connection: Connection, message: Message) -> None:
    connection.executemany(
        "INSERT INTO part (message_id, seq, kind, text, body) VALUES (?, ?, ?, ?, ?)",
        [(message.id, seq, *part_row(part)) for seq, part in enumerate(message.parts)],
    )
    search_index.index(connection, message.id)


def as_recorded(connection: Connection, message: Message) -> Message:
    """Bring a reply that is stored as streaming to where its log ends.

    One whose writer is dead has been interrupted.

    Args:
        connection: Any.
        message: As its row and its parts say.

    Raises:
        StoreError: a row cannot be read.
    """
    logged = connection.execute(
        "SELECT at_us, body FROM event WHERE message_id = ? ORDER BY seq", (message.id,)
    ).fetchall()
    place = f"message {message.id}"
    message = fold((event_from_row(body, place) for _, body in logged), message)
    if message.outcome is not None or _has_living_writer(connection, message.id):
        return message
    return _interrupted(message, logged[-1]["at_us"] if logged else to_us(message.created))


def recover(connection: Connection) -> list[MessageId]:
    """Settle the replies of dead writers with what was logged of them, and forget the writers.

    Returns:
        The replies, in the order in which they were asked for.

    Raises:
        StoreError: a row cannot be read.
    """
    elsewhere = living_elsewhere(connection)
    connection.executemany(
        "DELETE FROM writer WHERE id = ?",
        [
            (row["id"],)
            for row in connection.execute("SELECT id, pid, started, boot FROM writer").fetchall()
            if row["id"] not in elsewhere and not is_alive(Writer(*row))
        ],
    )
    orphans = connection.execute(
        "SELECT id, created_us FROM message AS m WHERE status = 'streaming'"
        " AND NOT EXISTS (SELECT 1 FROM writer AS w WHERE w.id = m.writer_id)"
        " ORDER BY m.id"
    ).fetchall()
    recovered = []
    for row in orphans:
        message = as_recorded(connection, message_of(connection, row["id"]))
        stopped = connection.execute(
            "SELECT coalesce(max(at_us), ?) FROM event WHERE message_id = ?",
            (row["created_us"], message.id),
        ).fetchone()
        settle(connection, message, at_us=stopped[0])
        recovered.append(message.id)
    return recovered


def _has_living_writer(connection: Connection, message_id: MessageId) -> bool:
    row = connection.execute(
        "SELECT w.id, w.pid, w.started, w.boot FROM message AS m"
        " JOIN writer AS w ON w.id = m.writer_id WHERE m.id = ?",
        (message_id,),
    ).fetchone()
    return row is not None and (is_alive(Writer(*row)) or row["id"] in living_elsewhere(connection))


def _interrupted(message: Message, stopped_us: int) -> Message:
    stopped = from_us(stopped_us)
    said = f"interrupted: the program stopped at {stopped.astimezone():%H:%M:%S %Z} before the reply ended"
    elapsed_s = max(0.0, (stopped - message.created).total_seconds())
    return fold((Notice(said), Finished("incomplete", elapsed_s)), message)


def news_of(
    connection: Connection, message_id: MessageId, since: int
) -> tuple[list[StreamEvent], int, bool]:
    """Read what another process has logged of a reply.

    Args:
        connection: Any.
        message_id: Of the reply.
        since: The place of the first row that is wanted.

    Returns:
        The events, the place after the last one, and whether the reply still streams.

    Raises:
        StoreError: a row cannot be read.
    """
    rows = connection.execute(
        "SELECT seq, body FROM event WHERE message_id = ? AND seq >= ? ORDER BY seq",
        (message_id, since),
    ).fetchall()
    place = f"message {message_id}"
    events = [event_from_row(row["body"], place) for row in rows]
    row = connection.execute("SELECT status FROM message WHERE id = ?", (message_id,)).fetchone()
    streams = (
        row is not None
        and row["status"] == "streaming"
        and _has_living_writer(connection, message_id)
    )
    return events, rows[-1]["seq"] + 1 if rows else since, streams
