"""A conversation written again where the tables have lost it or a part of it."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound
from chat_tui.events import Finished, TextDelta
from chat_tui.folding import fold
from chat_tui.message import Message, blank_reply, user_message
from chat_tui.store.store import Store


@pytest.fixture
async def second(path: Path) -> AsyncGenerator[Store, None]:
    store = Store(path)
    yield store
    await store.close()


def begun() -> tuple[Conversation, Message]:
    """A conversation with a reply that still streams."""
    conversation = Conversation(messages=[user_message("hi", parent=None)])
    blank = blank_reply(parent=conversation.leaf, provider="demo", model="m")
    conversation.add(blank)
    return conversation, blank


async def test_what_is_kept_twice_is_stored_once(store: Store) -> None:
    conversation, _ = begun()
    assert await store.keep(conversation, ()) == "nothing"
    assert await store.keep(conversation, ()) == "nothing"
    assert list(await store.load(conversation.id)) == list(conversation)


async def test_it_is_said_how_much_was_lost(store: Store) -> None:
    conversation, blank = begun()
    first = Conversation(conversation.id, messages=list(conversation)[:1])
    ids = [message.id for message in conversation]
    assert await store.keep(first, ids[:1]) == "all"
    assert await store.keep(conversation, ids[:1]) == "nothing"
    await store.delete(conversation.id)
    await store.create(first)
    assert await store.keep(conversation, ids) == "some"
    assert (await store.load(conversation.id)).leaf == blank.id


async def test_a_reply_that_has_ended_is_kept_as_it_ended(store: Store) -> None:
    conversation, blank = begun()
    await store.create(conversation)
    await store.append(blank.id, [TextDelta("half")], seq=0)
    ended = fold([TextDelta("half of it"), Finished("stop")], blank)
    conversation.update(ended)
    await store.keep(conversation, [blank.id])
    assert (await store.load(conversation.id))[blank.id] == ended


async def test_a_reply_that_ended_well_is_not_replaced_by_what_was_read_of_it(
    store: Store,
) -> None:
    conversation, blank = begun()
    await store.create(conversation)
    whole = fold([TextDelta("all of it"), Finished("stop")], blank)
    await store.finish(whole)
    conversation.update(fold([TextDelta("all"), Finished("incomplete")], blank))
    await store.keep(conversation, [blank.id])
    assert (await store.load(conversation.id))[blank.id] == whole


async def test_a_reply_that_was_taken_for_interrupted_is_kept_as_it_ended(store: Store) -> None:
    conversation, blank = begun()
    await store.create(conversation)
    await store.finish(fold([TextDelta("all"), Finished("incomplete")], blank))
    whole = fold([TextDelta("all of it"), Finished("stop")], blank)
    conversation.update(whole)
    await store.keep(conversation, [blank.id])
    assert (await store.load(conversation.id))[blank.id] == whole


async def test_what_somebody_else_has_added_stays(store: Store, second: Store) -> None:
    conversation, blank = begun()
    await store.create(conversation)
    more = user_message("more", parent=blank.id)
    await second.add_message(conversation.id, more)
    await store.keep(conversation, [blank.id])
    there = await store.load(conversation.id)
    assert more.id in there
    assert there.leaf == more.id


async def test_a_log_begins_anew_behind_what_a_reply_said_so_far(
    store: Store, second: Store
) -> None:
    conversation, blank = begun()
    await store.create(conversation)
    seq = await store.append(blank.id, [TextDelta("a")], seq=0)
    so_far = fold([TextDelta("ab")], blank)
    conversation.update(so_far)
    await store.keep(conversation, [blank.id], anew=blank.id)
    with pytest.raises(NotFound, match="lost its beginning"):
        await store.append(blank.id, [TextDelta("c")], seq=seq)
    await store.append(blank.id, [TextDelta("c")], seq=0)
    reply = (await second.load(conversation.id))[blank.id]
    assert (reply.text, reply.status) == ("abc", "streaming")
    assert await second.recover() == []


async def test_messages_are_counted_where_there_is_a_conversation(store: Store) -> None:
    conversation, _ = begun()
    await store.create(conversation)
    counted = await store.how_many_stored([conversation.id, Conversation().id])
    assert counted == {conversation.id: 2}
