"""What replies used since some moment, over all conversations."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from chat_tui.events import Usage
from chat_tui.store.rows import to_us
from chat_tui.usage import Reckoned

if TYPE_CHECKING:
    from sqlite3 import Connection


def used_since(connection: Connection, moment: datetime) -> list[Reckoned]:
    """List what is known of each reply that was begun since; runs inside a transaction."""
    rows = connection.execute(
        "SELECT model, usage FROM message WHERE created_us >= ? AND usage IS NOT NULL",
        (to_us(moment),),
    )
    return [Reckoned(row["model"], msgspec.json.decode(row["usage"], type=Usage)) for row in rows]
