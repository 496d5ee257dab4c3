"""Measures what many stored conversations cost: listing them, finding in them, indexing them."""

import argparse
import asyncio
import os
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec

from benchmarks import corpus
from benchmarks.report import median, number, quotient, table
from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.message import TextPart, blank_reply, user_message
from chat_tui.store.migrations import STEPS
from chat_tui.store.store import Store

FEW: Final = 100
MANY: Final = 10_000
PAGE: Final = 100
"""As many as the first page of the list shows."""
LIST_MOST_MS: Final = 100.0
_BEGAN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_RARE: Final = "xylographer"


def conversation(which: int) -> Conversation:
    """Make two turns and two replies; one in a hundred conversations has a rare word."""
    parent = None
    messages = []
    for turn in range(2):
        said = corpus.short(which * 4 + turn * 2)
        asked = msgspec.structs.replace(
            user_message(f"{said} {which}", parent=parent),
            created=_BEGAN + timedelta(minutes=which),
        )
        answer = corpus.short(which * 4 + turn * 2 + 1)
        if which % 100 == 0:
            answer += f" {_RARE}"
        reply = msgspec.structs.replace(
            blank_reply(parent=asked.id, provider="bench", model="harbour"),
            parts=(TextPart(answer),),
            outcome=Finished("stop"),
            created=asked.created,
        )
        messages += [asked, reply]
        parent = reply.id
    return Conversation(messages=messages, created=_BEGAN + timedelta(minutes=which))


def as_before_the_index(path: Path) -> None:
    """Make of a database one of the first version, which had no index."""
    newer = path.rename(path.with_suffix(".newer"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in STEPS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("ATTACH ? AS newer", (str(newer),))
        connection.execute("BEGIN")
        for name in ("conversation", "message", "part"):
            rows = connection.execute("SELECT name FROM pragma_table_info(?, 'main')", (name,))
            columns = ", ".join(row[0] for row in rows)
            connection.execute(
                f"INSERT INTO {name} ({columns}) SELECT {columns} FROM newer.{name} ORDER BY rowid"
            )
        connection.execute("COMMIT")
    newer.unlink()


async def measure(path: Path, count: int, runs: int) -> dict[str, float]:
    """Store so many conversations, and return the milliseconds of each thing one does with them."""
    store = Store(path)
    try:
        for first in range(0, count, 500):
            last = min(count, first + 500)
            await store.create(*(conversation(which) for which in range(first, last)))
    finally:
        await store.close()
    as_before_the_index(path)
    found: dict[str, float] = {}
    store = Store(path)
    try:
        found["first start after an update: the newest listed"] = await timed(
            lambda: store.list(PAGE, pinned_first=True)
        )
        found["index of what was there before, in the background"] = await timed(store.tidy)
        found["list of the first page"] = await often(
            lambda: store.list(PAGE, pinned_first=True), runs
        )
        found["list of all"] = await often(lambda: store.list(pinned_first=True), runs)
        for title, query in (
            ("search: a rare word", _RARE),
            ("search: three letters", "lig"),
            ("search: one letter", "t"),
            ("search: two words", "light the"),
            ("search: nowhere, and so letter by letter", "qqzz"),
        ):
            found[title] = await often(partial(store.search, query, PAGE, each=1), runs)
    finally:
        await store.close()
    return found


async def often(work: Callable[[], Awaitable[object]], runs: int) -> float:
    """Return the median milliseconds of something."""
    return median([await timed(work) for _ in range(runs)]) or 0.0


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Return the milliseconds that something takes."""
    began_s = perf_counter()
    await work()
    return (perf_counter() - began_s) * 1e3


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=5, help="of each (default 5)")
    parser.add_argument("--conversations", type=int, default=MANY, metavar="N")
    parser.add_argument(
        "--assert", dest="gate", action="store_true", help="exit code 1 if a gate fails"
    )
    options = parser.parse_args()
    if options.runs < 1 or options.conversations <= FEW:
        parser.error(f"at least one run, and more than {FEW} conversations")
    with tempfile.TemporaryDirectory(prefix="chat-tui-many-") as folder:
        few, many = (
            asyncio.run(measure(Path(folder, f"{count}.db"), count, options.runs))
            for count in (FEW, options.conversations)
        )
    print(f"milliseconds; medians of {options.runs} runs, {os.cpu_count()} processors")
    rows = [
        [title, number(few[title]), number(many[title]), number(quotient(many[title], few[title]))]
        for title in few
    ]
    print(table(["stored conversations", f"{FEW}", f"{options.conversations:,}", "ratio"], rows))
    listed_ms = many["list of the first page"]
    if listed_ms > LIST_MOST_MS:
        print(f"opening the list: {listed_ms:.0f} ms are above {LIST_MOST_MS:.0f}", file=sys.stderr)
        return 1 if options.gate else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
