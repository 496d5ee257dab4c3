"""Which process has which conversation open; every function runs inside a transaction.

Who has a conversation may say something in it; the others read along until it is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.ids import ConversationId
from chat_tui.store.rows import now_us
from chat_tui.store.writers import Writer, is_alive

if TYPE_CHECKING:
    from sqlite3 import Connection

BEAT_S: Final = 20.0
"""How often a lease is renewed."""
STALE_S: Final = 60.0
"""How long a lease lasts that nobody renews, where nobody can see whether its holder lives."""


class Holder(msgspec.Struct, frozen=True):
    """Who else has a conversation open."""

    pid: int
    here: bool
    """On this machine, so that the process can be found by its number."""

    @property
    def words(self) -> str:
        """Who that is."""
        return f"another chat-tui ({f'process {self.pid}' if self.here else 'on another machine'})"


def hold(
    connection: Connection, wanted: Iterable[ConversationId], me: Writer
) -> Mapping[ConversationId, Holder]:
    """Take or renew leases.

    Returns:
        Who has those that cannot be had.
    """
    names = tuple(wanted)
    others = held_by_others(connection, names, me.id)
    place = _place(me)
    now = now_us()
    for conversation in names:
        if conversation in others:
            continue
        connection.execute(
            "INSERT INTO lease (conversation_id, holder, pid, started, boot, heartbeat_us)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (conversation_id) DO UPDATE SET"
            " holder = excluded.holder, pid = excluded.pid, started = excluded.started,"
            " boot = excluded.boot, heartbeat_us = excluded.heartbeat_us",
            (conversation, me.id, me.pid, me.started, place, now),
        )
    return others


def held_by_others(
    connection: Connection, names: Iterable[ConversationId], mine: str
) -> dict[ConversationId, Holder]:
    """Look who else has some of these conversations; nothing is written.

    Args:
        connection: To read with.
        names: Of the conversations.
        mine: The writer that does not count.
    """
    place = _place(None)
    now = now_us()
    others: dict[ConversationId, Holder] = {}
    for conversation in names:
        row = connection.execute(
            "SELECT holder, pid, started, boot, heartbeat_us FROM lease WHERE conversation_id = ?",
            (conversation,),
        ).fetchone()
        if row is not None and row["holder"] != mine and lasts(row, now):
            others[conversation] = Holder(row["pid"], row["boot"] == place)
    return others


def let_go(connection: Connection, me: Writer, kept: Iterable[ConversationId] = ()) -> None:
    """Give back all leases but some."""
    names = tuple(kept)
    marks = ", ".join("?" * len(names))
    connection.execute(
        f"DELETE FROM lease WHERE holder = ? AND conversation_id NOT IN ({marks})",  # noqa: S608
        (me.id, *names),
    )


def lasts(row: Mapping[str, object], now: int) -> bool:
    """Whether a lease counts.

    Args:
        row: Of the table.
        now: In microseconds.
    """
    boot, pid, started, beat = row["boot"], row["pid"], row["started"], row["heartbeat_us"]
    assert isinstance(boot, str)
    assert isinstance(pid, int)
    assert isinstance(started, str)
    assert isinstance(beat, int)
    if boot == _place(None):
        return is_alive(Writer("", pid, started, ""))
    return abs(now - beat) < STALE_S * 1e6


def living_elsewhere(connection: Connection) -> set[str]:
    """Those whom nobody here can see, and who have renewed a lease just now."""
    now, place = now_us(), _place(None)
    rows = connection.execute(
        "SELECT holder, boot, heartbeat_us FROM lease WHERE boot <> ?", (place,)
    )
    return {row[0] for row in rows if abs(now - row[2]) < STALE_S * 1e6}


def _place(writer: Writer | None) -> str:
    """Where process numbers mean the same: this boot of this machine, and this container."""
    from chat_tui.store.writers import this_boot

    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{writer.boot if writer is not None else this_boot()} {space}"
