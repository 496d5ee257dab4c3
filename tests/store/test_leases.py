"""Who has which conversation open."""

import sqlite3
from contextlib import closing
from pathlib import Path

from chat_tui.conversation import Conversation
from chat_tui.events import TextDelta
from chat_tui.ids import ConversationId
from chat_tui.message import blank_reply
from chat_tui.store.leases import STALE_S
from chat_tui.store.rows import now_us
from chat_tui.store.store import Store
from tests.store.test_kill import kill_after, writer


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


async def test_the_second_one_is_told_who_has_it(path: Path, store: Store) -> None:
    one, other = Conversation(), Conversation()
    second = Store(path)
    assert await store.hold([one.id]) == {}
    assert await store.hold([one.id]) == {}
    others = await second.hold([one.id, other.id])
    assert list(others) == [one.id]
    assert others[one.id].here
    assert list(await store.hold([one.id, other.id])) == [other.id]
    await second.close()


async def test_looking_who_has_something_takes_nothing(path: Path, store: Store) -> None:
    one = Conversation()
    second = Store(path)
    assert await second.holders([one.id]) == {}
    assert await store.hold([one.id]) == {}
    assert await store.holders([one.id]) == {}
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("BEGIN IMMEDIATE")
        assert list(await second.holders([one.id])) == [one.id]
    await second.close()


async def test_what_is_not_named_any_more_is_given_back(path: Path, store: Store) -> None:
    one = Conversation()
    second = Store(path)
    await store.hold([one.id])
    await store.hold([])
    assert await second.hold([one.id]) == {}
    await second.close()


async def test_whoever_closes_gives_everything_back(path: Path) -> None:
    one = Conversation()
    first, second = Store(path), Store(path)
    await first.hold([one.id])
    await first.close()
    assert await second.hold([one.id]) == {}
    await second.close()


async def test_the_dead_hold_nothing(path: Path, store: Store) -> None:
    with writer(path, "--hold") as (process, output):
        conversation = output.readline().decode().split()[0]
        held = await store.hold([ConversationId(conversation)])
        assert [one.pid for one in held.values()] == [process.pid]
        process.kill()
        process.wait()
    assert await store.hold(held) == {}


async def test_a_lease_of_another_machine_lasts_as_long_as_it_is_renewed(
    path: Path, store: Store
) -> None:
    one = Conversation()
    second = Store(path)
    await second.hold([one.id])
    change(path, "UPDATE lease SET boot = 'elsewhere', pid = 1")
    (holder,) = (await store.hold([one.id])).values()
    assert not holder.here
    change(path, "UPDATE lease SET heartbeat_us = ?", now_us() - int((STALE_S + 1) * 1e6))
    assert await store.hold([one.id]) == {}
    await second.close()


async def test_a_reply_of_another_machine_is_left_alone_as_long_as_its_lease_is_renewed(
    path: Path, store: Store
) -> None:
    _, reply_id, _ = kill_after(path, 150, "--hold")
    change(path, "UPDATE lease SET boot = 'elsewhere', heartbeat_us = ?", now_us())
    assert await store.recover() == []
    change(path, "UPDATE lease SET heartbeat_us = 0")
    assert list(await store.recover()) == [reply_id]


async def test_the_log_of_somebody_elses_reply_is_read_as_it_grows(
    path: Path, store: Store
) -> None:
    conversation = Conversation()
    second = Store(path)
    await store.create(conversation)
    blank = blank_reply(parent=None, provider="demo", model="m")
    await store.begin_reply(conversation.id, blank)
    before = await second.generation()
    seq = await store.append(blank.id, [TextDelta("a")], seq=0)
    assert await second.generation() != before
    events, at, streams = await second.news_of(blank.id, 0)
    assert (list(events), at, streams) == ([TextDelta("a")], seq, True)
    await store.append(blank.id, [TextDelta("b")], seq=seq)
    assert list((await second.news_of(blank.id, at))[0]) == [TextDelta("b")]
    await second.close()
