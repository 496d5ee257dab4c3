"""What holds for every stream: one terminal event, always last, nothing lost before it."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.errors import (
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
    Stalled,
    Unreachable,
)
from chat_tui.events import Content, Finished, Started, StreamError, StreamEvent, TextDelta
from chat_tui.streaming.worker import StreamWorker
from tests.builders import AT_ONCE, loop_turn, read_all
from tests.event_strategies import events
from tests.streaming.clock import Clock

KINDS: list[type[ProviderError]] = [
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderFailed,
    RateLimited,
    Rejected,
    Stalled,
    Unreachable,
]
CANCEL, TURN, BUG = "cancel", "turn", "bug"
Act = StreamEvent | ProviderError | str

errors = st.builds(
    lambda kind, retryable: kind("failed", retryable=retryable),
    st.sampled_from(KINDS),
    st.booleans(),
)
acts: st.SearchStrategy[Act] = st.one_of(events, errors, st.sampled_from([CANCEL, TURN, BUG]))
tries: st.SearchStrategy[list[list[Act]]] = st.lists(
    st.lists(acts, max_size=8), min_size=3, max_size=3
)


class Script:
    """A worker's streams: each try plays its list of acts."""

    def __init__(self, tries: list[list[Act]]) -> None:
        self.yielded: list[StreamEvent] = []
        self.opened = 0
        self.closed = 0
        self._tries = tries
        self.worker = StreamWorker(self._stream, retry=AT_ONCE, clock=Clock())

    async def _stream(self) -> AsyncGenerator[StreamEvent, None]:
        acts = self._tries[self.opened]
        self.opened += 1
        try:
            for act in acts:
                match act:
                    case ProviderError():
                        raise act
                    case "cancel":
                        self.worker.cancel()
                    case "turn":
                        await loop_turn()
                    case "bug":
                        raise ValueError(act)
                    case str():
                        raise AssertionError(act)
                    case event:
                        self.yielded.append(event)
                        yield event
        finally:
            self.closed += 1


async def play(tries: list[list[Act]], cancel_after_turns: int | None) -> Script:
    script = Script(tries)
    if cancel_after_turns == 0:
        script.worker.cancel()
    script.worker.start()
    for _ in range((cancel_after_turns or 1) - 1):
        await loop_turn()
    if cancel_after_turns:
        script.worker.cancel()
    await script.worker.wait()
    return script


@settings(deadline=None)
@given(tries, st.none() | st.integers(0, 12))
def test_a_reply_has_one_terminal_event_and_it_is_the_last(
    tries: list[list[Act]], cancel_after_turns: int | None
) -> None:
    async def run() -> None:
        script = await play(tries, cancel_after_turns)
        log = await read_all(script.worker)
        ends = [isinstance(event, Finished | StreamError) for event in log]
        assert ends == [False] * (len(log) - 1) + [True]
        assert script.worker.terminal == log[-1]
        assert script.opened == script.closed

    asyncio.run(run())


@settings(deadline=None)
@given(tries, st.none() | st.integers(0, 12))
def test_all_content_that_was_yielded_is_kept_in_order_and_none_twice(
    tries: list[list[Act]], cancel_after_turns: int | None
) -> None:
    async def run() -> None:
        script = await play(tries, cancel_after_turns)
        kept = [event for event in await read_all(script.worker) if isinstance(event, Content)]
        yielded = [event for event in script.yielded if isinstance(event, Content)]
        assert [_said(event) for event in kept] == [_said(event) for event in yielded]

    asyncio.run(run())


@settings(deadline=None)
@given(tries, st.none() | st.integers(0, 12))
def test_no_stream_is_opened_after_content_or_after_a_cancel(
    tries: list[list[Act]], cancel_after_turns: int | None
) -> None:
    async def run() -> None:
        script = await play(tries, cancel_after_turns)
        for earlier in tries[: max(0, script.opened - 1)]:
            played = _played(earlier)
            assert isinstance(played[-1], ProviderError)
            assert played[-1].retryable
            assert not any(isinstance(act, Content) for act in played)
            assert not any(act == CANCEL for act in played)

    asyncio.run(run())


@settings(deadline=None)
@given(tries)
def test_without_a_cancel_the_end_tells_what_the_last_try_did(tries: list[list[Act]]) -> None:
    uncancelled = [[act for act in acts if act != CANCEL] for acts in tries]

    async def run() -> None:
        script = await play(uncancelled, None)
        end = script.worker.terminal
        played = _played(uncancelled[script.opened - 1])
        content = any(isinstance(event, Content) for event in script.yielded)
        match played[-1:]:
            case [Finished(reason=reason)]:
                assert isinstance(end, Finished)
                assert end.reason == reason
            case [StreamError() as error]:
                assert end == error
            case [ProviderError(kind="network")] if content:
                assert isinstance(end, Finished)
                assert end.reason == "incomplete"
            case [ProviderError() as error]:
                assert end == StreamError(error.kind, "failed")
            case ["bug"]:
                assert isinstance(end, StreamError)
                assert end.kind == "internal"
            case _:
                assert isinstance(end, StreamError)
                assert end.kind == "protocol"

    asyncio.run(run())


@settings(deadline=None)
@given(st.lists(st.sampled_from([Started("p", "a"), Started("p", "b"), TextDelta("x")])))
def test_a_start_is_told_once_until_it_says_something_else(told: list[StreamEvent]) -> None:
    async def run() -> None:
        script = await play([[*told, Finished("stop")]], None)
        starts = [e for e in await read_all(script.worker) if isinstance(e, Started)]
        assert all(a != b for a, b in pairwise(starts))

    asyncio.run(run())


def _said(event: Content) -> tuple[object, ...]:
    """What the provider said, without the times that the worker adds."""
    fields = [name for name in event.__struct_fields__ if name != "elapsed_s"]
    return (type(event), *(getattr(event, name) for name in fields))


def _played(acts: list[Act]) -> list[Act]:
    """The acts up to the one that ended the stream."""
    for place, act in enumerate(acts, start=1):
        if isinstance(act, Finished | StreamError | ProviderError) or act == BUG:
            return acts[:place]
    return acts
