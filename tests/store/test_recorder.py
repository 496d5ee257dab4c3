"""Events on their way to the disk."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import Finished, StreamEvent, TextDelta
from chat_tui.folding import fold
from chat_tui.ids import MessageId
from chat_tui.message import Message, blank_reply
from chat_tui.store.recorder import FLUSH_CHARS, FLUSH_S, Recorder
from chat_tui.store.store import Store


class Trouble:
    """What a recorder told, as a queue that a test waits on."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[StoreError | None] = asyncio.Queue()

    def __call__(self, trouble: StoreError | None) -> None:
        self.told.put_nowait(trouble)


class WatchedStore(Store):
    """A store that says when an append is durable."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.appended = asyncio.Event()

    async def append(
        self, message_id: MessageId, events: Sequence[StreamEvent], *, seq: int
    ) -> int:
        following = await super().append(message_id, events, seq=seq)
        self.appended.set()
        return following


@pytest.fixture
def lock(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program, which can take the lock once the store has made the file."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


async def begun(store: Store) -> tuple[Conversation, Message]:
    conversation = Conversation()
    await store.create(conversation)
    blank = blank_reply(parent=None, provider="demo", model="m")
    await store.begin_reply(conversation.id, blank)
    return conversation, blank


def logged(path: Path) -> list[str]:
    """The rows of the log, as another program sees them."""
    with closing(sqlite3.connect(path)) as witness:
        rows = witness.execute("SELECT body FROM event ORDER BY seq").fetchall()
    return [body for (body,) in rows]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is urgent is written."""
    monkeypatch.setattr("chat_tui.store.recorder.FLUSH_S", 3600.0)


async def test_deltas_of_one_flush_become_one_row(path: Path) -> None:
    store = WatchedStore(path)
    _, blank = await begun(store)
    recorder = Recorder(store, blank)
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    for letter in "letters":
        recorder.add([TextDelta(letter)])
    await store.appended.wait()
    assert loop.time() - start_s > 0.9 * FLUSH_S
    assert logged(path) == ['{"type":"text","text":"letters"}']
    await store.close()


@pytest.mark.usefixtures("patient")
async def test_much_text_is_written_before_the_time_is_up(path: Path) -> None:
    store = WatchedStore(path)
    _, blank = await begun(store)
    recorder = Recorder(store, blank)
    recorder.add([TextDelta("x" * FLUSH_CHARS)])
    await store.appended.wait()
    assert len(logged(path)) == 1
    await store.close()


@pytest.mark.usefixtures("patient")
async def test_a_terminal_event_is_written_at_once(path: Path) -> None:
    store = WatchedStore(path)
    _, blank = await begun(store)
    recorder = Recorder(store, blank)
    recorder.add([TextDelta("x"), Finished("stop")])
    await store.appended.wait()
    assert len(logged(path)) == 2
    await store.close()


async def test_a_finished_reply_is_stored_without_its_log(path: Path, store: Store) -> None:
    conversation, blank = await begun(store)
    recorder = Recorder(store, blank)
    events: list[StreamEvent] = [TextDelta("all"), Finished("stop")]
    recorder.add(events)
    await recorder.finish(fold(events, blank))
    assert recorder.saved == 2
    assert logged(path) == []
    assert (await store.load(conversation.id))[blank.id] == fold(events, blank)


async def test_no_task_outlives_a_finished_recorder(store: Store) -> None:
    _, blank = await begun(store)
    before = asyncio.all_tasks()
    recorder = Recorder(store, blank)
    recorder.add([TextDelta("x")])
    await recorder.finish(fold([Finished("stop")], blank))
    assert asyncio.all_tasks() == before


async def test_closing_the_store_writes_what_waits(path: Path) -> None:
    store = Store(path)
    _, blank = await begun(store)
    before = asyncio.all_tasks()
    recorder = Recorder(store, blank)
    recorder.add([TextDelta("kept")])
    await store.close()
    assert recorder.saved == 1
    assert asyncio.all_tasks() == before
    assert logged(path) == ['{"type":"text","text":"kept"}']


async def test_a_locked_store_delays_events_and_loses_none(
    path: Path, lock: sqlite3.Connection
) -> None:
    store = Store(path, busy_timeout_s=0.01)
    conversation, blank = await begun(store)
    trouble = Trouble()
    recorder = Recorder(store, blank, on_trouble=trouble, retry_s=0.01)
    lock.execute("BEGIN IMMEDIATE")
    recorder.add([TextDelta("be"), TextDelta("x" * FLUSH_CHARS)])
    told = await trouble.told.get()
    assert told is not None
    assert "is locked" in told.message
    assert str(recorder.trouble) == told.message
    recorder.add([TextDelta("cause")])
    lock.execute("ROLLBACK")
    assert await trouble.told.get() is None
    assert recorder.trouble is None
    recorder.add([TextDelta("!")])
    await recorder.close()
    assert recorder.saved == 4
    reply = (await store.load(conversation.id))[blank.id]
    assert reply.text == "be" + "x" * FLUSH_CHARS + "cause!"
    await store.close()


async def test_a_reply_that_ends_in_trouble_is_stored_when_the_trouble_ends(
    path: Path, lock: sqlite3.Connection
) -> None:
    store = Store(path, busy_timeout_s=0.01)
    conversation, blank = await begun(store)
    before = asyncio.all_tasks()
    trouble = Trouble()
    recorder = Recorder(store, blank, on_trouble=trouble, retry_s=0.01)
    events: list[StreamEvent] = [TextDelta("all"), Finished("stop")]
    lock.execute("BEGIN IMMEDIATE")
    recorder.add(events)
    await recorder.finish(fold(events, blank))
    assert recorder.trouble is not None
    assert await trouble.told.get() is not None
    lock.execute("ROLLBACK")
    assert await trouble.told.get() is None
    assert recorder.saved == 2
    await store.close()
    assert asyncio.all_tasks() == before
    again = Store(path)
    assert (await again.load(conversation.id))[blank.id] == fold(events, blank)
    await again.close()


async def test_closing_makes_a_last_attempt_and_keeps_the_reason_of_its_failure(
    path: Path, lock: sqlite3.Connection
) -> None:
    store = Store(path, busy_timeout_s=0.01)
    _, blank = await begun(store)
    before = asyncio.all_tasks()
    recorder = Recorder(store, blank)
    recorder.add([TextDelta("x")])
    lock.execute("BEGIN IMMEDIATE")
    await store.close()
    lock.execute("ROLLBACK")
    assert recorder.trouble is not None
    assert recorder.saved == 0
    assert asyncio.all_tasks() == before


async def test_a_conversation_deleted_under_way_ends_the_recording_quietly(store: Store) -> None:
    conversation, blank = await begun(store)
    trouble = Trouble()
    recorder = Recorder(store, blank, on_trouble=trouble)
    await store.delete(conversation.id)
    recorder.add([TextDelta("x")])
    await recorder.finish(fold([Finished("stop")], blank))
    recorder.add([TextDelta("y")])
    await recorder.close()
    assert trouble.told.empty()
    assert await store.list() == []
