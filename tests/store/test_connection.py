"""The file itself: who may read it, and what is said when it cannot be used."""

import asyncio
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.message import user_message
from chat_tui.store.backups import folder_of
from chat_tui.store.store import Store

NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def refusal(path: Path) -> StoreError:
    store = Store(path, busy_timeout_s=0.05)
    try:
        with pytest.raises(StoreError) as caught:
            await store.create(Conversation())
    finally:
        await store.close()
    assert str(path) in str(caught.value)
    assert caught.value.hint
    return caught.value


@contextmanager
def without_rights(folder: Path, mode: int = 0o500) -> Iterator[None]:
    """As a user who may not write there. Root may write anywhere, so it becomes another user."""
    user = os.geteuid()
    folder.chmod(mode)
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o700)


async def test_folders_and_files_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "share" / "chat-tui" / "conversations.db"
    store = Store(path)
    old = os.umask(0)
    try:
        await store.create(Conversation())
        await store.list()
    finally:
        os.umask(old)
    assert mode(path.parent) == 0o700
    assert mode(path.parent.parent) == 0o700
    names = {file.name: mode(file) for file in path.parent.iterdir()}
    assert names == {
        "conversations.db": 0o600,
        "conversations.db-wal": 0o600,
        "conversations.db-shm": 0o600,
    }
    await store.close()


async def test_commits_are_synced_to_the_disk(path: Path, store: Store) -> None:
    async def pragma(name: str) -> object:
        return await store._database.write(
            lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0]
        )

    assert await pragma("journal_mode") == "wal"
    assert await pragma("synchronous") == 2
    assert await pragma("foreign_keys") == 1


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    assert "is a folder" in str(await refusal(tmp_path))


async def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot make" in str(await refusal(tmp_path / "file" / "c.db"))


async def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    with without_rights(tmp_path):
        error = await refusal(tmp_path / "c.db")
    assert "permission denied" in str(error)
    assert "--data-dir" in error.hint


async def test_a_database_that_may_only_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "c.db"
        store = Store(path)
        await store.create(Conversation())
        await store.close()
        path.chmod(0o444)
        with without_rights(folder, 0o555):
            error = await refusal(path)
    assert str(error).startswith(("cannot open", "cannot write"))
    assert "--data-dir" in error.hint


async def test_a_link_to_nowhere_is_named(tmp_path: Path) -> None:
    link = tmp_path / "c.db"
    link.symlink_to(tmp_path / "gone" / "c.db")
    assert "cannot open" in str(await refusal(link))


async def test_a_file_that_is_no_database_is_put_aside_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    path.write_text("these are my notes\n" * 100)
    told: list[str] = []
    store = Store(path, tell=told.append)
    assert await store.list() == []
    await store.close()
    names = await asyncio.to_thread(lambda: [one.name for one in tmp_path.iterdir()])
    (aside,) = (name for name in names if name.startswith("c.db.corrupt-"))
    assert (tmp_path / aside).read_text() == "these are my notes\n" * 100
    assert aside in told[0]


async def test_a_file_that_another_program_holds_is_named(path: Path, store: Store) -> None:
    await store.list()
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert "is locked" in str(await refusal(path))
        holder.execute("ROLLBACK")


async def test_a_full_disk_is_named_and_the_store_works_again_when_there_is_room(
    store: Store,
) -> None:
    conversation = Conversation()
    await store.create(conversation)

    async def room(pages: int) -> None:
        await store._database.write(
            lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}")
        )

    turn = user_message("x" * 1_000_000, parent=None)
    await room(1)
    with pytest.raises(StoreError, match="the disk is full"):
        await store.add_message(conversation.id, turn)
    await room(1_000_000)
    await store.add_message(conversation.id, turn)
    assert (await store.load(conversation.id))[turn.id] == turn


async def test_what_stood_in_the_way_may_be_moved_while_the_program_runs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "c.db"
    path.mkdir()
    store = Store(path)
    with pytest.raises(StoreError, match="is a folder"):
        await store.list()
    path.rename(tmp_path / "notes")
    assert await store.list() == []
    await store.close()


async def test_many_stores_may_make_one_file_at_once(path: Path) -> None:
    for round_ in range(5):
        file = path.with_name(f"{round_}.db")
        stores = [Store(file) for _ in range(6)]
        await asyncio.gather(*(store.create(Conversation()) for store in stores))
        assert len(await stores[0].list()) == 6
        for store in stores:
            await store.close()


async def test_a_file_that_another_store_just_makes_is_not_taken_for_damaged(path: Path) -> None:
    for round_ in range(5):
        file = path.with_name(f"{round_}.db")
        folder_of(file).mkdir(parents=True, exist_ok=True)
        (folder_of(file) / "conversations-20260101T000000.db").write_bytes(b"of earlier days")
        stores = [Store(file) for _ in range(6)]
        await asyncio.gather(*(store.create(Conversation()) for store in stores))
        assert len(await stores[0].list()) == 6
        for store in stores:
            await store.close()
        assert not list(path.parent.glob("*.corrupt-*"))
