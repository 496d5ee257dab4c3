"""Laws of our own documents: exported, imported elsewhere and exported again, they are the same."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.exporting import Document, document, write_document
from chat_tui.importing.run import import_from
from chat_tui.media.files import MediaFolder
from chat_tui.store.store import Store
from chat_tui.transcripts.forms import Form
from tests.importing.strategies import Kept, conversations, keep


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return keep(MediaFolder(tmp_path_factory.mktemp("home") / "media"))


async def there_and_back(made: Document, conversation: Conversation, form: Form) -> Document:
    """Import a document into a home that has nothing, and export what came of it."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        await write_document(made, home / f"talk.{form}", overwrite=False)
        store = Store(home / "conversations.db")
        try:
            report = await import_from(home / f"talk.{form}", store, MediaFolder(home / "media"))
            assert (report.imported, report.skipped, report.left_out) == (1, {}, {})
            again = await import_from(home / f"talk.{form}", store, MediaFolder(home / "media"))
            assert (again.imported, again.extended, again.unchanged) == (0, 0, 1)
            return document(await store.load(conversation.id), form)
        finally:
            await store.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_json_comes_back_as_it_was(kept: Kept, data: st.DataObject) -> None:
    conversation = data.draw(conversations(kept))
    made = document(conversation, "json")
    assert made.missing == 0
    back = asyncio.run(there_and_back(made, conversation, "json"))
    assert back.data == made.data


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_markdown_comes_back_as_it_was(kept: Kept, data: st.DataObject) -> None:
    conversation = data.draw(conversations(kept))
    if conversation.leaf is None:
        conversation.show(next(iter(conversation)).id)
    made = document(conversation, "md")
    assert made.missing == 0
    back = asyncio.run(there_and_back(made, conversation, "md"))
    assert back.data == made.data
    assert back.assets == made.assets
