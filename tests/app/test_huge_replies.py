"""Replies that are too large to be laid out at once: the reader can type and stop all the same."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from chat_tui.simulator.script import Gate, Hold
from tests.app.desk import Desk, answered, chat, painted, reply, say, until

TICK_S = 0.1
HUGE = {
    "100,000 tokens": "A word or two, *and* `code` between them.\n\n" * 10_000,
    "a line of a megabyte": "x" * 1_000_000,
    "a line of many words": "word " * 200_000,
    "5000 paragraphs": "A paragraph with *words*.\n\n" * 5_000,
    "a table of 2000 rows": "| a | b |\n|--|--|\n" + "| one *two* | three |\n" * 2_000,
    "a table of 50 columns": "|a" * 50 + "|\n" + "|-" * 50 + "|\n" + ("|b" * 50 + "|\n") * 200,
    "a fence of a megabyte": "```python\n" + "x = [1, 2, 'abc']  # a comment\n" * 30_000,
}
AT_ONCE = {
    "10,000 paragraphs": "A paragraph with *words*.\n\n" * 10_000,
    "a table of 2000 rows": HUGE["a table of 2000 rows"],
    "a fence of a megabyte": HUGE["a fence of a megabyte"],
}
PIECE_CHARS = 4_000


class Longest:
    """The most that one turn of the event loop computed; what other programs took is not in it."""

    def __init__(self) -> None:
        self.turn_s = 0.0
        self._began_s = time.thread_time()
        self._handle: asyncio.Handle | None = None

    def tick(self) -> None:
        now_s = time.thread_time()
        self.turn_s = max(self.turn_s, now_s - self._began_s)
        self._began_s = now_s
        self._handle = asyncio.get_running_loop().call_soon(self.tick)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()


@asynccontextmanager
async def measured() -> AsyncGenerator[Longest, None]:
    longest = Longest()
    longest.tick()
    yield longest
    longest.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", HUGE)
async def test_no_turn_of_the_loop_is_long(desk: Desk, name: str) -> None:
    text = HUGE[name]
    pieces = [text[at : at + PIECE_CHARS] for at in range(0, len(text), PIECE_CHARS)]
    gate = Gate()
    desk.simulator.enqueue(reply("ok"), reply(*pieces, Hold(gate)))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await say(pilot, "warm up")
        await answered(pilot)
        async with measured() as longest:
            await say(pilot, "go on")
            transcript = chat(pilot).pane.transcript
            await until(pilot, lambda: len(transcript.messages) == 4)
            await until(pilot, lambda: len(transcript.messages[-1].text) == len(text))
            await painted(pilot)
            gate.open()
            await answered(pilot)
            await pilot.press("x", "pageup", "pageup", "ctrl+end")
        assert chat(pilot).pane.prompt.text == "x"
        assert longest.turn_s < TICK_S


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", AT_ONCE)
async def test_no_turn_is_long_when_all_comes_at_once_with_its_end(desk: Desk, name: str) -> None:
    text = AT_ONCE[name]
    desk.simulator.enqueue(reply("ok"), reply(text))
    async with desk.app().run_test(size=(120, 40)) as pilot:
        await say(pilot, "warm up")
        await answered(pilot)
        async with measured() as longest:
            await say(pilot, "go on")
            transcript = chat(pilot).pane.transcript
            await until(pilot, lambda: len(transcript.messages) == 4)
            await until(pilot, lambda: transcript.rows.total >= text.count("\n"))
            await answered(pilot)
            await painted(pilot)
        assert transcript.messages[-1].text == text
        assert longest.turn_s < TICK_S
