"""Times and progress, as the receiving side sees them."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
)
from chat_tui.streaming.stamp import Stamper
from tests.streaming.clock import Clock

CONTENT = (
    TextDelta("x"),
    ImagePreview("job", 0, "image/png"),
    ImageResult("job", 0),
)


def fraction_of(stamper: Stamper, fraction: float | None, *, job: str = "a") -> float | None:
    event = stamper.stamp(ImageProgress(job, "running", fraction))
    assert isinstance(event, ImageProgress)
    return event.fraction


@pytest.mark.parametrize("content", CONTENT)
def test_the_end_says_when_the_first_text_or_picture_came(content: StreamEvent) -> None:
    clock = Clock()
    stamper = Stamper(clock)
    clock.tick(1.5)
    assert stamper.stamp(content) == content
    clock.tick(2)
    stamper.stamp(TextDelta("later"))
    assert stamper.stamp(Finished("stop")) == Finished("stop", elapsed_s=3.5, first_s=1.5)


def test_thinking_is_not_the_first_text() -> None:
    stamper = Stamper(Clock())
    stamper.stamp(ReasoningDelta("hm"))
    assert stamper.stamp(Finished("stop")) == Finished("stop", elapsed_s=0.0, first_s=None)


def test_a_duration_that_the_server_gave_stays() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    stamper.stamp(ReasoningDelta("hm"))
    clock.tick(3)
    assert stamper.stamp(ReasoningDelta("", 2.5)) == ReasoningDelta("", 2.5)


def test_thinking_is_timed_from_its_own_beginning() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    clock.tick(5)
    assert stamper.stamp(ReasoningDelta("a")) == ReasoningDelta("a", 0.0)
    clock.tick(0.25)
    assert stamper.stamp(ReasoningDelta("b")) == ReasoningDelta("b", 0.25)


def test_each_step_is_timed_from_when_it_was_first_seen() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    first, second = Step("1", "plan", "running"), Step("2", "write", "running")
    assert stamper.stamp(first) == Step("1", "plan", "running", elapsed_s=0.0)
    clock.tick(1)
    assert stamper.stamp(second) == Step("2", "write", "running", elapsed_s=0.0)
    clock.tick(1)
    assert stamper.stamp(Step("1", "plan", "done")) == Step("1", "plan", "done", elapsed_s=2.0)
    assert stamper.stamp(Step("2", "write", "done")) == Step("2", "write", "done", elapsed_s=1.0)


def test_times_are_whole_milliseconds() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    clock.tick(1 / 3)
    assert stamper.stamp(Finished("stop")) == Finished("stop", elapsed_s=0.333)


@pytest.mark.parametrize(
    "event", [Started("p", "m"), Notice("n"), StreamError("network", "lost", retry_after_s=3)]
)
def test_other_events_stay_as_they_are(event: StreamEvent) -> None:
    assert Stamper(Clock()).stamp(event) is event


def test_a_fraction_that_falls_stays_where_it_was() -> None:
    stamper = Stamper(Clock())
    assert [fraction_of(stamper, f) for f in (0.2, 0.6, 0.4, 0.7)] == [0.2, 0.6, 0.6, 0.7]


@pytest.mark.parametrize("unknown", [None, math.nan, math.inf, -math.inf])
def test_an_unknown_fraction_is_the_last_one_known(unknown: float | None) -> None:
    stamper = Stamper(Clock())
    assert fraction_of(stamper, unknown) is None
    assert fraction_of(stamper, 0.5) == 0.5
    assert fraction_of(stamper, unknown) == 0.5


@pytest.mark.parametrize(("sent", "meant"), [(-0.5, 0.0), (1.5, 1.0), (40.0, 1.0)])
def test_a_fraction_out_of_range_is_the_nearest_one_in_it(sent: float, meant: float) -> None:
    assert fraction_of(Stamper(Clock()), sent) == meant


def test_the_rest_of_a_progress_event_is_kept() -> None:
    event = ImageProgress("a", "queued", None, queue_position=3, note="soon")
    assert Stamper(Clock()).stamp(event) == replace(event, elapsed_s=0.0)


def test_a_job_is_timed_from_when_it_was_first_seen_to_its_pictures() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    clock.tick(3)
    queued, picture = ImageProgress("a", "queued"), ImageResult("a", 0, seed=7)
    assert stamper.stamp(queued) == replace(queued, elapsed_s=0.0)
    clock.tick(1.5)
    assert stamper.stamp(queued) == replace(queued, elapsed_s=1.5)
    assert stamper.stamp(ImageProgress("b", "queued")) == ImageProgress(
        "b", "queued", elapsed_s=0.0
    )
    clock.tick(0.5)
    assert stamper.stamp(picture) == replace(picture, elapsed_s=2.0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.floats())))
def test_fractions_of_a_job_never_fall_and_never_leave_their_range(
    sent: list[tuple[str, float | None]],
) -> None:
    stamper = Stamper(Clock())
    reached = {"a": 0.0, "b": 0.0}
    for job, fraction in sent:
        shown = fraction_of(stamper, fraction, job=job)
        if shown is not None:
            assert reached[job] <= shown <= 1.0
            reached[job] = shown


def test_a_job_that_nobody_reported_on_took_as_long_as_the_reply() -> None:
    clock = Clock()
    stamper = Stamper(clock)
    clock.tick(7)
    stamper.stamp(ImageProgress("a", "saving"))
    assert stamper.stamp(ImageResult("a", 0)) == ImageResult("a", 0, elapsed_s=7.0)
