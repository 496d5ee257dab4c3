"""What goes into the store comes out again."""

import asyncio
import gc
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound, StoreError
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    Source,
    SourceRefs,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.folding import fold
from chat_tui.ids import ConversationId, MessageId, new_message_id
from chat_tui.message import (
    Message,
    Part,
    ReasoningPart,
    TextPart,
    blank_reply,
    user_message,
)
from chat_tui.store.store import Store

TEXTS = st.text(max_size=20)
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
COUNTS = st.none() | st.integers(0, 2**64)
WORK = st.sampled_from(["running", "done", "failed"])
TIMES = st.datetimes(timezones=st.just(UTC))
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, TEXTS, st.booleans()),
    st.builds(ReasoningPart, TEXTS, NUMBERS),
    st.builds(Step, TEXTS, TEXTS, WORK, TEXTS, NUMBERS),
    st.builds(
        SourceRefs,
        st.lists(st.builds(Source, TEXTS, st.none(), TEXTS, NUMBERS), max_size=2).map(tuple),
    ),
    st.builds(ToolCall, TEXTS, TEXTS, TEXTS, st.none() | TEXTS, WORK),
    st.builds(
        ImageProgress, TEXTS, st.sampled_from(["queued", "running", "saving"]), NUMBERS, COUNTS
    ),
    st.builds(
        ImageResult, TEXTS, st.integers(0, 9), TEXTS, TEXTS, st.none(), COUNTS, COUNTS, COUNTS
    ),
    st.builds(Notice, TEXTS),
)
OUTCOMES = st.one_of(
    st.builds(
        Finished,
        st.sampled_from(["stop", "length", "filtered", "incomplete", "cancelled"]),
        st.floats(0, 1e6),
        NUMBERS,
    ),
    st.builds(StreamError, st.sampled_from(["auth", "network"]), TEXTS, TEXTS, COUNTS, NUMBERS),
)


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    messages: list[Message] = []
    for _ in range(draw(st.integers(0, 6))):
        message = Message(
            id=new_message_id(),
            parent=draw(st.sampled_from([None, *(message.id for message in messages)])),
            role="user",
            parts=tuple(draw(st.lists(PARTS, max_size=4))),
            created=draw(TIMES),
        )
        if draw(st.booleans()):
            message = msgspec.structs.replace(
                message,
                role="assistant",
                provider=draw(TEXTS),
                model=draw(TEXTS),
                parameters=draw(st.dictionaries(TEXTS, st.none() | TEXTS | st.integers(0, 9))),
                remote_id=draw(st.none() | TEXTS),
                usage=draw(st.none() | st.builds(Usage, COUNTS, COUNTS, NUMBERS)),
                outcome=draw(OUTCOMES),
            )
        messages.append(message)
    conversation = Conversation(
        title=draw(TEXTS), created=draw(TIMES), messages=messages, system_prompt=draw(TEXTS)
    )
    if messages:
        conversation.show(draw(st.sampled_from([None, *(message.id for message in messages)])))
    return conversation


def contents(conversation: Conversation) -> tuple[object, ...]:
    return (
        conversation.id,
        conversation.title,
        conversation.named,
        conversation.created,
        conversation.system_prompt,
        conversation.leaf,
        tuple(conversation),
    )


async def begun(store: Store) -> tuple[Conversation, Message]:
    """A stored conversation with one turn and a blank reply."""
    conversation = Conversation()
    await store.create(conversation)
    turn = user_message("why?", parent=None)
    await store.add_message(conversation.id, turn)
    blank = blank_reply(parent=turn.id, provider="demo", model="m")
    await store.begin_reply(conversation.id, blank)
    conversation.add(turn)
    conversation.add(blank)
    return conversation, blank


@settings(max_examples=40, deadline=None)
@given(conversations())
async def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "c.db")
        await store.create(conversation)
        loaded = await store.load(conversation.id)
        await store.close()
    assert contents(loaded) == contents(conversation)


async def test_a_stored_conversation_outlives_the_store(path: Path) -> None:
    store = Store(path)
    conversation, _ = await begun(store)
    await store.close()
    again = Store(path)
    assert contents(await again.load(conversation.id))[:-1] == contents(conversation)[:-1]
    await again.close()


