"""From any earlier version of the database to this one, a numbered step at a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.errors import NewerStore, StoreError
from chat_tui.store.schema import APPLICATION_ID, TABLES_1
from chat_tui.store.schema_2 import TABLES_2
from chat_tui.store.schema_3 import TABLES_3

if TYPE_CHECKING:
    from sqlite3 import Connection

STEPS: tuple[tuple[str, ...], ...] = (
    (*TABLES_1, f"PRAGMA application_id = {APPLICATION_ID}"),
    TABLES_2,
    TABLES_3,
)  # fmt: skip
"""Step n, counted from 1, leads from version n - 1 to version n. Steps are never edited."""

CURRENT = len(STEPS)

_VERSION = """
    SELECT (SELECT user_version FROM pragma_user_version),
           (SELECT application_id FROM pragma_application_id),
           (SELECT count(*) FROM sqlite_schema)
"""


def version(connection: Connection, path: Path) -> int:
    """Read the version without changing anything; 0 is an empty file.

    Raises:
        NewerStore: a newer version of the program wrote it.
        StoreError: another program wrote it.
    """
    # One statement is one snapshot: another instance may be making the tables right now.
    found, owner, tables = connection.execute(_VERSION).fetchone()
    if owner != APPLICATION_ID and (owner or found or tables):
        raise StoreError(
            f"{path} is the database of another program",
            hint="move it away, or choose another folder with --data-dir",
        )
    if found > CURRENT:
        raise NewerStore(
            f"{path} has version {found}; this program reads versions up to {CURRENT}",
            hint="update chat-tui, or choose another folder with --data-dir",
        )
    return int(found)


def migrate(connection: Connection, path: Path) -> None:
    """Take the missing steps, each in a transaction of its own.

    Raises:
        NewerStore: a newer version of the program wrote it.
        StoreError: another program wrote it.
    """
    while version(connection, path) < CURRENT:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another instance may have taken the step while this one waited for the lock.
            at = version(connection, path)
            if at < CURRENT:
                for statement in STEPS[at]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {at + 1}")
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
