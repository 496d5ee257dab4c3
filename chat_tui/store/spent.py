"""What replies used since some moment, over all conversations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from chat_tui.events import Usage
from chat_tui.store.rows import to_us, unreadable
from chat_tui.usage import Reckoned

if TYPE_CHECKING:
    from sqlite3 import Connection


def used_since(connection: Connection, moment: datetime) -> list[Reckoned]:
    """List what is known of each reply that was begun since; runs inside a transaction.

    Raises:
        StoreError: a row cannot be read.
    """
    rows = connection.execute(
        "SELECT id, model, usage FROM message WHERE created_us >= ? AND usage IS NOT NULL",
        (to_us(moment),),
    )
    return [Reckoned(row["model"], _usage(row["id"], row["usage"])) for row in rows]


def _usage(message_id: str, written: str) -> Usage:
    try:
        return msgspec.json.decode(written, type=Usage)
    except msgspec.MsgspecError as error:
        raise unreadable(f"message {message_id}", error) from error