async def test_a_turn_is_on_the_disk_when_the_call_returns(path: Path, store: Store) -> None:
    conversation = Conversation()
    await store.create(conversation)
    turn = user_message("hello", parent=None)
    await store.add_message(conversation.id, turn)
    with closing(sqlite3.connect(path)) as witness:
        assert witness.execute("SELECT message_id, text FROM part").fetchall() == [
            (turn.id, "hello")
        ]


async def test_the_log_of_a_reply_gives_way_to_its_parts(path: Path, store: Store) -> None:
    conversation, blank = await begun(store)
    events: list[StreamEvent] = [TextDelta("be"), TextDelta("cause"), Finished("stop", 1.5)]
    await store.append(blank.id, events, seq=0)
    reply = fold(events, blank)
    await store.finish(reply)
    with closing(sqlite3.connect(path)) as witness:
        assert witness.execute("SELECT count(*) FROM event").fetchone() == (0,)
        assert witness.execute(
            "SELECT status, writer_id FROM message WHERE id = ?", (blank.id,)
        ).fetchone() == ("complete", None)
    assert (await store.load(conversation.id))[blank.id] == reply


async def test_a_reply_under_way_is_loaded_as_far_as_it_is_logged(store: Store) -> None:
    conversation, blank = await begun(store)
    seq = await store.append(blank.id, [TextDelta("be")], seq=0)
    await store.append(blank.id, [TextDelta("cause")], seq=seq)
    reply = (await store.load(conversation.id))[blank.id]
    assert reply.text == "because"
    assert reply.status == "streaming"


async def test_appending_again_with_more_does_not_repeat_text(store: Store) -> None:
    conversation, blank = await begun(store)
    first: list[StreamEvent] = [TextDelta("a"), Notice("n"), TextDelta("b")]
    await store.append(blank.id, first, seq=0)
    seq = await store.append(blank.id, [*first, TextDelta("c"), Notice("o")], seq=0)
    await store.append(blank.id, [TextDelta("d")], seq=seq)
    assert (await store.load(conversation.id))[blank.id].text == "abcd"


async def test_finishing_a_reply_without_an_outcome_is_refused(store: Store) -> None:
    _, blank = await begun(store)
    with pytest.raises(ValueError, match="no outcome"):
        await store.finish(blank)


async def test_branches_stay_in_the_order_in_which_they_were_made(store: Store) -> None:
    conversation = Conversation()
    await store.create(conversation)
    turn = user_message("hello", parent=None)
    await store.add_message(conversation.id, turn)
    replies = [
        Message(
            id=new_message_id(),
            parent=turn.id,
            role="assistant",
            created=datetime(year, 1, 1, tzinfo=UTC),
            outcome=Finished("stop"),
        )
        for year in (2030, 2010, 2020)
    ]
    for reply in replies:
        await store.add_message(conversation.id, reply)
    loaded = await store.load(conversation.id)
    assert loaded.children(turn.id) == tuple(reply.id for reply in replies)
    assert loaded.leaf == replies[-1].id


async def test_the_shown_path_is_remembered(store: Store) -> None:
    conversation, blank = await begun(store)
    assert blank.parent is not None
    await store.set_leaf(conversation.id, blank.parent)
    assert (await store.load(conversation.id)).leaf == blank.parent
    await store.set_leaf(conversation.id, None)
    assert (await store.load(conversation.id)).leaf is None


async def test_a_title_can_be_given_and_taken_back(store: Store) -> None:
    conversation, _ = await begun(store)
    await store.rename(conversation.id, "Reasons")
    assert (await store.load(conversation.id)).title == "Reasons"
    await store.rename(conversation.id, "")
    loaded = await store.load(conversation.id)
    assert (loaded.title, loaded.named) == ("why?", False)


async def test_a_system_prompt_can_be_changed(store: Store) -> None:
    conversation, _ = await begun(store)
    await store.set_system_prompt(conversation.id, "be brief")
    assert (await store.load(conversation.id)).system_prompt == "be brief"


