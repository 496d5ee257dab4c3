"""A conversation that somebody else deletes while it is open here."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.session.reply import Contender
from chat_tui.session.session import Session
from chat_tui.simulator.script import Gate, Hold, Script, say
from chat_tui.simulator.server import Simulator
from chat_tui.store.keeping import Lost
from chat_tui.store.store import Store
from tests.app.desk import held, reply


class HeardStore(Store):
    """A store that keeps what it tells its user, and says when it has written something."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, tell=lambda line: self.told.append(line))
        self.told: list[str] = []
        self.logged = asyncio.Event()
        self.kept = asyncio.Event()

    async def append(
        self, message_id: MessageId, events: Sequence[StreamEvent], *, seq: int
    ) -> int:
        following = await super().append(message_id, events, seq=seq)
        self.logged.set()
        return following

    async def keep(
        self,
        conversation: Conversation,
        known: Collection[MessageId],
        *,
        anew: MessageId | None = None,
    ) -> Lost:
        lost = await super().keep(conversation, known, anew=anew)
        self.kept.set()
        return lost


@pytest.fixture
async def here(path: Path) -> AsyncGenerator[HeardStore, None]:
    store = HeardStore(path)
    yield store
    await store.close()


@pytest.fixture
def troubles() -> list[StoreError | None]:
    return []


@pytest.fixture
async def talk(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    troubles: list[StoreError | None],
) -> Session:
    """One with two branches, of which the first one is shown."""
    simulator.enqueue(reply("one"), reply("two"))
    session = Session(Conversation(system_prompt="be brief"), here, on_trouble=troubles.append)
    first = await session.send("hi", provider)
    await session.wait()
    assert session.last_turn is not None
    await session.answer(session.last_turn, provider)
    await session.wait()
    await session.show(first.id)
    return session


async def is_whole(store: Store, session: Session) -> bool:
    here, there = session.conversation, await store.load(session.conversation.id)
    return (list(there), there.leaf, there.system_prompt) == (
        list(here),
        here.leaf,
        here.system_prompt,
    )


async def test_what_is_said_after_it_was_deleted_brings_it_back_whole(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
    troubles: list[StoreError | None],
) -> None:
    await elsewhere.delete(talk.conversation.id)
    simulator.enqueue(reply("still here"))
    await talk.send("and you?", provider)
    await talk.wait()
    assert len(talk.conversation) == 5
    assert await is_whole(elsewhere, talk)
    assert here.told == [
        "'hi' was deleted elsewhere; it is open here, and has been kept as it is here"
    ]
    assert troubles == []
    await talk.aclose()
    assert len(here.told) == 1


async def test_a_reply_that_is_asked_for_again_brings_it_back_whole(
    simulator: Simulator,
    provider: ChatProvider,
    elsewhere: Store,
    talk: Session,
    troubles: list[StoreError | None],
) -> None:
    await elsewhere.delete(talk.conversation.id)
    simulator.enqueue(reply("three"))
    assert talk.last_turn is not None
    await talk.answer(talk.last_turn, provider)
    await talk.wait()
    assert len(talk.conversation) == 4
    assert await is_whole(elsewhere, talk)
    assert troubles == []


async def test_a_reply_under_way_is_kept_with_what_was_said_before_it(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
    troubles: list[StoreError | None],
) -> None:
    gate, script = held("so far", " and on")
    simulator.enqueue(script)
    running = await talk.send("go on", provider)
    await here.logged.wait()
    await elsewhere.delete(talk.conversation.id)
    gate.open()
    await talk.wait()
    assert talk.conversation[running.id].text == "so far and on"
    assert await is_whole(elsewhere, talk)
    assert len(here.told) == 1
    assert troubles == []


async def test_what_is_logged_after_a_deletion_begins_with_what_came_before_it(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
) -> None:
    first, second, end = Gate(), Gate(), Gate()
    simulator.enqueue(
        Script((*say("a"), Hold(first), *say("b"), Hold(second), *say("c"), Hold(end)))
    )
    running = await talk.send("go on", provider)
    await here.logged.wait()
    await elsewhere.delete(talk.conversation.id)
    first.open()
    await here.kept.wait()
    here.logged.clear()
    second.open()
    await here.logged.wait()
    assert (await elsewhere.load(talk.conversation.id))[running.id].text == "abc"
    await talk.aclose()
    assert await is_whole(elsewhere, talk)


