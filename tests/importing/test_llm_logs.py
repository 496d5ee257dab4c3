"""The log database of `llm`, with the tables that its version 0.36 has, and those before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.errors import TranscriptError
from chat_tui.events import ToolCall, Usage
from chat_tui.message import ReasoningPart, TextPart
from tests.importing.conftest import Home, content
from tests.importing.strategies import picture

ATTACHMENTS = (
    "CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB)"
)
NEW = f"""
    {ATTACHMENTS};
    CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT);
    CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT, provider_metadata TEXT);
    CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT,
        tool_name TEXT, text TEXT, payload TEXT);
    CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT,
        datetime_utc TEXT);
    CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT,
        tip_message_hash TEXT, model TEXT, resolved_model TEXT, options_json TEXT, schema_id TEXT,
        input_tokens INTEGER, output_tokens INTEGER, token_details TEXT, duration_ms INTEGER,
        datetime_utc TEXT, response_json TEXT);
    INSERT INTO fragments VALUES (1, 'h', 'a long text');
    INSERT INTO messages VALUES ('s', NULL, 'system', NULL), ('u', 's', 'user', NULL),
        ('a', 'u', 'assistant', NULL), ('t', 'a', 'tool', NULL), ('b', 't', 'assistant', NULL),
        ('b2', 'u', 'assistant', NULL);
    INSERT INTO parts (message_hash, position, type, text, payload) VALUES
        ('s', 0, 'text', 'Be short.', NULL),
        ('u', 0, 'text', NULL, '{{"text_ref": [{{"literal": "Read "}}, {{"fragment": 1}}]}}'),
        ('u', 1, 'attachment', NULL, '{{"attachment": {{"id": "p"}}}}'),
        ('a', 0, 'reasoning', 'Hm.', NULL),
        ('a', 1, 'tool_call', NULL, '{{"name": "f", "arguments": {{}}, "tool_call_id": "1"}}'),
        ('t', 0, 'tool_result', NULL, '{{"name": "f", "output": "2", "tool_call_id": "1"}}'),
        ('b', 0, 'text', 'Two.', NULL),
        ('b2', 0, 'text', 'Other.', NULL);
    INSERT INTO threads VALUES ('th', 'Sums', 'b', NULL, '2026-01-01 00:00:00+00:00');
    INSERT INTO turns (id, thread_id, tip_message_hash, model, input_tokens, output_tokens,
        datetime_utc) VALUES
        ('1', 'th', 'a', 'm', 1, 2, '2026-01-01T00:00:01+00:00'),
        ('2', 'th', 'b', 'm', 3, 4, '2026-01-01T00:00:02+00:00'),
        ('3', 'th', 'b2', 'm', NULL, NULL, '2026-01-01T00:00:03+00:00');
"""
OLD = f"""
    {ATTACHMENTS};
    CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
    CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT,
        prompt_json TEXT, options_json TEXT, response TEXT, response_json TEXT,
        conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
    CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER);
    INSERT INTO conversations VALUES ('c', 'Old', 'm');
    INSERT INTO responses VALUES
        ('2', 'm', 'And?', NULL, NULL, NULL, 'Thus.', NULL, 'c', 1, '2024-01-01T00:00:02'),
        ('1', 'm', 'Why?', 'Be short.', NULL, NULL, 'So.', NULL, 'c', 1, '2024-01-01T00:00:01');
    INSERT INTO prompt_attachments VALUES ('1', 'p', 0);
"""


def database(home: Home, tables: str) -> Path:
    path = home.path / "logs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(tables)
        if "CREATE TABLE attachments" in tables:
            connection.execute(
                "INSERT INTO attachments VALUES ('p', 'image/png', NULL, NULL, ?)",
                (picture("red"),),
            )
        connection.commit()
    return path


async def test_threads_are_trees_with_the_calls_that_made_them(home: Home) -> None:
    report = await home.take(database(home, NEW))
    assert (report.imported, report.files) == (1, 1)
    conversation = await home.only()
    assert (conversation.title, conversation.system_prompt) == ("Sums", "Be short.")
    turn, reply = conversation.path()
    assert turn.text == "Read a long text"
    assert content(turn.attachments[0].path) == picture("red")
    assert reply.parts == (
        ReasoningPart("Hm."),
        ToolCall("1", "f", "{}", "2", "done"),
        TextPart("Two."),
    )
    assert (reply.provider, reply.model, reply.usage) == ("llm", "m", Usage(3, 4))
    assert [conversation[one].text for one in conversation.siblings(reply.id)] == ["Two.", "Other."]


async def test_older_tables_are_read_in_the_order_of_their_times(home: Home) -> None:
    report = await home.take(database(home, OLD))
    assert (report.imported, report.messages, report.files) == (1, 4, 1)
    conversation = await home.only()
    assert [one.text for one in conversation.path()] == ["Why?", "So.", "And?", "Thus."]
    assert conversation.path()[1].model == "m"
    again = await home.take(home.path / "logs.db")
    assert (again.imported, again.unchanged) == (0, 1)


async def test_another_database_is_told(home: Home) -> None:
    with pytest.raises(TranscriptError, match="not one of `llm`"):
        await home.take(database(home, "CREATE TABLE x (y)"))


async def test_a_damaged_database_is_told(home: Home) -> None:
    path = home.file("logs.db", b"SQLite format 3\0" + b"\0" * 200)
    with pytest.raises(TranscriptError, match="cannot be read"):
        await home.take(path)


async def test_our_own_database_is_told(home: Home) -> None:
    await home.store.list()
    with pytest.raises(TranscriptError, match="of this program"):
        await home.take(home.store.path)


async def test_a_database_that_lacks_a_column_is_told(home: Home) -> None:
    tables = """
        CREATE TABLE conversations (id TEXT); CREATE TABLE responses (id, conversation_id, datetime_utc);
        INSERT INTO conversations VALUES ('c'); INSERT INTO responses VALUES ('r', 'c', '');
    """
    with pytest.raises(TranscriptError, match="lacks"):
        await home.take(database(home, tables))


async def test_nothing_that_a_database_defines_is_run(home: Home) -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"
    tables = OLD.replace(
        ATTACHMENTS,
        f"CREATE VIEW attachments AS SELECT x AS id, '' AS type, '' AS path, '' AS url,"
        f" '' AS content FROM ({endless})",
    )
    report = await home.take(database(home, tables))
    assert report.imported == 1
