"""Killing the program in the middle of a reply."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

import pytest

from chat_tui.events import Finished, Notice
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import TextPart
from chat_tui.store.store import Store

TAIL_MAX_S = 0.3


@contextmanager
def writer(path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("dying_writer.py")), str(path), *options],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def kill_after(
    path: Path, shown_events: int, *options: str
) -> tuple[str, str, list[tuple[int, int, float]]]:
    """Kill a writer when it has said that so many events are shown.

    Returns:
        The conversation, the reply, and every line that the writer got out before its end.
    """
    lines = []
    with writer(path, *options) as (process, output):
        conversation, reply = output.readline().decode().split()
        for line in output:
            if line.endswith(b"\n"):
                shown, saved, at_s = line.split()
                lines.append((int(shown), int(saved), float(at_s)))
                if int(shown) >= shown_events:
                    process.kill()
    return conversation, reply, lines


async def test_what_was_shown_before_a_kill_is_there_after_the_restart(path: Path) -> None:
    await kill_and_check(path, seed=1, kills=20)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_two_hundred_kills_lose_nothing_that_was_saved(path: Path) -> None:
    await kill_and_check(path, seed=2, kills=200)


async def kill_and_check(path: Path, seed: int, kills: int) -> None:
    pick = random.Random(seed)
    for _ in range(kills):
        conversation_id, reply_id, lines = kill_after(path, pick.randint(20, 240))
        store = Store(path)
        assert list(await store.recover()) == [reply_id]
        conversation = await store.load(ConversationId(conversation_id))
        await store.close()

        reply = conversation[MessageId(reply_id)]
        kept = len(reply.text.split())
        _, saved, end_s = lines[-1]
        assert reply.text == "".join(f"{number} " for number in range(kept))
        assert kept >= saved
        if kept < len(lines):
            assert end_s - lines[kept][2] <= TAIL_MAX_S
        assert reply.status == "interrupted"
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


async def test_a_reply_of_a_living_writer_is_left_alone(path: Path, store: Store) -> None:
    with writer(path) as (process, output):
        conversation_id, reply_id = output.readline().decode().split()
        for line in output:
            if int(line.split()[1]) > 0:
                break
        assert await store.recover() == []
        reply = (await store.load(ConversationId(conversation_id)))[MessageId(reply_id)]
        assert reply.status == "streaming"
        assert reply.text.startswith("0 1 2 ")
        process.kill()
        process.wait()
    assert list(await store.recover()) == [reply_id]


@pytest.fixture
def in_tokyo() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
async def test_a_killed_reply_is_shown_as_interrupted_before_anything_is_recovered(
    path: Path, store: Store
) -> None:
    conversation_id, reply_id, _ = kill_after(path, 150)
    reply = (await store.load(ConversationId(conversation_id)))[MessageId(reply_id)]
    text, notice = reply.parts
    assert isinstance(text, TextPart)
    assert isinstance(notice, Notice)
    assert notice.text.startswith("interrupted: the program stopped at ")
    assert notice.text.endswith(" JST before the reply ended")
    assert isinstance(reply.outcome, Finished)
    assert reply.outcome.reason == "incomplete"
    assert list(await store.recover()) == [reply_id]
    assert (await store.load(ConversationId(conversation_id)))[reply.id] == reply
