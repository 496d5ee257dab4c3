"""What version 3 of the database adds: parameters of conversations, and a way to a day's usage."""

TABLES_3 = (
    # JSON; null where there are none.
    "ALTER TABLE conversation ADD COLUMN parameters TEXT",
    "CREATE INDEX message_usage ON message (created_us) WHERE usage IS NOT NULL",
)
