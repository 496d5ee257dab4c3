"""A conversation being talked in: what is sent, what is kept, and what trouble does not stop."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from contextlib import aclosing, closing, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import Finished, StreamError, StreamEvent, TextDelta
from chat_tui.ids import MessageId
from chat_tui.message import user_message
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.session.refusals import ReplyRunning
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session
from chat_tui.simulator.dialect import Prompt
from chat_tui.simulator.script import Done, Drop, Fail, Finish, Gate, Hold, Script, say
from chat_tui.simulator.server import Simulator
from chat_tui.store.keeping import Lost
from chat_tui.store.store import Store
from tests.builders import MODEL, NO_RETRY, chat_provider, loop_turn, read_all, text_of, text_seen


@pytest.fixture
async def hasty_store(path: Path) -> AsyncGenerator[Store, None]:
    """A store that does not wait for a lock, on a file that is there."""
    store = Store(path, busy_timeout_s=0)
    await store.latest()
    yield store
    await store.close()


@pytest.fixture
def witness(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that reads, or locks, the file once the store has made it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@contextmanager
def locked(witness: sqlite3.Connection) -> Iterator[None]:
    """Let nobody else write."""
    witness.execute("BEGIN IMMEDIATE")
    yield
    witness.execute("ROLLBACK")


async def is_stored(store: Store, session: Session) -> bool:
    """Whether all that was said is in the store."""
    return list(await store.load(session.conversation.id)) == list(session.conversation)


async def answer_again(session: Session, provider: ChatProvider) -> Reply:
    assert session.last_turn is not None
    return await session.answer(session.last_turn, provider)


class Trouble:
    """What a session told of its store."""

    def __init__(self) -> None:
        self.told: list[StoreError | None] = []

    def __call__(self, trouble: StoreError | None) -> None:
        self.told.append(trouble)

    @property
    def words(self) -> list[str]:
        return ["well" if trouble is None else "trouble" for trouble in self.told]

    @property
    def passed(self) -> bool:
        return self.words == ["trouble", "well"]


class SlowToClose:
    """A provider whose stream, after its end, cleans up until it is cancelled."""

    name = "slow"
    base_url = ""
    model = "m"
    parameters: ClassVar[Mapping[str, object]] = {}
    capabilities = Capabilities()

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        del request
        try:
            yield TextDelta("Hello")
            yield Finished("stop")
        finally:
            try:
                await asyncio.Event().wait()
            finally:
                self.closed.set()

    async def models(self) -> list[ModelInfo]:
        return []

    async def check(self) -> str:
        return "always there"

    async def aclose(self) -> None:
        pass


def answer(text: str) -> Script:
    return Script((*say(text), Finish(), Done()))


def held(text: str, gate: Gate, then: str = "") -> Script:
    return Script((*say(text), Hold(gate), *say(then), Finish(), Done()))


def shown(conversation: Conversation) -> list[tuple[str, str, str]]:
    return [(message.role, message.status, message.text) for message in conversation.path()]


def sent(simulator: Simulator) -> list[tuple[str, str]]:
    """The messages of the last request."""
    return [(each["role"], each["content"]) for each in simulator.calls[-1].json["messages"]]


async def held_reply(session: Session, provider: ChatProvider, simulator: Simulator) -> Reply:
    """Start a reply that has said "Hel" and waits."""
    simulator.enqueue(held("Hel", Gate()))
    reply = await session.send("hi", provider)
    await text_seen(reply.worker)
    await loop_turn()  # the session reads the same batch
    return reply


async def test_a_turn_and_its_reply_are_kept_in_memory_and_in_the_store(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(answer("Hello"))
    session = Session(Conversation(), store)
    reply = await session.send("hi", provider)
    assert isinstance(await session.wait(), Finished)
    kept = [("user", "complete", "hi"), ("assistant", "complete", "Hello")]
    assert shown(session.conversation) == kept
    assert shown(await store.load(session.conversation.id)) == kept
    assert text_of(await read_all(reply.worker)) == "Hello"


async def test_the_stored_conversation_equals_the_one_in_memory(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(answer("one"), answer("two"), answer("three"))
    session = Session(Conversation(system_prompt="be brief"), store)
    await session.send("a", provider)
    await session.wait()
    await answer_again(session, provider)
    await session.wait()
    await session.send("b", provider)
    await session.wait()
    stored = await store.load(session.conversation.id)
    assert list(stored) == list(session.conversation)
    assert stored.leaf == session.conversation.leaf
    assert stored.system_prompt == "be brief"


async def test_the_turn_is_on_disk_before_the_request_leaves(path: Path, store: Store) -> None:
    found: list[tuple[str, str | None]] = []

    def look(prompt: Prompt) -> Script:
        with closing(sqlite3.connect(path)) as connection:
            found.extend(
                connection.execute(
                    "SELECT m.role, p.text FROM message AS m"
                    " LEFT JOIN part AS p ON p.message_id = m.id ORDER BY m.seq"
                )
            )
        return answer("Hello")

    async with Simulator(responder=look) as simulator, chat_provider(simulator) as provider:
        session = Session(Conversation(), store)
        await session.send("hi", provider)
        await session.wait()
    assert found == [("user", "hi"), ("assistant", None)]


async def test_the_history_is_sent_in_order_behind_the_system_prompt(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(answer("Hello"), answer("Fine"), answer("Bye"))
    session = Session(Conversation(system_prompt="be brief"), None)
    for text in ("hi", "how are you", "bye"):
        await session.send(text, provider)
        await session.wait()
    assert sent(simulator) == [
        ("system", "be brief"),
        ("user", "hi"),
        ("assistant", "Hello"),
        ("user", "how are you"),
        ("assistant", "Fine"),
        ("user", "bye"),
    ]


async def test_a_turn_sent_at_the_very_end_of_a_reply_carries_its_text(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(answer("Hello"), answer("Fine"))
    session = Session(Conversation(), store)
    reply = await session.send("hi", provider)
    await read_all(reply.worker)
    await session.send("and you", provider)
    await session.wait()
    assert sent(simulator) == [("user", "hi"), ("assistant", "Hello"), ("user", "and you")]
    assert list(await store.load(session.conversation.id)) == list(session.conversation)


async def test_model_and_parameters_pass_through(simulator: Simulator) -> None:
    async with chat_provider(simulator, parameters={"temperature": 1, "seed": 7}) as provider:
        simulator.enqueue(answer("Hello"))
        session = Session(Conversation(), None)
        reply = await session.send(
            "hi", provider, model="other-model", parameters={"temperature": 0.5}
        )
        await session.wait()
    body = simulator.calls[-1].json
    assert (body["model"], body["temperature"], body["seed"]) == ("other-model", 0.5, 7)
    assert reply.blank.model == "other-model"


async def test_without_a_model_the_providers_own_is_asked(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(answer("Hello"))
    session = Session(Conversation(), None)
    reply = await session.send("hi", provider)
    await session.wait()
    assert simulator.calls[-1].json["model"] == MODEL
    assert (reply.blank.provider, reply.blank.model) == ("sim", MODEL)


async def test_a_second_answer_to_a_turn_adds_a_sibling_and_shows_it(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(answer("one"), answer("two"))
    session = Session(Conversation(), None)
    first = await session.send("hi", provider)
    await session.wait()
    second = await answer_again(session, provider)
    await session.wait()
    assert session.conversation.siblings(first.id) == (first.id, second.id)
    assert shown(session.conversation)[-1] == ("assistant", "complete", "two")
    assert session.conversation[first.id].text == "one"
    assert sent(simulator) == [("user", "hi")]


async def test_before_the_first_turn_there_is_nothing_to_answer() -> None:
    assert Session(Conversation(), None).last_turn is None


async def test_the_last_turn_is_answered_that_never_had_a_reply(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(answer("Hello"))
    session = Session(Conversation(), None)
    session.say("hi")
    await answer_again(session, provider)
    await session.wait()
    assert [text for _, _, text in shown(session.conversation)] == ["hi", "Hello"]


async def test_while_a_reply_runs_nothing_else_can_be_asked(
    simulator: Simulator, provider: ChatProvider
) -> None:
    session = Session(Conversation(), None)
    reply = await held_reply(session, provider, simulator)
    turn = session.conversation.path()[0]
    assert session.running
    with pytest.raises(ReplyRunning, match="still running"):
        session.say("more")
    with pytest.raises(ReplyRunning):
        await session.send("more", provider)
    with pytest.raises(ReplyRunning):
        await session.answer(turn, provider)
    with pytest.raises(ReplyRunning):
        await answer_again(session, provider)
    assert session.reply is reply
    assert len(session.conversation) == 2
    await session.aclose()
    assert not session.running


async def test_two_answers_asked_for_at_once_become_one(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(answer("Hello"))
    session = Session(Conversation(), store)
    first, second = await asyncio.gather(
        session.send("a", provider), session.send("b", provider), return_exceptions=True
    )
    assert isinstance(first, Reply)
    assert isinstance(second, ReplyRunning)
    await session.wait()
    assert [text for _, _, text in shown(session.conversation)] == ["a", "Hello"]


async def test_cancel_keeps_the_text_in_the_conversation_and_the_store(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    session = Session(Conversation(), store)
    reply = await held_reply(session, provider, simulator)
    session.cancel()
    await simulator.hangup_seen()
    end = await session.wait()
    assert isinstance(end, Finished)
    assert end.reason == "cancelled"
    assert shown(session.conversation)[-1] == ("assistant", "cancelled", "Hel")
    stored = await store.load(session.conversation.id)
    assert stored[reply.id] == session.conversation[reply.id]


async def test_cancel_while_the_turn_is_being_saved_sends_nothing(
    simulator: Simulator, provider: ChatProvider, store: Store, witness: sqlite3.Connection
) -> None:
    await store.latest()
    session = Session(Conversation(), store)
    witness.execute("BEGIN IMMEDIATE")
    sending = asyncio.create_task(session.send("hi", provider))
    await loop_turn()
    session.cancel()
    witness.execute("ROLLBACK")
    reply = await sending
    await session.wait()
    assert simulator.calls == []
    assert shown(session.conversation)[-1] == ("assistant", "cancelled", "")
    assert (await store.load(session.conversation.id))[reply.id].status == "cancelled"


async def test_whoever_asked_may_leave_while_the_turn_is_being_saved(
    simulator: Simulator, provider: ChatProvider, store: Store, witness: sqlite3.Connection
) -> None:
    await store.latest()
    simulator.enqueue(answer("Hello"), answer("Fine"))
    session = Session(Conversation(), store)
    witness.execute("BEGIN IMMEDIATE")
    sending = asyncio.create_task(session.send("hi", provider))
    await loop_turn()
    sending.cancel()
    await asyncio.wait({sending})
    assert sending.cancelled()
    assert session.running
    witness.execute("ROLLBACK")
    await session.wait()
    await session.send("and you", provider)
    await session.wait()
    texts = ["hi", "Hello", "and you", "Fine"]
    assert [text for _, _, text in shown(session.conversation)] == texts
    assert list(await store.load(session.conversation.id)) == list(session.conversation)


async def test_without_a_reply_there_is_nothing_to_wait_for_or_to_stop() -> None:
    session = Session(Conversation(), None)
    session.cancel()
    assert await session.wait() is None
    assert not session.running
    await session.aclose()


async def test_a_wait_that_is_cancelled_stops_nothing(
    simulator: Simulator, provider: ChatProvider
) -> None:
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"))
    session = Session(Conversation(), None)
    await session.send("hi", provider)
    waiting = asyncio.create_task(session.wait())
    await gate.reached.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    gate.open()
    await session.wait()
    assert shown(session.conversation)[-1] == ("assistant", "complete", "Hello")


async def test_an_error_before_content_is_kept_as_the_outcome(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(Script(status=401, content_type="text/plain", body=b"no"))
    session = Session(Conversation(), store)
    reply = await session.send("hi", provider)
    end = await session.wait()
    assert isinstance(end, StreamError)
    assert end.kind == "auth"
    assert (await store.load(session.conversation.id))[reply.id].outcome == end


async def test_text_before_an_error_is_kept(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    simulator.enqueue(Script((*say("Hel"), Fail("overloaded"))))
    session = Session(Conversation(), store)
    await session.send("hi", provider)
    await session.wait()
    assert shown(await store.load(session.conversation.id))[-1] == ("assistant", "error", "Hel")


async def test_a_session_that_may_not_retry_asks_once(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script((Drop(),)), answer("Hello"))
    session = Session(Conversation(), None, retry=NO_RETRY)
    await session.send("hi", provider)
    assert isinstance(await session.wait(), StreamError)
    assert len(simulator.calls) == 1


async def test_a_snapshot_has_the_text_of_a_running_reply(
    simulator: Simulator, provider: ChatProvider
) -> None:
    session = Session(Conversation(title="Greeting", system_prompt="be brief"), None)
    await held_reply(session, provider, simulator)
    snapshot = session.snapshot()
    assert shown(snapshot) == [("user", "complete", "hi"), ("assistant", "streaming", "Hel")]
    assert (snapshot.id, snapshot.title) == (session.conversation.id, "Greeting")
    assert snapshot.system_prompt == "be brief"
    await session.aclose()


async def test_a_snapshot_does_not_follow_the_talk(
    simulator: Simulator, provider: ChatProvider
) -> None:
    session = Session(Conversation(), None)
    await held_reply(session, provider, simulator)
    snapshot = session.snapshot()
    await session.aclose()
    assert shown(snapshot)[-1] == ("assistant", "streaming", "Hel")
    assert shown(session.snapshot())[-1] == ("assistant", "cancelled", "Hel")


async def test_a_snapshot_shows_the_path_that_is_shown(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(answer("one"), answer("two"))
    session = Session(Conversation(), None)
    first = await session.send("hi", provider)
    await session.wait()
    await answer_again(session, provider)
    await session.wait()
    session.conversation.show(first.id)
    assert shown(session.snapshot()) == shown(session.conversation)
    assert len(session.snapshot()) == 3


async def test_closing_saves_a_running_reply(
    simulator: Simulator, provider: ChatProvider, path: Path
) -> None:
    store = Store(path)
    session = Session(Conversation(), store)
    await held_reply(session, provider, simulator)
    await session.aclose()
    await simulator.hangup_seen()
    await store.close()
    reopened = Store(path)
    kept = shown(await reopened.load(session.conversation.id))
    await reopened.close()
    assert kept == [("user", "complete", "hi"), ("assistant", "cancelled", "Hel")]


async def test_closing_while_the_turn_is_being_saved_waits_for_it(
    simulator: Simulator, provider: ChatProvider, store: Store, witness: sqlite3.Connection
) -> None:
    await store.latest()
    session = Session(Conversation(), store)
    witness.execute("BEGIN IMMEDIATE")
    sending = asyncio.create_task(session.send("hi", provider))
    await loop_turn()
    closing_session = asyncio.create_task(session.aclose())
    await loop_turn()
    assert not closing_session.done()
    witness.execute("ROLLBACK")
    await closing_session
    await sending
    assert simulator.calls == []
    assert [text for _, _, text in shown(await store.load(session.conversation.id))] == ["hi", ""]


async def test_closing_saves_a_turn_that_nobody_answered(store: Store) -> None:
    session = Session(Conversation(), store)
    session.say("hi")
    await session.aclose()
    assert shown(await store.load(session.conversation.id)) == [("user", "complete", "hi")]


async def test_closing_a_session_that_said_nothing_stores_nothing(store: Store) -> None:
    session = Session(Conversation(), store)
    await session.aclose()
    assert await store.list() == []


async def test_closing_leaves_no_task_behind(
    simulator: Simulator, provider: ChatProvider, store: Store
) -> None:
    session = Session(Conversation(), store)
    reply = await held_reply(session, provider, simulator)
    await session.aclose()
    assert not [task for task in asyncio.all_tasks() if reply.id in task.get_name()]


async def test_closing_waits_for_a_stream_that_is_still_cleaning_up() -> None:
    provider = SlowToClose()
    session = Session(Conversation(), None)
    await session.send("hi", provider)
    assert isinstance(await session.wait(), Finished)
    assert not provider.closed.is_set()
    await session.aclose()
    assert provider.closed.is_set()
    assert shown(session.conversation)[-1] == ("assistant", "complete", "Hello")


async def test_a_stored_conversation_is_resumed_and_goes_on(
    simulator: Simulator, provider: ChatProvider, path: Path
) -> None:
    simulator.enqueue(answer("Hello"), answer("Fine"))
    before = Store(path)
    first = Session(Conversation(system_prompt="be brief"), before)
    await first.send("hi", provider)
    await first.wait()
    await first.aclose()
    await before.close()

    store = Store(path)
    session = Session(await store.load(first.conversation.id), store)
    await session.send("and you", provider)
    await session.wait()
    stored = await store.load(first.conversation.id)
    await store.close()
    assert sent(simulator) == [
        ("system", "be brief"),
        ("user", "hi"),
        ("assistant", "Hello"),
        ("user", "and you"),
    ]
    assert [text for _, _, text in shown(stored)] == ["hi", "Hello", "and you", "Fine"]


async def test_a_turn_of_another_conversation_is_refused(
    simulator: Simulator, provider: ChatProvider
) -> None:
    session = Session(Conversation(), None)
    with pytest.raises(ValueError, match="not in the conversation"):
        await session.answer(user_message("hi", parent=None), provider)
    assert not session.running
    assert simulator.calls == []


async def test_a_store_that_cannot_be_opened_does_not_stop_the_talk(
    simulator: Simulator, provider: ChatProvider, tmp_path: Path
) -> None:
    simulator.enqueue(answer("Hello"), answer("Fine"))
    trouble = Trouble()
    store = Store(tmp_path)
    session = Session(Conversation(), store, on_trouble=trouble)
    for text in ("hi", "and you"):
        await session.send(text, provider)
        await session.wait()
    await session.aclose()
    await store.close()
    texts = ["hi", "Hello", "and you", "Fine"]
    assert [text for _, _, text in shown(session.conversation)] == texts
    assert trouble.words == ["trouble"]
    assert "is a folder" in str(trouble.told[0])


async def test_trouble_that_nobody_listens_to_does_not_stop_the_talk(
    simulator: Simulator, provider: ChatProvider, tmp_path: Path
) -> None:
    simulator.enqueue(answer("Hello"))
    store = Store(tmp_path)
    session = Session(Conversation(), store)
    await session.send("hi", provider)
    await session.wait()
    await store.close()
    assert shown(session.conversation)[-1] == ("assistant", "complete", "Hello")


async def test_a_folder_in_place_of_the_database_does_not_stop_the_talk(
    simulator: Simulator, provider: ChatProvider, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    simulator.enqueue(answer("Hello"))
    trouble = Trouble()
    session = Session(Conversation(), store, on_trouble=trouble)
    await session.send("hi", provider)
    await session.wait()
    assert [text for _, _, text in shown(session.conversation)] == ["hi", "Hello"]
    assert trouble.words == ["trouble"]
    assert "is a folder" in str(trouble.told[0])
    await store.close()


async def test_a_request_does_not_wait_for_a_database_that_is_locked(
    simulator: Simulator, provider: ChatProvider, store: Store, witness: sqlite3.Connection
) -> None:
    await store.latest()
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"))
    trouble = Trouble()
    session = Session(Conversation(), store, on_trouble=trouble)
    with locked(witness):
        reply = await session.send("hi", provider)
        await text_seen(reply.worker)
        assert await store.list() == []
    gate.open()
    await session.wait()
    assert await is_stored(store, session)
    assert trouble.told == []


async def test_the_next_request_has_the_reply_before_though_nothing_is_saved_yet(
    simulator: Simulator, provider: ChatProvider, store: Store, witness: sqlite3.Connection
) -> None:
    await store.latest()
    simulator.enqueue(answer("Hello"), answer("Fine"))
    session = Session(Conversation(), store)
    with locked(witness):
        first = await session.send("hi", provider)
        await read_all(first.worker)
        second = await session.send("and you", provider)
        await read_all(second.worker)
        assert sent(simulator) == [("user", "hi"), ("assistant", "Hello"), ("user", "and you")]
        assert await store.list() == []
    await session.aclose()
    assert await is_stored(store, session)


async def test_what_could_not_be_saved_is_saved_when_the_reply_ends(
    simulator: Simulator, provider: ChatProvider, hasty_store: Store, witness: sqlite3.Connection
) -> None:
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"))
    trouble = Trouble()
    session = Session(Conversation(), hasty_store, on_trouble=trouble)
    with locked(witness):
        await session.send("hi", provider)
        assert trouble.words == ["trouble"]
    gate.open()
    await session.wait()
    assert trouble.passed
    assert await is_stored(hasty_store, session)


async def test_what_could_not_be_saved_is_saved_with_the_next_turn(
    simulator: Simulator,
    provider: ChatProvider,
    hasty_store: Store,
    witness: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat_tui.session.saving.RETRY_S", 600.0)
    simulator.enqueue(answer("Hello"), answer("Fine"))
    trouble = Trouble()
    session = Session(Conversation(), hasty_store, on_trouble=trouble)
    with locked(witness):
        await session.send("hi", provider)
        await session.wait()
    await session.send("and you", provider)
    await session.wait()
    assert trouble.passed
    assert await is_stored(hasty_store, session)


async def test_two_savings_never_cross(
    simulator: Simulator, provider: ChatProvider, hasty_store: Store, witness: sqlite3.Connection
) -> None:
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"), answer("Fine"))
    trouble = Trouble()
    session = Session(Conversation(), hasty_store, on_trouble=trouble)
    with locked(witness):
        first = await session.send("hi", provider)
    gate.open()
    await read_all(first.worker)  # what could not be saved is being saved from now on
    await session.send("and you", provider)
    await session.wait()
    assert trouble.passed
    assert await is_stored(hasty_store, session)


async def test_what_could_not_be_saved_is_saved_on_closing(
    simulator: Simulator, provider: ChatProvider, hasty_store: Store, witness: sqlite3.Connection
) -> None:
    simulator.enqueue(answer("Hello"))
    session = Session(Conversation(), hasty_store)
    with locked(witness):
        await session.send("hi", provider)
        await session.wait()
    await session.aclose()
    assert await is_stored(hasty_store, session)


class LateStore(Store):
    """A store that is in trouble at first, and then takes its time to say that it is not."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.created = asyncio.Event()
        self.may_say_so = asyncio.Event()

    async def create(self, *conversations: Conversation) -> None:
        raise StoreError("not yet")

    async def keep(
        self,
        conversation: Conversation,
        known: Collection[MessageId],
        *,
        anew: MessageId | None = None,
    ) -> Lost:
        lost = await super().keep(conversation, known, anew=anew)
        self.created.set()
        await self.may_say_so.wait()
        return lost


