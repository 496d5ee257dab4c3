import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.pictures.job_times import (
    JobTimes,
    Left,
    left_words,
    percent_words,
    seconds_words,
)
from chat_tui.events import ImageProgress
from tests.streaming.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def times(clock: Clock) -> JobTimes:
    return JobTimes(clock)


def running(fraction: float | None, elapsed_s: float | None) -> ImageProgress:
    return ImageProgress("j", "running", fraction, elapsed_s=elapsed_s)


def test_time_goes_on_while_nothing_comes(clock: Clock, times: JobTimes) -> None:
    times.take(running(None, 2.0))
    clock.tick(3)
    assert times.elapsed_s == 5.0


def test_a_job_that_nobody_timed_has_no_time(clock: Clock, times: JobTimes) -> None:
    times.take(running(0.5, None))
    clock.tick(3)
    assert times.elapsed_s is None
    assert times.left(8.0) is None
    assert times.guessed_fraction(8.0) is None


def test_a_late_reader_learns_from_the_latest_event_when_the_job_began(
    clock: Clock, times: JobTimes
) -> None:
    clock.tick(100)
    for elapsed_s in (0.0, 5.0, 40.0):
        times.take(running(0.1, elapsed_s))
    assert times.elapsed_s == 40.0


def test_what_is_left_follows_from_the_speed_so_far(clock: Clock, times: JobTimes) -> None:
    times.take(running(0.0, 0.0))
    clock.tick(4)
    times.take(running(0.25, 4.0))
    assert times.left(None) == Left(12.0, guessed=False)
    clock.tick(2)
    assert times.left(None) == Left(10.0, guessed=False)


def test_time_in_the_queue_says_nothing_about_the_speed(clock: Clock, times: JobTimes) -> None:
    times.take(ImageProgress("j", "queued", queue_position=1, elapsed_s=0.0))
    clock.tick(60)
    times.take(running(0.0, 60.0))
    clock.tick(2)
    times.take(running(0.5, 62.0))
    assert times.left(None) == Left(2.0, guessed=False)


def test_a_fraction_that_does_not_begin_at_nothing_counts_from_where_it_did(
    clock: Clock, times: JobTimes
) -> None:
    times.take(running(0.5, 0.0))
    clock.tick(2)
    times.take(running(0.75, 2.0))
    assert times.left(None) == Left(2.0, guessed=False)


def test_without_a_fraction_what_is_usual_is_a_guess(clock: Clock, times: JobTimes) -> None:
    times.take(running(None, 0.0))
    clock.tick(2)
    assert times.left(8.0) == Left(6.0, guessed=True)
    assert times.guessed_fraction(8.0) == 0.25


def test_a_job_that_takes_longer_than_usual_promises_nothing(clock: Clock, times: JobTimes) -> None:
    times.take(running(None, 0.0))
    clock.tick(9)
    assert times.left(8.0) is None
    assert times.guessed_fraction(8.0) == 0.95


def test_the_first_moments_say_nothing(clock: Clock, times: JobTimes) -> None:
    times.take(running(0.0, 0.0))
    clock.tick(0.1)
    times.take(running(0.5, 0.1))
    assert times.left(8.0) is None


def test_what_is_being_saved_is_not_estimated(clock: Clock, times: JobTimes) -> None:
    times.take(running(0.0, 0.0))
    clock.tick(4)
    times.take(ImageProgress("j", "saving", 0.5, elapsed_s=4.0))
    assert times.left(8.0) is None


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, ""),
        (Left(11.6, guessed=False), "12 s left"),
        (Left(8.0, guessed=True), "about 8 s left"),
        (Left(0.2, guessed=False), "1 s left"),
        (Left(125.0, guessed=True), "about 2 min 5 s left"),
    ],
)
def test_what_is_left_in_words(left: Left | None, words: str) -> None:
    assert left_words(left) == words


def test_a_minute_is_a_minute() -> None:
    assert [seconds_words(s) for s in (59.4, 59.6, 60)] == ["59 s", "1 min 0 s", "1 min 0 s"]


@pytest.mark.parametrize(
    ("fraction", "words"), [(0.0, "0 %"), (0.29, "29 %"), (0.4, "40 %"), (0.999, "99 %"), (1, "100 %")]
)  # fmt: skip
def test_a_hundred_percent_is_all_of_it(fraction: float, words: str) -> None:
    assert percent_words(fraction) == words


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["queued", "running", "saving"]),
            st.none() | st.floats(min_value=0, max_value=1),
            st.none() | st.floats(min_value=0, max_value=1e6),
            st.floats(min_value=0, max_value=1e4),
        ),
        max_size=8,
    ),
    st.none() | st.floats(min_value=0, max_value=1e5),
)
def test_any_progress_has_times_that_make_sense(
    told: list[tuple[str, float | None, float | None, float]], usual_s: float | None
) -> None:
    clock = Clock()
    times = JobTimes(clock)
    for state, fraction, elapsed_s, pause_s in told:
        times.take(ImageProgress("j", state, fraction, elapsed_s=elapsed_s))  # type: ignore[arg-type]
        clock.tick(pause_s)
        assert times.elapsed_s is None or times.elapsed_s >= 0
        left, guess = times.left(usual_s), times.guessed_fraction(usual_s)
        assert left is None or left.seconds > 0
        assert guess is None or 0 <= guess <= 1
        assert left_words(left).isascii()
