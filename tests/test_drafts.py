"""Drafts on their way into the store."""

import sqlite3
from contextlib import closing
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.message import user_message
from chat_tui.session.drafts import Drafts
from chat_tui.store.store import Store


async def test_a_draft_that_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    store = Store(tmp_path / "c.db", busy_timeout_s=0)
    drafts = Drafts(store)
    conversation = Conversation(messages=[user_message("said", parent=None)])
    await store.create(conversation)
    with closing(sqlite3.connect(tmp_path / "c.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        drafts.note(conversation, "half a thought")
        await drafts.aclose()
    drafts.note_queue(conversation.id, ["next"])
    await drafts.aclose()
    try:
        assert await store.load_draft(conversation.id) == "half a thought"
        assert await Drafts(store).load(conversation, ()) == "next\n\nhalf a thought"
    finally:
        await store.close()
