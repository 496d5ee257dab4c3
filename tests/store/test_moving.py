"""A database that somebody moves, deletes or replaces while it is open here."""

import shutil
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import NotFound
from chat_tui.message import user_message
from chat_tui.store.store import Store


def talk(text: str) -> Conversation:
    return Conversation(messages=[user_message(text, parent=None)])


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
async def store(path: Path, told: list[str]) -> AsyncGenerator[Store, None]:
    store = Store(path, tell=told.append)
    yield store
    await store.close()


async def titles(path: Path) -> list[str]:
    store = Store(path)
    found = [one.title for one in await store.list()]
    await store.close()
    return found


def moved(path: Path) -> Path:
    return path.rename(path.with_name("aside.db"))


def delete(path: Path) -> None:
    path.unlink()


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        said: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return said == "ok"


async def test_what_is_saved_after_a_move_is_at_the_old_place(
    path: Path, store: Store, told: list[str]
) -> None:
    await store.create(talk("before"))
    aside = moved(path)
    await store.create(talk("after"))
    assert [one.title for one in await store.list()] == ["after"]
    assert await titles(path) == ["after"]
    assert await titles(aside) == ["before"]
    assert is_sound(aside)
    assert len(told) == 1
    assert f"{path} was moved, deleted or replaced" in told[0]


async def test_what_is_saved_after_a_deletion_is_not_gone_with_the_file(
    path: Path, store: Store
) -> None:
    await store.create(talk("before"))
    delete(path)
    await store.create(talk("after"))
    assert await titles(path) == ["after"]
    assert is_sound(path)


async def test_reading_after_a_move_reads_the_file_that_is_there(path: Path, store: Store) -> None:
    before = talk("before")
    await store.create(before)
    assert await store.list()
    moved(path)
    assert await store.list() == []
    with pytest.raises(NotFound):
        await store.load(before.id)


async def test_a_copy_that_is_put_in_its_place_is_gone_on_with(path: Path, store: Store) -> None:
    await store.create(talk("first"))
    copy = await store.back_up(always=True)
    assert copy is not None
    await store.create(talk("second"))
    restored = path.with_name("restored.db")
    shutil.copy(copy, restored)
    restored.rename(path)
    await store.create(talk("third"))
    assert sorted(await titles(path)) == ["first", "third"]
    assert is_sound(path)


async def test_a_folder_that_is_moved_away_keeps_all_that_was_saved_in_it(
    path: Path, store: Store
) -> None:
    await store.create(talk("before"))
    aside = path.parent.with_name("aside")
    path.parent.rename(aside)
    await store.create(talk("after"))
    assert await titles(path) == ["after"]
    assert await titles(aside / path.name) == ["before"]


async def test_who_comes_after_a_deletion_is_not_misled_by_what_lies_beside(
    path: Path, store: Store
) -> None:
    for number in range(30):
        await store.create(talk(f"before {number}"))
    delete(path)
    assert await titles(path) == []
    await store.create(talk("after"))
    assert await titles(path) == ["after"]


async def test_two_instances_follow_to_the_same_file(path: Path, store: Store) -> None:
    second = Store(path)
    await store.create(talk("one"))
    await second.create(talk("other"))
    aside = moved(path)
    await store.create(talk("one after"))
    await second.create(talk("other after"))
    await store.create(talk("one more"))
    await second.close()
    assert sorted(await titles(path)) == ["one after", "one more", "other after"]
    assert sorted(await titles(aside)) == ["one", "other"]
    assert is_sound(path)
    assert is_sound(aside)
