"""What version 2 of the database adds: pins, the bin, and an index of all that was said."""

TABLES_2 = (
    "ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0"
    " CHECK (pinned IN (0, 1))",
    # When it was thrown away; it can be had back until it is emptied out of the bin.
    "ALTER TABLE conversation ADD COLUMN deleted_us INTEGER",
    "CREATE INDEX conversation_listed ON conversation (pinned DESC, updated_us DESC, id DESC)"
    " WHERE archived = 0 AND deleted_us IS NULL",
    "CREATE INDEX conversation_deleted ON conversation (deleted_us) WHERE deleted_us IS NOT NULL",
    "CREATE INDEX part_picture ON part (message_id, seq) WHERE kind = 'image'",
    # Only the index: the words themselves are those of `part`. No triggers keep it in step, since
    # a schema that is not trusted, as ours is not, may not write to it.
    """
    CREATE VIRTUAL TABLE search USING fts5 (
        text, content = 'part', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    # One row. Parts up to `id` were there before the index was: they are taken in bit by bit,
    # the newest first.
    "CREATE TABLE search_backlog (id INTEGER NOT NULL) STRICT",
    "INSERT INTO search_backlog SELECT coalesce(max(id), 0) FROM part",
)
