"""What replies used since some moment, over all conversations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.events import Usage
from chat_tui.store.rows import to_us, unreadable
from chat_tui.usage import Reckoned

if TYPE_CHECKING:
    from sqlite3 import Connection


# An index has those that told something: before each message, no more than that is looked at.
_TOLD: Final = "SELECT id, model, usage FROM message WHERE created_us >= ? AND usage IS NOT NULL"
_SILENT: Final = """
    SELECT id, model, usage FROM message
    WHERE created_us >= ? AND usage IS NULL AND role = 'assistant' AND status != 'streaming'
"""


def used_since(connection: Connection, moment: datetime, *, silent: bool = False) -> list[Reckoned]:
    """List what is known of each reply that was begun since; runs inside a transaction.

    Args:
        connection: To the database.
        moment: From when on.
        silent: Those are listed, too, of which nothing is known; every message is looked at.

    Raises:
        StoreError: a row cannot be read.
    """
    asked = (_TOLD, _SILENT) if silent else (_TOLD,)
    rows = [row for sql in asked for row in connection.execute(sql, (to_us(moment),))]
    return [Reckoned(row["model"], _usage(row["id"], row["usage"])) for row in rows]


def _usage(message_id: str, written: str | None) -> Usage:
    if written is None:
        return Usage()
    try:
        return msgspec.json.decode(written, type=Usage)
    except msgspec.MsgspecError as error:
        raise unreadable(f"message {message_id}", error) from error
