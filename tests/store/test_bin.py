"""Pins, and conversations that are thrown away and had back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound
from chat_tui.ids import ConversationId
from chat_tui.message import user_message
from chat_tui.store import listing
from chat_tui.store.store import Store
from tests.store.test_search import talk


async def titles(store: Store, *, pinned_first: bool = False) -> list[str]:
    return [one.title for one in await store.list(pinned_first=pinned_first)]


async def three(store: Store) -> list[Conversation]:
    conversations = [talk(title) for title in ("old", "middle", "new")]
    for conversation in conversations:
        await store.create(conversation)
    return conversations


async def test_what_is_pinned_stays_on_top(store: Store) -> None:
    old, middle, _ = await three(store)
    await store.pin(old.id, True)
    await store.pin(middle.id, True)
    assert await titles(store, pinned_first=True) == ["middle", "old", "new"]
    assert await titles(store) == ["new", "middle", "old"]
    await store.pin(middle.id, False)
    assert await titles(store, pinned_first=True) == ["old", "new", "middle"]
    assert (await store.summary(old.id)).pinned


async def test_only_a_pin_is_told_in_json(store: Store) -> None:
    old, *_ = await three(store)
    await store.pin(old.id, True)
    new, _, pinned = msgspec.json.decode(msgspec.json.encode(await store.list()))
    assert "pinned" not in new
    assert pinned["pinned"] is True


async def test_what_is_thrown_away_is_in_no_list(store: Store) -> None:
    old, _, new = await three(store)
    await store.put_into_bin(new.id)
    assert await titles(store) == ["middle", "old"]
    assert await store.latest() != new.id
    with pytest.raises(NotFound):
        await store.find(new.id)
    assert await store.find(new.id, deleted=True) == new.id
    with pytest.raises(NotFound, match="in the bin"):
        await store.find(old.id, deleted=True)


async def test_what_is_had_back_is_as_it_was(store: Store) -> None:
    _, middle, _ = await three(store)
    await store.pin(middle.id, True)
    await store.save_draft(middle.id, "half a sen")
    before = await store.list(pinned_first=True)
    await store.put_into_bin(middle.id)
    await store.restore(middle.id)
    assert await store.list(pinned_first=True) == before
    assert await store.load_draft(middle.id) == "half a sen"
    assert list(await store.load(middle.id)) == list(middle)


async def test_saying_something_takes_a_conversation_out_of_the_bin(store: Store) -> None:
    conversation = talk("hello")
    await store.create(conversation)
    await store.put_into_bin(conversation.id)
    await store.add_message(conversation.id, user_message("still here", parent=conversation.leaf))
    assert await titles(store) == ["hello"]


async def test_the_bin_is_emptied_of_what_is_old(path: Path, store: Store) -> None:
    old, middle, new = await three(store)
    await store.put_into_bin(old.id)
    await store.put_into_bin(middle.id)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE conversation SET deleted_us = 1 WHERE id = ?", (old.id,))
        connection.commit()
    await store.tidy()
    with pytest.raises(NotFound):
        await store.restore(old.id)
    await store.restore(middle.id)
    assert await titles(store) == ["new", "middle"]
    assert await store.load(new.id)


async def test_what_somebody_has_open_stays_in_the_bin(path: Path, store: Store) -> None:
    conversation = talk("hello")
    await store.create(conversation)
    await store.hold([conversation.id])
    second = Store(path)
    await second.put_into_bin(conversation.id)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE conversation SET deleted_us = 1")
    await second.tidy()
    assert await store.in_bin([conversation.id]) == {conversation.id}
    await store.hold([])
    await second.tidy()
    assert await store.in_bin([conversation.id]) == set()
    await second.close()


async def test_what_is_not_stored_cannot_be_pinned_or_thrown_away(store: Store) -> None:
    nobody = ConversationId("nobody")
    for change in (store.pin(nobody, True), store.put_into_bin(nobody), store.restore(nobody)):
        with pytest.raises(NotFound):
            await change
    with pytest.raises(NotFound):
        await store.summary(nobody)


async def test_a_list_with_pins_is_read_along_its_index(path: Path, store: Store) -> None:
    await three(store)
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {listing._LIST_PINNED}", {"head": 1, "limit": 1}
        ).fetchall()
    steps = [detail for *_, detail in plan]
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert any("conversation_listed" in step for step in steps)