async def test_a_deleted_conversation_leaves_no_rows(path: Path, store: Store) -> None:
    conversation, blank = await begun(store)
    await store.append(blank.id, [TextDelta("x")], seq=0)
    await store.save_draft(conversation.id, "draft")
    await store.delete(conversation.id)
    with closing(sqlite3.connect(path)) as witness:
        for table in ("conversation", "message", "part", "event", "draft"):
            assert witness.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


async def test_what_is_not_there_is_named(store: Store) -> None:
    conversation, _ = await begun(store)
    nobody, nothing = ConversationId("nobody"), MessageId("nothing")
    reply = fold([Finished("stop")], blank_reply(parent=None, provider="", model=""))
    with pytest.raises(NotFound, match="nobody"):
        await store.load(nobody)
    with pytest.raises(NotFound, match="nobody"):
        await store.delete(nobody)
    with pytest.raises(NotFound, match="nobody"):
        await store.rename(nobody, "x")
    with pytest.raises(NotFound, match="nobody"):
        await store.add_message(nobody, user_message("x", parent=None))
    with pytest.raises(NotFound, match="nothing"):
        await store.set_leaf(conversation.id, nothing)
    with pytest.raises(NotFound, match="nothing"):
        await store.append(nothing, [TextDelta("x")], seq=0)
    with pytest.raises(NotFound, match=reply.id):
        await store.finish(reply)


async def test_a_parent_in_another_conversation_is_refused_and_changes_nothing(
    store: Store,
) -> None:
    _, blank = await begun(store)
    other = Conversation()
    await store.create(other)
    with pytest.raises(NotFound, match=blank.id):
        await store.add_message(other.id, user_message("x", parent=blank.id))
    assert len(await store.load(other.id)) == 0


async def test_creating_twice_is_refused_and_keeps_the_first(store: Store) -> None:
    conversation, _ = await begun(store)
    with pytest.raises(StoreError, match="stored already"):
        await store.create(Conversation(title="new"), conversation)
    assert [summary.id for summary in await store.list()] == [conversation.id]


async def test_drafts_are_kept_replaced_and_forgotten(store: Store) -> None:
    unsent = ConversationId("not stored yet")
    assert await store.load_draft(unsent) == ""
    await store.save_draft(unsent, "one")
    await store.save_draft(unsent, "two\ud800")
    assert await store.load_draft(unsent) == "two\ufffd"
    await store.save_draft(unsent, "")
    assert await store.load_draft(unsent) == ""


async def test_lone_surrogates_in_any_text_do_not_raise(store: Store) -> None:
    conversation = Conversation(title="t\ud800", system_prompt="s\ud800")
    await store.create(conversation)
    await store.add_message(conversation.id, user_message("u\ud800", parent=None))
    blank = blank_reply(parent=None, provider="p\ud800", model="m\ud800")
    await store.begin_reply(conversation.id, blank)
    events: list[StreamEvent] = [
        TextDelta("r\ud800"),
        Step("id\ud800", "l", "done"),
        Finished("stop"),
    ]
    await store.append(blank.id, events, seq=0)
    await store.finish(fold(events, blank))
    loaded = await store.load(conversation.id)
    assert loaded.title == "t\ufffd"
    assert loaded.system_prompt == "s\ufffd"
    assert [message.text for message in loaded] == ["u\ufffd", "r\ufffd"]
    assert loaded[blank.id].provider == "p\ufffd"


async def test_two_stores_write_one_file_at_once(path: Path) -> None:
    stores = [Store(path), Store(path)]

    async def talk(store: Store) -> ConversationId:
        conversation, blank = await begun(store)
        seq = 0
        for number in range(10):
            seq = await store.append(blank.id, [TextDelta(f"{number} ")], seq=seq)
        return conversation.id

    ids = await asyncio.gather(*(talk(store) for store in stores * 2))
    for store in stores:
        assert {summary.id for summary in await store.list()} == set(ids)
        for id_ in ids:
            assert (await store.load(id_)).path()[-1].text == "0 1 2 3 4 5 6 7 8 9 "
    assert await stores[0].recover() == []
    for store in stores:
        await store.close()