async def test_replies_that_are_compared_are_all_kept(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
) -> None:
    (one, first), (other, second) = held("left", " one"), held("right", " one")
    simulator.enqueue(first, second)
    talk.compare(talk.say("both"), [Contender(provider), Contender(provider)])
    await one.reached.wait()
    await other.reached.wait()
    await here.logged.wait()
    await elsewhere.delete(talk.conversation.id)
    one.open()
    other.open()
    await talk.wait()
    assert {reply.folder.message().text for reply in talk.replies} == {"left one", "right one"}
    assert await is_whole(elsewhere, talk)
    assert len(here.told) == 1


async def test_a_talk_in_which_nothing_more_is_said_is_kept_on_leaving(
    here: HeardStore, elsewhere: Store, talk: Session
) -> None:
    await elsewhere.delete(talk.conversation.id)
    await talk.aclose()
    assert await is_whole(elsewhere, talk)
    assert len(here.told) == 1


async def test_looking_after_what_is_there_changes_nothing(
    path: Path, here: HeardStore, elsewhere: Store, talk: Session
) -> None:
    generation = await elsewhere.generation()
    await talk.look_after()
    assert await elsewhere.generation() == generation
    assert here.told == []


async def test_what_somebody_else_has_open_is_theirs_to_keep(
    elsewhere: Store, talk: Session
) -> None:
    await elsewhere.delete(talk.conversation.id)
    talk.elsewhere = "another chat-tui"
    await talk.aclose()
    assert await elsewhere.list() == []


async def test_what_was_lost_of_a_talk_is_written_again(
    path: Path, here: HeardStore, elsewhere: Store, talk: Session
) -> None:
    lost = talk.conversation.leaf
    with closing(sqlite3.connect(path, isolation_level=None)) as older:
        older.execute("PRAGMA foreign_keys = ON")
        older.execute("DELETE FROM message WHERE id = ?", (lost,))
    await talk.look_after()
    there = await elsewhere.load(talk.conversation.id)
    assert {message.id: message for message in there} == {
        message.id: message for message in talk.conversation
    }
    assert there.leaf == lost
    assert here.told == [
        "a part of 'hi' was lost elsewhere; it is open here, and was written again"
    ]


async def test_a_talk_in_the_bin_is_back_when_something_is_said_in_it(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
) -> None:
    await elsewhere.put_into_bin(talk.conversation.id)
    simulator.enqueue(reply("still here"))
    await talk.send("and you?", provider)
    await talk.wait()
    assert [one.id for one in await elsewhere.list()] == [talk.conversation.id]
    assert here.told == ["'hi' had been deleted; it is back, as the talk in it goes on"]


async def test_a_talk_in_the_bin_is_back_when_a_reply_is_asked_for_again(
    simulator: Simulator, provider: ChatProvider, elsewhere: Store, talk: Session
) -> None:
    await elsewhere.put_into_bin(talk.conversation.id)
    simulator.enqueue(reply("three"))
    assert talk.last_turn is not None
    await talk.answer(talk.last_turn, provider)
    await talk.wait()
    assert [one.id for one in await elsewhere.list()] == [talk.conversation.id]


async def test_a_reply_under_way_goes_into_the_bin_with_its_talk(
    simulator: Simulator,
    provider: ChatProvider,
    here: HeardStore,
    elsewhere: Store,
    talk: Session,
) -> None:
    gate, script = held("so far", " and on")
    simulator.enqueue(script)
    await talk.send("go on", provider)
    await here.logged.wait()
    await elsewhere.put_into_bin(talk.conversation.id)
    gate.open()
    await talk.wait()
    await talk.aclose()
    assert await elsewhere.list() == []
    await elsewhere.restore(talk.conversation.id)
    assert await is_whole(elsewhere, talk)
    assert here.told == []
