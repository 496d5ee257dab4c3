"""Having a stored conversation for oneself where nobody could read along."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.session.holding import held, take
from chat_tui.session.refusals import OpenElsewhere
from chat_tui.store.store import Store


@pytest.fixture
async def elsewhere(path: Path) -> AsyncGenerator[Store, None]:
    store = Store(path)
    yield store
    await store.close()


async def test_what_another_instance_has_is_not_taken(store: Store, elsewhere: Store) -> None:
    conversation = Conversation()
    await elsewhere.hold([conversation.id])
    with pytest.raises(OpenElsewhere, match="open in another chat-tui"):
        await take(store, conversation.id)
    await elsewhere.close()
    await take(store, conversation.id)


async def test_a_locked_database_is_looked_at_and_not_waited_for(
    path: Path, store: Store, elsewhere: Store
) -> None:
    theirs, free = Conversation(), Conversation()
    await elsewhere.hold([theirs.id])
    await store.latest()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await take(store, free.id)
        with pytest.raises(OpenElsewhere):
            await take(store, theirs.id)
        async with held(store, free.id):
            pass
        assert await elsewhere.holders([free.id]) == {}
        other.execute("ROLLBACK")
    await store.hold([free.id])
    assert list(await elsewhere.holders([free.id])) == [free.id]
