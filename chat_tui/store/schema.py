"""The tables of version 1 of the database.

Later versions never edit this file: they add a step to `migrations`.
"""

APPLICATION_ID = 0x63687475
"""Says in the file's header that it is ours."""

PAGE_BYTES = 16_384
"""Of a new file: a message is mostly some thousand bytes, of which smaller pages waste half."""

TABLES_1 = (
    # `leaf` is no foreign key: deleting a message would search all conversations for it. A leaf
    # that is gone is read as "the last message".
    """
    CREATE TABLE conversation (
        id            TEXT PRIMARY KEY,
        title         TEXT,
        created_us    INTEGER NOT NULL,
        updated_us    INTEGER NOT NULL,
        leaf          TEXT,
        system_prompt TEXT NOT NULL DEFAULT '',
        archived      INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1))
    ) STRICT
    """,
    "CREATE INDEX conversation_recent ON conversation (archived, updated_us DESC, id DESC)",
    # `writer_id` is no foreign key either: a streaming reply whose writer has no row any more is
    # the reply of a dead writer.
    """
    CREATE TABLE message (
        id              TEXT PRIMARY KEY,
        conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        parent_id       TEXT REFERENCES message (id),
        seq             INTEGER NOT NULL,
        role            TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        status          TEXT NOT NULL CHECK (status IN (
            'streaming', 'complete', 'interrupted', 'cancelled', 'truncated', 'filtered', 'error'
        )),
        provider        TEXT NOT NULL DEFAULT '',
        model           TEXT NOT NULL DEFAULT '',
        parameters      TEXT,
        remote_id       TEXT,
        usage           TEXT,
        outcome         TEXT,
        writer_id       TEXT,
        created_us      INTEGER NOT NULL,
        UNIQUE (conversation_id, seq)
    ) STRICT
    """,
    "CREATE INDEX message_parent ON message (parent_id)",
    "CREATE INDEX message_streaming ON message (writer_id) WHERE status = 'streaming'",
    # A part has a number of its own because a full-text index can only refer to its rows by a
    # number that VACUUM keeps.
    """
    CREATE TABLE part (
        id         INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
        seq        INTEGER NOT NULL,
        kind       TEXT NOT NULL,
        text       TEXT,
        body       TEXT,
        UNIQUE (message_id, seq)
    ) STRICT
    """,
    """
    CREATE TABLE event (
        message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
        seq        INTEGER NOT NULL,
        at_us      INTEGER NOT NULL,
        body       TEXT NOT NULL,
        PRIMARY KEY (message_id, seq)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE writer (
        id      TEXT PRIMARY KEY,
        pid     INTEGER NOT NULL,
        started TEXT NOT NULL,
        boot    TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE attachment (
        sha256     TEXT PRIMARY KEY,
        size_bytes INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        width_px   INTEGER,
        height_px  INTEGER,
        origin     TEXT NOT NULL DEFAULT '',
        created_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    # No foreign key: a conversation is stored with its first turn, but its draft comes before.
    """
    CREATE TABLE draft (
        conversation_id TEXT PRIMARY KEY,
        text            TEXT NOT NULL,
        updated_us      INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
