"""An index for what was there before it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.many import as_before_the_index
from chat_tui.conversation import Conversation
from chat_tui.events import Step
from chat_tui.message import TextPart, user_message
from chat_tui.store import search_index
from chat_tui.store.store import Store
from tests.store.test_search import answered, index_of, talk


async def before_the_index(path: Path, *conversations: Conversation) -> None:
    """A database as the version before the index left it."""
    store = Store(path)
    await store.create(*conversations)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE part SET text = NULL WHERE kind <> 'text'")
        connection.commit()
    as_before_the_index(path)


async def test_a_database_without_an_index_opens_at_once_and_is_indexed_later(path: Path) -> None:
    old = answered(Step("s", "Search documents", "done"), TextPart("an old answer"))
    await before_the_index(path, old)
    store = Store(path)
    assert len(await store.list()) == 1
    assert not await store.searches_all()
    await store.tidy()
    assert await store.searches_all()
    assert [hit.message for hit in await store.search("documents")] == [old.leaf]
    assert [hit.message for hit in await store.search("old answer")] == [old.leaf]
    assert await store.load(old.id)
    await store.close()


async def test_what_is_said_before_the_index_is_whole_is_found(path: Path) -> None:
    old = talk("old words")
    await before_the_index(path, old)
    store = Store(path)
    await store.add_message(old.id, user_message("new words", parent=old.leaf))
    assert [hit.snippet for hit in await store.search("words")] == ["new words"]
    await store.tidy()
    assert [hit.snippet for hit in await store.search("words")] == ["new words", "old words"]
    await store.close()


async def test_what_is_not_indexed_yet_can_be_deleted(path: Path) -> None:
    gone, stays = talk("gone words"), talk("other words")
    await before_the_index(path, gone, stays)
    store = Store(path)
    await store.delete(gone.id)
    await store.create(talk("new words"))
    await store.tidy()
    assert {hit.snippet for hit in await store.search("words")} == {"new words", "other words"}
    await store.close()
    index_of(path)


async def test_the_index_grows_in_slices(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "SLICE_PARTS", 3)
    await before_the_index(path, *(talk(f"word {number}") for number in range(10)))
    store = Store(path)
    steps = 0
    while await store._database.write(search_index.take_in_more):
        steps += 1
    assert steps == 3
    assert len(await store.search("word")) == 10
    await store.close()
    index_of(path)


async def test_long_texts_make_smaller_slices(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "SLICE_CHARS", 5)
    await before_the_index(path, talk("first words"), talk("second words"))
    store = Store(path)
    assert await store._database.write(search_index.take_in_more)
    assert [hit.snippet for hit in await store.search("words")] == ["second words"]
    assert not await store._database.write(search_index.take_in_more)
    assert len(await store.search("words")) == 2
    await store.close()


async def test_a_part_that_cannot_be_read_is_passed_over(path: Path) -> None:
    await before_the_index(path, answered(Step("s", "Search documents", "done"), TextPart("fine")))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE part SET body = '{' WHERE kind = 'step'")
        connection.commit()
    store = Store(path)
    await store.tidy()
    assert await store.search("documents") == []
    assert len(await store.search("fine")) == 1
    await store.close()


async def test_two_programs_may_index_at_once(path: Path) -> None:
    await before_the_index(path, *(talk(f"word {number}") for number in range(30)))
    one, other = Store(path), Store(path)
    await one._database.write(search_index.take_in_more)
    await other.tidy()
    await one.tidy()
    assert len(await other.search("word")) == 30
    await one.close()
    await other.close()
    index_of(path)
