"""Many messages, read in batches, are read as one by one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.events import Finished, Notice
from chat_tui.ids import MessageId, new_message_id
from chat_tui.message import Message, Part, ReasoningPart, TextPart
from chat_tui.store.store import Store

BEGAN = datetime(2026, 1, 1, 12, 0, 0, 123_457, tzinfo=UTC)
PARTS: tuple[tuple[Part, ...], ...] = (
    (TextPart("one"),),
    (),
    (ReasoningPart("two", 1.5), Notice("two"), TextPart("")),
    (Notice("three"),),
    (TextPart("four", refusal=True), TextPart("four")),
)


def messages(count: int, began: datetime = BEGAN) -> Iterator[Message]:
    parent: MessageId | None = None
    for number in range(count):
        asked = number % 2 == 0
        message = Message(
            id=new_message_id(),
            parent=parent,
            role="user" if asked else "assistant",
            parts=PARTS[number % len(PARTS)],
            created=began + timedelta(microseconds=number * 999_983),
            provider="" if asked else "here",
            outcome=None if asked else Finished("stop", number / 7),
        )
        parent = message.id
        yield message


async def test_many_messages_of_no_part_one_and_several_come_back_as_they_were(
    store: Store,
) -> None:
    conversation = Conversation(messages=messages(1_200))
    await store.create(conversation)
    assert list(await store.load(conversation.id)) == list(conversation)


async def test_of_many_messages_an_id_and_a_name_are_in_memory_once(store: Store) -> None:
    conversation = Conversation(messages=messages(1_200))
    await store.create(conversation)
    loaded = list(await store.load(conversation.id))
    assert all(after.parent is before.id for before, after in pairwise(loaded))
    assert len({id(message.provider) for message in loaded if message.provider}) == 1


async def test_times_before_1970_and_after_2041_are_exact(store: Store) -> None:
    for year in (1969, 2999):
        began = datetime(year, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
        conversation = Conversation(messages=messages(3, began))
        await store.create(conversation)
        assert list(await store.load(conversation.id)) == list(conversation)


async def test_a_message_whose_first_part_is_lost_keeps_the_others(
    path: Path, store: Store
) -> None:
    conversation = Conversation(messages=messages(5))
    await store.create(conversation)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM part WHERE seq = 0")
    loaded = await store.load(conversation.id)
    assert [message.parts for message in loaded] == [parts[1:] for parts in PARTS]
