"""The event log and its cursors."""

import asyncio
import gc
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.events import Finished, Notice, StreamError, StreamEvent, TextDelta
from chat_tui.streaming.log import EventLog
from tests.builders import loop_turn

A, B, C, END = TextDelta("a"), TextDelta("b"), TextDelta("c"), Finished("stop")


async def batches_of(log: EventLog, *, since: int = 0) -> list[Sequence[StreamEvent]]:
    async with aclosing(log.read(since=since)) as batches:
        return [batch async for batch in batches]


def filled(*events: StreamEvent) -> EventLog:
    log = EventLog()
    for event in events:
        log.append(event)
    return log


async def test_a_late_reader_gets_everything_at_once() -> None:
    assert await batches_of(filled(A, B, END)) == [[A, B, END]]


async def test_a_reader_that_waits_gets_each_event_as_it_comes() -> None:
    log = EventLog()
    async with aclosing(log.read()) as batches:
        for event in (A, B, END):
            coming = asyncio.ensure_future(anext(batches))
            await loop_turn()
            assert not coming.done()
            log.append(event)
            assert await coming == [event]
        assert await anext(batches, None) is None


async def test_a_slow_reader_gets_larger_batches() -> None:
    log = filled(A)
    async with aclosing(log.read()) as batches:
        assert await anext(batches) == [A]
        log.append(B)
        log.append(C)
        assert await anext(batches) == [B, C]


async def test_a_batch_does_not_grow_after_it_was_given() -> None:
    log = filled(A)
    async with aclosing(log.read()) as batches:
        batch = await anext(batches)
        log.append(B)
        assert batch == [A]


async def test_a_reader_starts_where_it_asks_to() -> None:
    assert await batches_of(filled(A, B, END), since=1) == [[B, END]]


async def test_a_reader_that_has_seen_everything_ends_at_once() -> None:
    assert await batches_of(filled(A, END), since=2) == []


async def test_a_reader_ahead_of_the_log_waits_until_it_is_reached() -> None:
    log = filled(A)
    reading = asyncio.create_task(batches_of(log, since=2))
    for event in (B, C, END):
        await loop_turn()
        log.append(event)
    assert await reading == [[C], [END]]


async def test_readers_do_not_take_events_from_each_other() -> None:
    log = EventLog()
    readings = [asyncio.create_task(batches_of(log)) for _ in range(3)]
    await loop_turn()
    log.append(A)
    log.append(END)
    assert await asyncio.gather(*readings) == [[[A, END]]] * 3


@settings(deadline=None)
@given(
    st.lists(st.sampled_from("abc"), max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=3),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_every_cursor_sees_all_from_its_place_in_order_and_never_nothing(
    letters: list[str], readers: list[tuple[int, int]], pauses: list[bool]
) -> None:
    events: list[StreamEvent] = [*map(TextDelta, letters), END]

    async def run() -> list[list[Sequence[StreamEvent]]]:
        log = EventLog()
        readings: list[asyncio.Task[list[Sequence[StreamEvent]]]] = []

        def join(place: int, *, also_later: bool = False) -> None:
            for joins_at, since in readers:
                if joins_at == place or (also_later and joins_at > place):
                    readings.append(asyncio.create_task(batches_of(log, since=since)))

        for place, event in enumerate(events):
            join(place)
            if pauses[place % len(pauses)]:
                await loop_turn()
            log.append(event)
        join(len(events), also_later=True)
        return await asyncio.gather(*readings)

    found = asyncio.run(run())
    in_order = sorted(readers, key=lambda reader: min(reader[0], len(events)))
    for (_, since), batches in zip(in_order, found, strict=True):
        assert all(batches)
        assert [event for batch in batches for event in batch] == events[since:]


@pytest.mark.parametrize("terminal", [END, StreamError("network", "lost")])
def test_a_terminal_event_closes_the_log(terminal: Finished | StreamError) -> None:
    log = filled(A, terminal)
    assert log.terminal == terminal
    with pytest.raises(ValueError, match="closed"):
        log.append(B)
    assert (len(log), log.since(0)) == (2, [A, terminal])


def test_a_log_is_open_before_a_terminal_event() -> None:
    assert filled(A).terminal is None


def test_what_came_can_be_read_without_waiting() -> None:
    log = filled(A, B)
    assert (log.since(0), log.since(1), log.since(2)) == ([A, B], [B], [])


async def test_readers_that_go_away_leave_nothing() -> None:
    def futures() -> int:
        gc.collect()
        return sum(type(each) is asyncio.Future for each in gc.get_objects())

    log = EventLog()
    before = futures()
    readings = [asyncio.create_task(batches_of(log)) for _ in range(50)]
    await loop_turn()
    for reading in readings:
        reading.cancel()
    await asyncio.wait(readings)
    del reading, readings  # a cancelled task keeps its traceback, and that what it waited for
    assert futures() < before + 10


async def test_a_reader_cancelled_as_an_event_comes_disturbs_nobody() -> None:
    log = EventLog()
    leaving = asyncio.create_task(batches_of(log))
    staying = asyncio.create_task(batches_of(log))
    await loop_turn()
    leaving.cancel()
    log.append(A)
    log.append(END)
    assert await staying == [[A, END]]
    assert leaving.cancelled()


async def test_a_closed_reader_yields_no_more() -> None:
    log = filled(A, Notice("x"))
    batches = log.read()
    await anext(batches)
    await batches.aclose()
    log.append(END)
    assert await anext(batches, None) is None


async def test_a_paced_reader_gets_what_came_meanwhile_in_one_batch() -> None:
    log = EventLog()
    log.append(TextDelta("a"))
    async with aclosing(log.read(pace_s=0.02)) as batches:
        assert [*await anext(batches)] == [TextDelta("a")]
        reading = asyncio.ensure_future(anext(batches))
        for text in "bc":
            await loop_turn()
            log.append(TextDelta(text))
        assert [*await reading] == [TextDelta("b"), TextDelta("c")]


async def test_a_paced_reader_does_not_wait_after_the_end() -> None:
    log = EventLog()
    log.append(Finished("stop"))
    async with aclosing(log.read(pace_s=3600)) as batches:
        assert [[*batch] async for batch in batches] == [[Finished("stop")]]


async def test_the_end_is_told_once_it_has_come() -> None:
    log, told = EventLog(), 0

    def tell() -> None:
        nonlocal told
        told += 1
        assert log.terminal == END

    log.at_end(tell)
    log.append(A)
    assert told == 0
    log.append(END)
    assert told == 1
