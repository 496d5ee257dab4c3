"""A reply that does not end by itself."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.events import Finished, Notice, StreamEvent, TextDelta, Usage
from chat_tui.streaming.size import MAX_CHARS, TOO_LONG
from chat_tui.streaming.worker import StreamWorker
from tests.builders import read_all

ROOT = Path(__file__).parents[2]
PIECE = "x" * 65_536
ENDLESS = """
import asyncio, resource, sys
from tests.net.server import chunk, serve, stream_head
from tests.providers.asking import request, services
from chat_tui.providers.openai.provider import OPENAI
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.streaming.worker import StreamWorker

EVENT = b'data: {"choices": [{"delta": {"content": "%b"}}]}\\n\\n' % (b"word " * 2000)

async def for_ever(connection):
    await connection.request()
    await connection.send(stream_head())
    while True:
        await connection.send(chunk(EVENT))

async def main():
    async with serve(for_ever) as server:
        options = OpenAIOptions(kind="openai", base_url=server.url, model="m")
        provider = OPENAI.build("p", options, services())
        worker = StreamWorker(lambda: provider.stream(request()))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        worker.start()
        print((await worker.wait()).reason)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
        await provider.aclose()

asyncio.run(main())
"""


async def stopped(event: StreamEvent) -> list[StreamEvent]:
    async def endless() -> AsyncGenerator[StreamEvent, None]:
        while True:
            yield event

    worker = StreamWorker(endless)
    worker.start()
    await worker.wait()
    return await read_all(worker)


async def test_an_endless_reply_is_stopped_and_what_came_is_kept() -> None:
    *texts, notice, end = await stopped(TextDelta(PIECE))
    assert notice == Notice(TOO_LONG)
    assert isinstance(end, Finished)
    assert end.reason == "length"
    kept = sum(len(text.text) for text in texts if isinstance(text, TextDelta))
    assert MAX_CHARS - len(PIECE) <= kept <= MAX_CHARS + len(PIECE)


async def test_events_without_a_text_come_to_an_end_too() -> None:
    events = await stopped(Usage(1))
    assert len(events) < 150_000
    assert isinstance(events[-1], Finished)


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_the_memory_of_an_endless_stream_is_bounded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDLESS], cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    reason, grown_mib = done.stdout.split()
    assert reason == "length"
    assert int(grown_mib) < 150
