"""A database that gives back the room of what is gone."""

from pathlib import Path

from chat_tui.store.database import BUSY_TIMEOUT_S


def size_bytes(database: Path) -> int:
    """What a database takes on the disk, with its log."""
    names = (database.name + ending for ending in ("", "-wal", "-shm"))
    files = [database.with_name(name) for name in names]
    return sum(file.stat().st_size for file in files if file.exists())


def vacuum(database: Path) -> None:
    """Write the database anew, without its gaps. It blocks.

    Args:
        database: Of this version of the program; other instances may have it open.

    Raises:
        StoreError: another program holds it, or the disk has no room for the copy.
    """
    import sqlite3

    from chat_tui.store.connection import explain

    try:
        connection = sqlite3.connect(database, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("INSERT INTO search (search) VALUES ('optimize')")
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise explain(error, database) from error
