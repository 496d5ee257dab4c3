"""Lists of conversations."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import msgspec
import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound
from chat_tui.events import Finished
from chat_tui.folding import fold
from chat_tui.ids import ConversationId
from chat_tui.message import Message, blank_reply, user_message
from chat_tui.store import listing
from chat_tui.store.store import Store


def talk(text: str, *, title: str = "", year: int = 2020) -> Conversation:
    turn = msgspec.structs.replace(
        user_message(text, parent=None), created=datetime(year, 1, 1, tzinfo=UTC)
    )
    return Conversation(title=title, created=turn.created, messages=[turn])


def reply_to(conversation: Conversation, model: str) -> Message:
    blank = blank_reply(parent=conversation.leaf, provider="demo", model=model)
    return fold([Finished("stop")], blank)


async def test_the_newest_message_puts_its_conversation_first(store: Store) -> None:
    old, new = talk("old", year=2001), talk("new", year=2002)
    await store.create(new, old)
    assert [summary.title for summary in await store.list()] == ["new", "old"]
    await store.add_message(old.id, user_message("again", parent=old.leaf))
    assert [summary.title for summary in await store.list()] == ["old", "new"]
    assert [summary.title for summary in await store.list(1)] == ["old"]
    assert await store.latest() == old.id


async def test_an_empty_store_has_no_latest_conversation(store: Store) -> None:
    assert await store.list() == []
    assert await store.latest() is None


async def test_a_summary_names_the_last_reply_and_counts_all_messages(store: Store) -> None:
    conversation = talk("hello")
    await store.create(conversation)
    (before,) = await store.list()
    assert (before.provider, before.model, before.messages) == ("", "", 1)
    for model in ("small", "large"):
        await store.add_message(conversation.id, reply_to(conversation, model))
    (after,) = await store.list()
    assert (after.provider, after.model, after.messages) == ("demo", "large", 3)
    assert after.created == conversation.created
    assert after.updated > before.updated


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "  a\n\n b\tc ",
        "word " * 40,
        "x" * 200,
        "",
        "é" * 5000,
        "nul \0 inside",
        "漢字 " * 40,
    ],
)
async def test_a_title_that_nobody_chose_is_the_one_the_conversation_gives(
    store: Store, text: str
) -> None:
    conversation = talk(text)
    await store.create(conversation)
    (summary,) = await store.list()
    assert summary.title == conversation.title


async def test_a_chosen_title_wins(store: Store) -> None:
    await store.create(talk("hello", title="Greetings"))
    (summary,) = await store.list()
    assert summary.title == "Greetings"


async def test_an_archived_conversation_is_not_listed(path: Path, store: Store) -> None:
    conversation = talk("hello")
    await store.create(conversation)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE conversation SET archived = 1")
        connection.commit()
    assert await store.list() == []
    assert await store.latest() is None
    assert await store.find(conversation.id) == conversation.id


async def test_a_summary_is_json_with_the_promised_names(store: Store) -> None:
    await store.create(talk("hello"))
    (summary,) = msgspec.json.decode(msgspec.json.encode(await store.list()))
    assert list(summary) == [
        "id", "title", "created", "updated", "provider", "model", "messages",
    ]  # fmt: skip
    assert summary["created"] == "2020-01-01T00:00:00Z"


async def test_an_id_is_found_by_its_start(store: Store) -> None:
    one, two = Conversation(ConversationId("abcd1-x")), Conversation(ConversationId("abcd2-y"))
    await store.create(one, two)
    assert await store.find("abcd1") == one.id
    assert await store.find(" ABCD2 ") == two.id
    assert await store.find(two.id) == two.id


async def test_a_full_id_wins_over_a_longer_one(store: Store) -> None:
    one, two = Conversation(ConversationId("abcd")), Conversation(ConversationId("abcde"))
    await store.create(one, two)
    assert await store.find("abcd") == one.id


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("abcd", "'abcd' is the start of 2 conversations"),
        ("abc", "'abc' is too short"),
        ("", "'' is too short"),
        ("zzzz", "no conversation 'zzzz'"),
        ("ab%%", "no conversation 'ab%%'"),
        ("\udcff\udcff\udcff\udcff", "no conversation"),
    ],
)
async def test_a_prefix_that_finds_nothing_or_too_much_says_so(
    store: Store, prefix: str, message: str
) -> None:
    await store.create(
        Conversation(ConversationId("abcd1-x")), Conversation(ConversationId("abcd2-y"))
    )
    with pytest.raises(NotFound) as caught:
        await store.find(prefix)
    assert str(caught.value).startswith(message)
    assert caught.value.hint


async def test_a_list_is_read_along_its_indexes(path: Path, store: Store) -> None:
    await store.create(talk("hello"))
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN {listing._LIST}", {"head": 1, "limit": 1}
        ).fetchall()
    steps = [detail for *_, detail in plan]
    assert not [step for step in steps if "TEMP B-TREE" in step]
    assert [step for step in steps if step.startswith("SCAN")] == []
    assert any("conversation_recent" in step for step in steps)


@pytest.mark.slow
async def test_ten_thousand_conversations_are_listed_in_a_moment(store: Store) -> None:
    conversations = [talk(f"conversation {number}") for number in range(10_000)]
    for conversation in conversations:
        conversation.add(reply_to(conversation, "m"))
    await store.create(*conversations)
    start = perf_counter()
    assert len(await store.list(100)) == 100
    first_s = perf_counter() - start
    start = perf_counter()
    assert len(await store.list()) == 10_000
    all_s = perf_counter() - start
    assert first_s < 0.1
    assert all_s < 2