async def test_a_reply_left_by_a_closed_store_is_recovered(path: Path) -> None:
    first, second = Store(path), Store(path)
    conversation, blank = await begun(first)
    await first.append(blank.id, [TextDelta("half")], seq=0)
    assert await second.recover() == []
    await first.close()
    assert await second.recover() == [blank.id]
    reply = (await second.load(conversation.id))[blank.id]
    assert (reply.text, reply.status) == ("half", "interrupted")
    assert await second.recover() == []
    await second.close()


async def test_a_reply_whose_end_was_logged_is_recovered_without_a_notice(path: Path) -> None:
    first, second = Store(path), Store(path)
    conversation, blank = await begun(first)
    events: list[StreamEvent] = [TextDelta("all"), Finished("stop", 2.0)]
    await first.append(blank.id, events, seq=0)
    await first.close()
    assert await second.recover() == [blank.id]
    assert (await second.load(conversation.id))[blank.id] == fold(events, blank)
    await second.close()


async def test_a_reply_recovered_from_under_its_writer_is_set_right_when_it_ends(
    path: Path,
) -> None:
    first, second = Store(path), Store(path)
    conversation, blank = await begun(first)
    seq = await first.append(blank.id, [TextDelta("ha")], seq=0)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM writer")
        connection.commit()
    assert await second.recover() == [blank.id]
    await first.append(blank.id, [TextDelta("lf")], seq=seq)
    reply = fold([TextDelta("half"), Finished("stop")], blank)
    await first.finish(reply)
    assert (await second.load(conversation.id))[blank.id] == reply
    await first.close()
    await second.close()


async def test_making_a_store_touches_nothing(path: Path) -> None:
    store = Store(path)
    assert not path.parent.exists()
    await store.close()
    assert not path.parent.exists()


async def test_closing_twice_is_allowed_and_nothing_works_after_it(path: Path) -> None:
    store = Store(path)
    await begun(store)
    await store.close()
    await store.close()
    assert not path.with_name("conversations.db-wal").exists()
    with pytest.raises(StoreError, match="closed"):
        await store.list()
    gc.collect()


async def test_a_cancelled_wait_does_not_undo_the_write(store: Store) -> None:
    conversation, _ = await begun(store)
    writing = asyncio.ensure_future(store.rename(conversation.id, "kept"))
    started = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(started.set_result, None)
    await started
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    await store.save_draft(conversation.id, "behind it in the queue")
    assert (await store.load(conversation.id)).title == "kept"


async def test_a_stored_id_is_in_memory_once(store: Store) -> None:
    conversation, _ = await begun(store)
    turn, answer = await store.load(conversation.id)
    assert answer.parent is turn.id


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE message SET outcome = '{}' WHERE role = 'assistant'",
        'UPDATE message SET usage = \'{"type":"notice","text":""}\'',
        "UPDATE message SET seq = 9 WHERE role = 'user'",
        "UPDATE message SET created_us = 1000000000000000000",
        "UPDATE message SET parameters = '[]'",
        "UPDATE part SET kind = 'odd', body = '{}'",
        "UPDATE event SET body = 'half a li'",
    ],
)
async def test_a_damaged_row_is_an_error_that_names_its_place(
    path: Path, store: Store, damage: str
) -> None:
    conversation, blank = await begun(store)
    await store.append(blank.id, [TextDelta("x")], seq=0)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    with pytest.raises(StoreError, match=r"(message|conversation) [0-9a-f-]{36}"):
        await store.load(conversation.id)


async def test_a_damaged_sum_of_a_reply_is_an_error_that_names_it(path: Path, store: Store) -> None:
    conversation, _ = await begun(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE message SET usage = '[]'")
        connection.commit()
    with pytest.raises(StoreError, match=r"message [0-9a-f-]{36}"):
        await store.used_since(conversation.created)


async def test_a_leaf_that_is_gone_is_read_as_the_last_message(path: Path, store: Store) -> None:
    conversation, blank = await begun(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE conversation SET leaf = 'gone'")
        connection.commit()
    assert (await store.load(conversation.id)).leaf == blank.id
