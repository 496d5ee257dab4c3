"""Old conversations put away, and what of the media folder is still named."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from chat_tui.store.rows import now_us, to_us

if TYPE_CHECKING:
    from sqlite3 import Connection

_HASH: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# Whatever could name a kept file: parts that have one, the log of replies that still stream, and
# prompts that are not sent yet.
_NAMING: Final = (
    "SELECT body FROM part WHERE kind IN ('image', 'attachment') AND body IS NOT NULL",
    "SELECT body FROM event",
    "SELECT text FROM draft",
)


def put_old_into_bin(connection: Connection, before: datetime) -> int:
    """Put away what was last talked in before a moment, but for what is pinned.

    Returns:
        How many conversations that were.
    """
    done = connection.execute(
        "UPDATE conversation SET deleted_us = ?"
        " WHERE updated_us < ? AND pinned = 0 AND archived = 0 AND deleted_us IS NULL",
        (now_us(), to_us(before)),
    )
    return done.rowcount


def media_named(connection: Connection) -> frozenset[str]:
    """The hashes of all files that some conversation names, the bin's among them."""
    return frozenset(
        found
        for query in _NAMING
        for row in connection.execute(query)
        for found in _HASH.findall(row[0])
    )
