"""The words of a status line."""

from typing import get_args

import pytest

from chat_tui.events import (
    Finished,
    FinishReason,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.streaming.meter import ReplyMeter
from tests.streaming.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meter(clock: Clock) -> ReplyMeter:
    return ReplyMeter(clock)


def test_until_a_stop_is_answered_it_says_so(clock: Clock) -> None:
    told = [False]
    meter = ReplyMeter(clock, stopping=lambda: told[0])
    meter.watch([ImageProgress(job="j", state="running", fraction=0.4)])
    assert meter.state == "generating 40 %"
    told[0] = True
    assert meter.state == "stopping"
    meter.watch([Finished("cancelled")])
    assert meter.state == "stopped"


def test_before_anything_comes_it_waits(clock: Clock, meter: ReplyMeter) -> None:
    assert meter.state == "waiting"
    clock.tick(3.2)
    assert meter.state == "waiting 3 s"


@pytest.mark.parametrize(
    "event",
    [
        Started("p", "m"),
        Notice("again"),
        SourceRefs(()),
        Usage(3),
        ImagePreview("a", 0, "image/png"),
        ImageResult("a", 0),
    ],
)
def test_events_that_say_nothing_of_the_work_leave_it_waiting(
    clock: Clock, meter: ReplyMeter, event: StreamEvent
) -> None:
    meter.watch([event])
    clock.tick(2)
    assert meter.state == "waiting 2 s"


def test_text_streams_at_a_rate_of_tokens(clock: Clock, meter: ReplyMeter) -> None:
    clock.tick(10)
    meter.watch([TextDelta("x" * 300)])
    clock.tick(1)
    meter.watch([TextDelta("x" * 372)])
    clock.tick(1)
    assert meter.state == "streaming 84 tok/s"


def test_the_first_instants_of_text_have_no_rate(clock: Clock, meter: ReplyMeter) -> None:
    meter.watch([TextDelta("x" * 300)])
    clock.tick(0.4)
    assert meter.state == "streaming"
    clock.tick(0.1)
    assert meter.state == "streaming 150 tok/s"


def test_text_without_a_letter_has_no_rate(clock: Clock, meter: ReplyMeter) -> None:
    meter.watch([TextDelta("")])
    clock.tick(2)
    assert meter.state == "streaming 2 s"


def test_reasoning_is_thinking(clock: Clock, meter: ReplyMeter) -> None:
    meter.watch([ReasoningDelta("hm")])
    clock.tick(4)
    assert meter.state == "thinking 4 s"


@pytest.mark.parametrize("event", [Step("1", "plan", "running"), ToolCall("1", "find", "{}")])
def test_steps_and_tools_are_work_until_there_is_text(
    clock: Clock, meter: ReplyMeter, event: StreamEvent
) -> None:
    meter.watch([event, event])
    clock.tick(2)
    assert meter.state == "working 2 s"
    meter.watch([TextDelta("x" * 40), event])
    clock.tick(1)
    assert meter.state == "streaming 10 tok/s"


def test_a_picture_is_queued_then_generated(clock: Clock, meter: ReplyMeter) -> None:
    clock.tick(5)
    meter.watch([ImageProgress("a", "queued", queue_position=2)])
    assert meter.state == "queued 5 s"
    clock.tick(7)
    meter.watch([ImageProgress("a", "running", 0.4)])
    assert meter.state == "generating 40 % · 12 s"
    meter.watch([ImageProgress("a", "saving", 1.0)])
    assert meter.state == "generating 100 % · 12 s"


def test_a_picture_without_a_fraction_shows_the_time(clock: Clock, meter: ReplyMeter) -> None:
    meter.watch([ImageProgress("a", "running")])
    clock.tick(12)
    assert meter.state == "generating 12 s"


def test_whoever_comes_late_counts_from_when_the_picture_was_begun(meter: ReplyMeter) -> None:
    meter.watch([ImageProgress("a", "running", 0.4, elapsed_s=12.0)])
    assert meter.state == "generating 40 % · 12 s"


def test_a_picture_just_begun_shows_the_fraction(meter: ReplyMeter) -> None:
    meter.watch([ImageProgress("a", "running", 0.0)])
    assert meter.state == "generating 0 %"


@pytest.mark.parametrize(
    ("terminal", "word"),
    [
        (Finished("stop"), "done"),
        (Finished("unknown"), "done"),
        (Finished("cancelled"), "stopped"),
        (Finished("length"), "cut off"),
        (Finished("incomplete"), "cut off"),
        (Finished("filtered"), "filtered"),
        (Finished("tool_calls"), "waiting for you"),
        (StreamError("network", "lost"), "error"),
    ],
)
def test_the_end_has_one_word_that_time_does_not_change(
    clock: Clock, meter: ReplyMeter, terminal: StreamEvent, word: str
) -> None:
    meter.watch([TextDelta("x")])
    assert meter.running
    meter.watch([terminal])
    clock.tick(60)
    assert meter.state == word
    assert not meter.running


@pytest.mark.parametrize("reason", get_args(FinishReason))
def test_every_way_to_finish_has_a_word(meter: ReplyMeter, reason: FinishReason) -> None:
    meter.watch([Finished(reason)])
    assert meter.state


@pytest.mark.parametrize(
    ("usage", "words"),
    [
        (Usage(), ""),
        (Usage(input_tokens=1200), "1,200 in"),
        (Usage(output_tokens=0), "0 out"),
        (Usage(1200, 34), "1,200 in · 34 out"),
        (Usage(1, 2, 0.01), "1 in · 2 out · $0.01"),
        (Usage(cost_usd=10.0), "$10.00"),
    ],
)
def test_totals_are_what_the_provider_told(meter: ReplyMeter, usage: Usage, words: str) -> None:
    assert meter.totals == ""
    meter.watch([Usage(9, 9), usage])
    assert meter.totals == words


@pytest.mark.parametrize("event", [TextDelta("a"), ReasoningDelta("a")])
def test_a_silence_of_ten_seconds_is_told(
    clock: Clock, meter: ReplyMeter, event: StreamEvent
) -> None:
    meter.watch([event])
    clock.tick(9)
    assert "no data" not in meter.state
    clock.tick(3)
    assert meter.state == "no data for 12 s"
    meter.watch([event])
    assert "no data" not in meter.state


def test_the_time_to_the_next_try_counts_down(clock: Clock, meter: ReplyMeter) -> None:
    meter.watch([Notice("too many requests; try 2 of 3 in 20.0 s", wait_s=20.0)])
    assert meter.state == "trying again in 20 s"
    clock.tick(12.5)
    assert meter.state == "trying again in 8 s"
    clock.tick(8)
    assert meter.state == "waiting 20 s"
