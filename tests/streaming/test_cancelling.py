"""Cancel: before, under way, twice, too late; and how far it reaches."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from chat_tui.errors import ConnectionLost
from chat_tui.events import Finished, Notice, StreamEvent, TextDelta
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.simulator.script import Drop, Finish, Gate, Hang, Hold, Script, say
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.worker import StreamWorker
from tests.builders import AT_ONCE, chat_provider, loop_turn, read_all, text_of, text_seen
from tests.streaming.requests import ask

Stream = AsyncGenerator[StreamEvent, None]


class HeldStream:
    """A stream that says one word and holds, and what became of it."""

    def __init__(self, *, on_close: BaseException | None = None, gives_way: bool = True) -> None:
        self.opened = 0
        self.closed = 0
        self._on_close = on_close
        self._gives_way = gives_way

    async def __call__(self) -> Stream:
        self.opened += 1
        try:
            yield TextDelta("word")
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                yield Notice("stopping")
                if self._gives_way:
                    raise
        finally:
            self.closed += 1
            if self._on_close is not None:
                raise self._on_close


def reason_of(event: StreamEvent) -> str:
    assert isinstance(event, Finished)
    return event.reason


async def test_cancelled_before_the_start_nothing_is_asked() -> None:
    stream = HeldStream()
    worker = StreamWorker(stream)
    worker.cancel()
    worker.start()
    assert reason_of(await worker.wait()) == "cancelled"
    assert len(await read_all(worker)) == 1
    assert stream.opened == 0


async def test_cancelled_before_its_first_step_nothing_is_asked() -> None:
    stream = HeldStream()
    worker = StreamWorker(stream)
    worker.start()
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"
    assert len(await read_all(worker)) == 1
    assert stream.opened == 0


async def test_cancelled_while_held_the_text_is_kept_and_the_stream_closed() -> None:
    stream = HeldStream()
    worker = StreamWorker(stream)
    worker.start()
    await text_seen(worker)
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"
    assert text_of(await read_all(worker)) == "word"
    assert (stream.opened, stream.closed) == (1, 1)


async def test_what_a_provider_says_while_it_stops_is_kept() -> None:
    worker = StreamWorker(HeldStream())
    worker.start()
    await text_seen(worker)
    worker.cancel()
    await worker.wait()
    assert Notice("stopping") in await read_all(worker)


async def test_a_second_cancel_does_not_interrupt_the_clean_up() -> None:
    cleaning, go_on, cleaned = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stream() -> Stream:
        try:
            yield TextDelta("a")
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await go_on.wait()
            cleaned.set()

    worker = StreamWorker(stream)
    worker.start()
    await text_seen(worker)
    worker.cancel()
    await cleaning.wait()
    worker.cancel()
    await loop_turn()
    assert worker.terminal is None
    assert worker.stopping
    go_on.set()
    assert reason_of(await worker.wait()) == "cancelled"
    assert cleaned.is_set()


async def test_cancelled_after_the_end_it_stays_as_it_ended() -> None:
    async def stream() -> Stream:
        yield Finished("stop")

    worker = StreamWorker(stream)
    worker.start()
    await worker.wait()
    worker.cancel()
    assert reason_of(await worker.wait()) == "stop"
    assert len(await read_all(worker)) == 1


async def test_cancelled_between_its_end_and_its_clean_up_it_stays_as_it_ended() -> None:
    cleaning = asyncio.Event()

    async def stream() -> Stream:
        try:
            yield Finished("stop")
        finally:
            cleaning.set()
            await asyncio.Event().wait()

    worker = StreamWorker(stream)
    worker.start()
    await cleaning.wait()
    worker.cancel()
    assert reason_of(await worker.wait()) == "stop"
    assert len(await read_all(worker)) == 1


@pytest.mark.parametrize("error", [ConnectionLost("lost", retryable=True), ValueError("bug")])
async def test_a_clean_up_that_fails_is_still_a_cancelled_reply(error: Exception) -> None:
    stream = HeldStream(on_close=error)
    worker = StreamWorker(stream, retry=AT_ONCE)
    worker.start()
    await text_seen(worker)
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"
    assert stream.opened == 1


async def test_a_clean_up_that_fails_before_content_is_not_tried_again() -> None:
    opened = 0
    waiting = asyncio.Event()

    async def stream() -> Stream:
        nonlocal opened
        opened += 1
        try:
            waiting.set()
            await asyncio.Event().wait()
            yield TextDelta("never")
        finally:
            raise ConnectionLost("lost", retryable=True)

    worker = StreamWorker(stream, retry=AT_ONCE)
    worker.start()
    await waiting.wait()
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"
    assert opened == 1


async def test_a_stream_that_swallows_the_cancel_is_still_a_cancelled_reply() -> None:
    worker = StreamWorker(HeldStream(gives_way=False))
    worker.start()
    await text_seen(worker)
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"


async def test_a_reader_that_is_cancelled_does_not_stop_the_worker() -> None:
    go_on = asyncio.Event()

    async def stream() -> Stream:
        yield TextDelta("a")
        await go_on.wait()
        yield Finished("stop")

    worker = StreamWorker(stream)
    worker.start()
    waiting = asyncio.create_task(worker.wait())
    await text_seen(worker)
    waiting.cancel()
    await asyncio.wait({waiting})
    go_on.set()
    assert reason_of(await worker.wait()) == "stop"


async def test_cancel_reaches_the_server_within_100_ms() -> None:
    async def hangup_s() -> float:
        async with Simulator() as simulator, chat_provider(simulator) as provider:
            simulator.enqueue(Script((*say("Hello"), Hold(Gate()))))
            worker = ask(provider)
            worker.start()
            await text_seen(worker)
            cancelled_s = asyncio.get_running_loop().time()
            worker.cancel()
            await simulator.hangup_seen()
            seen_s = asyncio.get_running_loop().time()
            assert reason_of(await worker.wait()) == "cancelled"
            return seen_s - cancelled_s

    assert min([await hangup_s() for _ in range(5)]) <= 0.1


async def test_cancel_before_the_head_of_the_answer_reaches_the_server(
    simulator: Simulator, provider: ChatProvider
) -> None:
    gate = Gate()
    simulator.enqueue(Script((Hold(gate),)))
    worker = ask(provider)
    worker.start()
    await gate.reached.wait()
    worker.cancel()
    await simulator.hangup_seen()
    assert reason_of(await worker.wait()) == "cancelled"
    assert len(simulator.calls) == 1


async def test_cancel_stops_a_server_that_hangs(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script((*say("Hel"), Hang())))
    worker = ask(provider)
    worker.start()
    await text_seen(worker)
    worker.cancel()
    await simulator.hangup_seen()
    events = await read_all(worker)
    assert reason_of(events[-1]) == "cancelled"
    assert "Hello".startswith(text_of(events))


async def test_after_a_cancel_the_provider_can_be_asked_again(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script((*say("Hel"), Hang())), Script((*say("Again"), Finish())))
    first = ask(provider)
    first.start()
    await text_seen(first)
    first.cancel()
    await first.wait()
    second = ask(provider)
    second.start()
    assert reason_of(await second.wait()) == "stop"
    assert text_of(await read_all(second)) == "Again"


async def test_the_wait_before_another_try_can_be_cancelled(
    simulator: Simulator, provider: ChatProvider
) -> None:
    simulator.enqueue(Script(status=503, headers={"retry-after": "50"}, body=b"busy"))
    worker = ask(provider)
    worker.start()
    async with aclosing(worker.subscribe()) as batches:
        notice = (await anext(batches))[-1]
    assert isinstance(notice, Notice)
    worker.cancel()
    assert reason_of(await worker.wait()) == "cancelled"
    assert len(simulator.calls) == 1


async def test_a_drop_and_a_cancel_together_end_the_reply_once(
    simulator: Simulator, provider: ChatProvider
) -> None:
    gate = Gate()
    simulator.enqueue(Script((*say("Hel"), Hold(gate), Drop())))
    worker = ask(provider)
    worker.start()
    await text_seen(worker)
    gate.open()
    worker.cancel()
    assert reason_of(await worker.wait()) in {"cancelled", "incomplete"}
    terminals = [event for event in await read_all(worker) if isinstance(event, Finished)]
    assert len(terminals) == 1
