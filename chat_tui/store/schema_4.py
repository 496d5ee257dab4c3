"""What version 4 of the database adds: which process has which conversation open."""

TABLES_4 = (
    # No foreign key: a lease is taken before the first turn is stored, and outlives a deletion
    # until whoever holds it leaves.
    """
    CREATE TABLE lease (
        conversation_id TEXT PRIMARY KEY,
        holder          TEXT NOT NULL,
        pid             INTEGER NOT NULL,
        started         TEXT NOT NULL,
        boot            TEXT NOT NULL,
        heartbeat_us    INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
