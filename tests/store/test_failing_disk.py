"""Disks that fail and disks that are full: nothing that was saved is lost, and it goes on."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import Finished, StreamEvent, TextDelta
from chat_tui.folding import fold
from chat_tui.message import Message, blank_reply, user_message
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store

if TYPE_CHECKING:
    from tests.store.apsw_connection import FailingDisk

apsw_connection = pytest.importorskip("tests.store.apsw_connection", reason="apsw is missing")


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> "FailingDisk":
    every, what = request.param
    disk: FailingDisk = apsw_connection.FailingDisk(f"failing-{every}-{what}", every, what)
    return disk


@pytest.mark.parametrize(
    "disk", [(every, what) for what in ("write", "sync") for every in (1, 2, 3, 7)],
    indirect=True, ids=lambda each: f"{each[1]}-{each[0]}",
)  # fmt: skip
async def test_a_failing_write_or_sync_loses_nothing_that_was_saved(
    disk: "FailingDisk", path: Path
) -> None:
    def opener(file: Path, busy_timeout_s: float) -> sqlite3.Connection:
        return cast("sqlite3.Connection", apsw_connection.Connection(file, busy_timeout_s, disk))

    store = Store(path, opener=opener)
    conversation = Conversation(messages=[user_message("begin", parent=None)])
    await store.create(conversation)
    acknowledged: list[Message] = []
    refused = 0
    disk.failing = True
    for number in range(30):
        turn = user_message(f"turn {number} " * 50, parent=conversation.leaf)
        try:
            await store.add_message(conversation.id, turn)
        except StoreError:
            refused += 1
        else:
            acknowledged.append(turn)
    disk.failing = False
    assert disk.failures
    assert refused
    last = user_message("after all", parent=conversation.leaf)
    await store.add_message(conversation.id, last)
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = Store(path)
    kept = await again.load(conversation.id)
    await again.close()
    for turn in (*acknowledged, last):
        assert kept[turn.id] == turn


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


async def test_a_full_disk_keeps_what_was_saved_and_takes_the_rest_when_there_is_room(
    small_disk: Path,
) -> None:
    path = small_disk / "data" / "conversations.db"
    store = Store(path)
    conversation = Conversation(messages=[user_message("fill it", parent=None)])
    await store.create(conversation)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    blank = blank_reply(parent=conversation.leaf, provider="demo", model="m")
    await store.begin_reply(conversation.id, blank)
    events: list[StreamEvent] = []
    seq = 0
    full: StoreError | None = None
    while full is None:
        event = TextDelta("all that a model says " * 200)
        try:
            seq = await store.append(blank.id, [event], seq=seq)
            events.append(event)
        except StoreError as error:
            full = error
    assert full.brief == "disk full"
    other = Store(path)
    assert (await other.load(conversation.id))[blank.id].text == fold(events, blank).text
    await other.close()
    told: asyncio.Queue[StoreError | None] = asyncio.Queue()
    recorder = Recorder(store, blank, on_trouble=told.put_nowait, retry_s=0.01)
    events += [TextDelta("x" * 1_000) for _ in range(100)]
    recorder.add(events)
    trouble = await told.get()
    assert trouble is not None
    assert trouble.brief == "disk full"

    ballast.unlink()
    assert await told.get() is None
    events.append(Finished("stop"))
    await recorder.finish(fold(events, blank))
    await store.close()
    again = Store(path)
    assert (await again.load(conversation.id))[blank.id] == fold(events, blank)
    await again.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_on_a_disk_that_is_full_from_the_start_everything_can_be_read(
    small_disk: Path,
) -> None:
    path = small_disk / "conversations.db"
    conversation = Conversation(messages=[user_message("hello", parent=None)])
    store = Store(path)
    await store.create(conversation)
    await store.close()
    ballast = small_disk / "ballast"
    fill(ballast)

    store = Store(path)
    assert [listed.id for listed in await store.list()] == [conversation.id]
    another = Conversation(messages=[user_message("and another", parent=None)])
    with pytest.raises(StoreError) as refused:
        await store.create(another)
    assert refused.value.brief == "disk full"
    ballast.unlink()
    await store.create(another)
    assert {listed.id for listed in await store.list()} == {conversation.id, another.id}
    await store.close()


def fill(ballast: Path) -> None:
    """Leave no room on the disk of a file."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
