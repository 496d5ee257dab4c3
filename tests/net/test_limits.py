"""The idle timer."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from chat_tui.errors import Stalled
from chat_tui.net.frames import Frame
from chat_tui.net.limits import idle_guard
from tests.net.pieces import collect

PING = Frame("ping", "")


class Source:
    """Yields frames, then waits for ever or ends; knows whether it was closed."""

    def __init__(self, *frames: Frame, forever: bool = True) -> None:
        self.closed = False
        self.waiting = asyncio.Event()
        self._frames = frames
        self._forever = forever

    async def run(self) -> AsyncGenerator[Frame, None]:
        try:
            for frame in self._frames:
                yield frame
            if self._forever:
                self.waiting.set()
                await asyncio.Event().wait()
        finally:
            self.closed = True


async def test_frames_pass_through_to_a_clean_end() -> None:
    source = Source(Frame("message", "1"), PING, forever=False)
    assert [frame async for frame in idle_guard(source.run(), 60)] == [Frame("message", "1"), PING]


async def test_silence_is_a_stall_and_closes_the_source() -> None:
    source = Source(Frame("message", "1"))
    guard = idle_guard(source.run(), 0.02, host="api.example")
    await anext(guard)
    with pytest.raises(Stalled, match=r"nothing came from api\.example for 0\.02 s") as caught:
        await anext(guard)
    assert caught.value.retryable
    assert source.closed


async def test_keepalives_do_not_start_the_timer_anew() -> None:
    async def pings() -> AsyncGenerator[Frame, None]:
        loop = asyncio.get_running_loop()
        while True:
            tick = asyncio.Event()
            loop.call_later(0.005, tick.set)
            await tick.wait()
            yield PING

    with pytest.raises(Stalled):
        await collect(idle_guard(pings(), 0.05), [])


async def test_the_readers_own_time_does_not_count() -> None:
    source = Source(Frame("message", "1"), Frame("message", "2"), forever=False)
    guard = idle_guard(source.run(), 0.02)
    await anext(guard)
    long_after = asyncio.Event()
    asyncio.get_running_loop().call_later(0.06, long_after.set)
    await long_after.wait()
    assert await anext(guard) == Frame("message", "2")
    await guard.aclose()


async def test_cancellation_passes_through_and_closes_the_source() -> None:
    source = Source()

    task = asyncio.create_task(collect(idle_guard(source.run(), 60), []))
    await source.waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_leaving_early_closes_the_source() -> None:
    source = Source(Frame("message", "1"))
    guard = idle_guard(source.run(), 60)
    await anext(guard)
    await guard.aclose()
    assert source.closed


async def test_a_timeout_of_the_source_itself_is_not_taken_for_a_stall() -> None:
    async def failing() -> AsyncGenerator[Frame, None]:
        yield PING
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await collect(idle_guard(failing(), 60), [])
