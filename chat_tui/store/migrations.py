"""From any earlier version of the database to this one, a numbered step at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.errors import DamagedStore, NewerStore, StoreError
from chat_tui.store.backups import back_up_before
from chat_tui.store.schema import APPLICATION_ID, TABLES_1
from chat_tui.store.schema_2 import TABLES_2
from chat_tui.store.schema_3 import TABLES_3
from chat_tui.store.schema_4 import TABLES_4

if TYPE_CHECKING:
    from sqlite3 import Connection

STEPS: tuple[tuple[str, ...], ...] = (
    (*TABLES_1, f"PRAGMA application_id = {APPLICATION_ID}"),
    TABLES_2,
    TABLES_3,
    TABLES_4,
)  # fmt: skip
"""Step n, counted from 1, leads from version n - 1 to version n. Steps are never edited."""

CURRENT = len(STEPS)

LATEST_CREDIBLE = 255
"""A version has four bytes in the header, of which only the last has ever been in use."""

_VERSION = """
    SELECT (SELECT user_version FROM pragma_user_version),
           (SELECT application_id FROM pragma_application_id),
           (SELECT count(*) FROM sqlite_schema),
           (SELECT count(*) FROM sqlite_schema
            WHERE name IN ('conversation', 'message', 'part', 'event', 'writer', 'draft'))
"""


def version(connection: Connection, path: Path) -> int:
    """Read the version without changing anything; 0 is an empty file.

    Raises:
        DamagedStore: it is ours, and its header says otherwise, or names no version.
        NewerStore: a newer version of the program wrote it.
        StoreError: another program wrote it.
    """
    # One statement is one snapshot: another instance may be making the tables right now.
    found, owner, tables, ours = connection.execute(_VERSION).fetchone()
    if owner != APPLICATION_ID and ours >= 5:
        raise DamagedStore(f"{path} is damaged: its header is not that of its tables")
    if owner == APPLICATION_ID and not 0 < found <= LATEST_CREDIBLE:
        raise DamagedStore(f"{path} is damaged: no version of the program is {found}")
    if owner != APPLICATION_ID and (owner or found or tables):
        raise StoreError(
            f"{path} is the database of another program",
            hint="move it away, or choose another folder with --data-dir",
        )
    if found > CURRENT:
        raise NewerStore(
            f"{path} has version {found}; this program reads versions up to {CURRENT}",
            hint="update chat-tui, or choose another folder with --data-dir",
            brief="written by a newer version, so it is only read",
        )
    return int(found)


def migrate(connection: Connection, path: Path) -> None:
    """Take the missing steps, each in a transaction of its own; all in one for a new file.

    What has been stored is copied first; see `backups`.

    Raises:
        OSError: that copy cannot be made.
        NewerStore: a newer version of the program wrote it.
        StoreError: another program wrote it.
    """
    before = version(connection, path)
    if 0 < before < CURRENT:
        back_up_before(connection, path, before)
    while version(connection, path) < CURRENT:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another instance may have taken the step while this one waited for the lock.
            at = version(connection, path)
            if at < CURRENT:
                # A new file gets all its tables at once: nobody ever sees some of them.
                steps = STEPS[at : at + 1] if at else STEPS
                for statement in (statement for step in steps for statement in step):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {at + len(steps)}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