async def test_closing_in_the_middle_of_another_try_loses_nothing(
    simulator: Simulator, provider: ChatProvider, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat_tui.session.saving.RETRY_S", 0.0)
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"))
    store = LateStore(path)
    session = Session(Conversation(), store)
    await session.send("hi", provider)
    await store.created.wait()
    gate.open()
    closing = asyncio.create_task(session.aclose())
    await loop_turn()
    store.may_say_so.set()
    await closing
    stored = await store.load(session.conversation.id)
    await store.close()
    assert list(stored) == list(session.conversation)


async def test_a_turn_said_before_the_reply_above_it_was_saved_is_saved_after_it(
    simulator: Simulator, provider: ChatProvider, hasty_store: Store, witness: sqlite3.Connection
) -> None:
    simulator.enqueue(answer("Hello"), answer("Fine"))
    session = Session(Conversation(), hasty_store)
    witness.execute("BEGIN IMMEDIATE")
    reply = await session.send("hi", provider)
    async with aclosing(reply.worker.subscribe()) as batches:
        while session.running:
            await anext(batches)
    turn = session.say("and you")
    witness.execute("ROLLBACK")
    await session.answer(turn, provider)
    await session.wait()
    assert await is_stored(hasty_store, session)
    assert sent(simulator) == [("user", "hi"), ("assistant", "Hello"), ("user", "and you")]


async def test_trouble_while_a_reply_streams_loses_nothing(
    simulator: Simulator,
    provider: ChatProvider,
    path: Path,
    witness: sqlite3.Connection,
) -> None:
    gate = Gate()
    simulator.enqueue(held("Hel", gate, "lo"))
    trouble = Trouble()
    store = Store(path, busy_timeout_s=0)
    session = Session(Conversation(), store, on_trouble=trouble)
    await session.send("hi", provider)
    witness.execute("BEGIN IMMEDIATE")
    gate.open()
    await session.wait()
    assert shown(session.conversation)[-1] == ("assistant", "complete", "Hello")
    assert trouble.words == ["trouble"]
    witness.execute("ROLLBACK")
    await session.aclose()
    await store.close()
    assert trouble.words == ["trouble", "well"]
    reopened = Store(path)
    stored = await reopened.load(session.conversation.id)
    await reopened.close()
    assert list(stored) == list(session.conversation)


async def test_what_came_is_kept_when_the_store_closes_under_a_reply(
    simulator: Simulator, provider: ChatProvider, path: Path
) -> None:
    text = "x" * 5000
    gate = Gate()
    simulator.enqueue(Script((*say(text, delta_chars=5000), Hold(gate), Finish())))
    store = Store(path)
    session = Session(Conversation(), store)
    reply = await session.send("hi", provider)
    await text_seen(reply.worker)
    await loop_turn()
    await store.close()  # writes what waits
    reader = Store(path)
    kept = (await reader.load(session.conversation.id))[reply.id]
    await reader.close()
    assert kept.text == text
    gate.open()
    await session.aclose()
