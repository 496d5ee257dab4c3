"""Pictures of conversations that are gone are swept; those of all others stay."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.events import ImageResult
from chat_tui.housekeeping import sweep_media
from chat_tui.media.files import MediaFolder
from chat_tui.message import blank_reply, user_message
from chat_tui.store.store import Store
from tests.media.pictures import png


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(tmp_path / "conversations.db")
    yield store
    await store.close()


def is_there(path: Path) -> bool:
    return path.exists()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = MediaFolder(tmp_path / "media").save(png(1, 1)).path
    os.utime(path, (1, 1))
    return path


async def test_a_picture_stays_while_its_conversation_is_in_the_bin(
    store: Store, picture: Path, tmp_path: Path
) -> None:
    turn = user_message("draw", parent=None)
    reply = blank_reply(parent=turn.id, provider="p", model="m")
    conversation = Conversation(messages=[turn, reply])
    await store.create(conversation)
    # Still in the log of a reply that streams.
    await store.append(reply.id, [ImageResult("j", 0, str(picture))], seq=0)
    assert (await sweep_media(store, tmp_path / "media")).files == 0
    await store.put_into_bin(conversation.id)
    assert (await sweep_media(store, tmp_path / "media")).files == 0
    await store.delete(conversation.id)
    assert (await sweep_media(store, tmp_path / "media")).files == 1
    assert not is_there(picture)


async def test_nothing_is_swept_beside_a_database_that_was_put_aside(
    store: Store, picture: Path, tmp_path: Path
) -> None:
    (tmp_path / "conversations.db.corrupt-20260101T000000").write_text("x")
    assert (await sweep_media(store, tmp_path / "media")).files == 0
    assert is_there(picture)
