import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings

from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    StreamError,
    StreamEvent,
    TextDelta,
)
from chat_tui.media.past_runs import MOST_MODELS, MOST_RUNS, PastRuns
from tests.event_strategies import streams

ASKED = ("fal", "flux")
QUEUED = ImageProgress("j", "queued", elapsed_s=0.0)
WORKING = ImageProgress("j", "running", elapsed_s=4.0)
DONE = ImageResult("j", 0, elapsed_s=9.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "picture-runs.json"


def written(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def damage(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)


async def after(file: Path, *events: StreamEvent) -> PastRuns:
    """What the next start of the program knows."""
    runs = PastRuns(file)
    run = runs.watch(*ASKED)
    run.add(events)
    await run.finish()
    again = PastRuns(file)
    await again.load()
    assert again.usual_s(*ASKED) == runs.usual_s(*ASKED)
    return again


async def test_what_a_job_took_without_its_queue_is_known_next_time(file: Path) -> None:
    runs = await after(file, QUEUED, WORKING, DONE, Finished("stop"))
    assert runs.usual_s(*ASKED) == 5.0
    assert runs.usual_s("fal", "other") is None
    assert runs.usual_s("other", "flux") is None


async def test_several_pictures_of_a_job_are_done_with_the_last(file: Path) -> None:
    last = ImageResult("j", 1, elapsed_s=12.0)
    assert (await after(file, WORKING, DONE, last, Finished("stop"))).usual_s(*ASKED) == 8.0


@pytest.mark.parametrize(
    "end", [Finished("cancelled"), Finished("incomplete"), StreamError("network", "lost")]
)
async def test_a_job_that_did_not_end_well_says_nothing(file: Path, end: StreamEvent) -> None:
    assert (await after(file, WORKING, DONE, end)).usual_s(*ASKED) is None
    assert written(file) is None


async def test_a_reply_without_a_job_leaves_no_trace(file: Path) -> None:
    await after(file, TextDelta("hi"), Finished("stop"))
    await after(file, ImageResult("j", 0), Finished("stop"))
    assert written(file) is None


async def test_a_model_that_made_words_is_known_for_it_until_it_makes_a_picture(
    file: Path,
) -> None:
    runs = await after(file, WORKING, TextDelta("hi"), Finished("stop"))
    assert runs.makes_words(*ASKED)
    assert runs.usual_s(*ASKED) is None
    runs = await after(file, WORKING, DONE, Finished("stop"))
    assert not runs.makes_words(*ASKED)


async def test_the_usual_time_is_the_median_of_the_last_runs(file: Path) -> None:
    runs = PastRuns(file)
    for seconds in (900.0, *[1.0] * 2, *range(MOST_RUNS - 2)):
        await runs.add(*ASKED, float(seconds))
    assert runs.usual_s(*ASKED) == sorted([1.0, 1.0, *range(MOST_RUNS - 2)])[MOST_RUNS // 2]


async def test_an_even_number_of_runs_has_a_median_in_between(file: Path) -> None:
    runs = PastRuns(file)
    for seconds in (2.0, 4.0):
        await runs.add(*ASKED, seconds)
    assert runs.usual_s(*ASKED) == 3.0


async def test_the_models_that_were_not_used_for_longest_are_forgotten(file: Path) -> None:
    runs = PastRuns(file)
    for number in range(MOST_MODELS + 1):
        await runs.add("p", str(number % MOST_MODELS) if number else "first", 1.0)
    await runs.add("p", "new", 1.0)
    assert runs.usual_s("p", "first") is None
    assert runs.usual_s("p", "new") == 1.0


async def test_two_instances_do_not_lose_each_others_runs(file: Path) -> None:
    one, two = PastRuns(file), PastRuns(file)
    await asyncio.gather(one.load(), two.load())
    await one.add("a", "", 1.0)
    await two.add("b", "", 2.0)
    third = PastRuns(file)
    await third.load()
    assert (third.usual_s("a", ""), third.usual_s("b", "")) == (1.0, 2.0)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[1]", b"\xff", b'[{"provider":"p","model":"m","seconds":[-1]}]', b"[" * 9_000,
     b'[{"provider":"p\xff","model":"m"}]', b'[{"x":' + b"[" * 9_000, b" " * (1 << 21)],
)  # fmt: skip
async def test_a_file_that_is_damaged_is_as_none(file: Path, content: bytes) -> None:
    damage(file, content)
    runs = await after(file)
    assert runs.usual_s(*ASKED) is None
    await runs.add(*ASKED, 3.0)
    assert runs.usual_s(*ASKED) == 3.0


async def test_a_place_that_cannot_be_written_costs_only_the_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    runs = PastRuns(tmp_path / "file" / "runs.json")
    await runs.load()
    await runs.add(*ASKED, 3.0)
    assert runs.usual_s(*ASKED) == 3.0


async def test_the_file_is_for_the_user_alone(file: Path) -> None:
    await PastRuns(file).add(*ASKED, 3.0)
    assert [path.stat().st_mode & 0o077 for path in (file, file.parent)] == [0, 0]


@settings(deadline=None)
@given(streams)
def test_any_reply_can_be_watched(events: list[StreamEvent]) -> None:
    run = PastRuns(Path("/nowhere")).watch(*ASKED)
    run.add(events)
