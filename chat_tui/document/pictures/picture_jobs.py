"""The picture jobs of a message: what its parts say of each, and what only a live view knows."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from chat_tui.document.pictures.job_times import JobTimes, RunTimes
from chat_tui.document.pictures.picture_shape import asked_count, asked_ratio
from chat_tui.document.pictures.picture_slots import cell_size
from chat_tui.events import ImagePreview, ImageProgress, ImageResult
from chat_tui.message import Part, TextPart

USUAL_RATIO = 1.0
"""The shape of a picture of which nobody said one."""


class Job(NamedTuple):
    """What the parts of a message say of a job."""

    name: str
    part: int
    """The number of its first part, where it is shown."""
    progress: ImageProgress | None
    """Null once its place was taken by a picture."""
    results: tuple[ImageResult, ...]
    """In the order of their indices."""
    words_after: bool
    """The reply went on with text, after the job and before any picture of it."""


class Frame(NamedTuple):
    """The shape of a job's pictures, chosen once so that nothing moves afterwards."""

    ratio: float
    """Width by height."""
    asked: int
    """How many pictures; there may come more."""
    cell: float
    """How much higher than wide a cell is."""
    reserved: bool
    """Room is kept for them before they come."""


class LiveJobs:
    """What a view of a message knows of its jobs beside the parts, until it is thrown away."""

    def __init__(
        self,
        provider: str,
        model: str,
        runs: RunTimes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know nothing yet.

        Args:
            provider: Who was asked.
            model: Which model was; empty is the provider's own.
            runs: What earlier jobs of it took.
            clock: Monotonic seconds.
        """
        self._asked = provider, model
        self._runs = runs
        self._clock = clock
        self._previews: dict[str, dict[int, bytes]] = {}
        self._times: dict[str, JobTimes] = {}
        self._frames: dict[str, Frame] = {}

    def take(self, event: ImageProgress | ImagePreview | ImageResult) -> None:
        """Take in an event that came just now."""
        match event:
            case ImageProgress():
                self.times(event.job).take(event)
            case ImagePreview(data=data) if data:
                self._previews.setdefault(event.job, {})[event.index] = data
            case ImageResult(path=str()):
                self._previews.get(event.job, {}).pop(event.index, None)
            case _:
                pass

    def previews(self, job: str) -> Mapping[int, bytes]:
        """Return the latest preview of each picture that has not come yet, by index."""
        return self._previews.get(job, {})

    def times(self, job: str) -> JobTimes:
        """Return the clock of a job."""
        return self._times.setdefault(job, JobTimes(self._clock))

    def usual_s(self) -> float | None:
        """Say how long such a job usually is worked on; null where nothing is known."""
        return None if self._runs is None else self._runs.usual_s(*self._asked)

    def frame(self, job: Job, parameters: Mapping[str, object]) -> Frame:
        """Return the shape of a job's pictures: what was asked for, else what came, else a square.

        It is chosen when the job is first seen, and kept.
        """
        frame = self._frames.get(job.name)
        if frame is None:
            ratio = asked_ratio(parameters) or _ratio_of(job.results) or USUAL_RATIO
            words = self._runs is not None and self._runs.makes_words(*self._asked)
            width_px, height_px = cell_size()
            frame = Frame(ratio, asked_count(parameters), height_px / width_px, reserved=not words)
            self._frames[job.name] = frame
        return frame


def jobs_in(parts: Sequence[Part]) -> dict[str, Job]:
    """Find the jobs of a message, by their names, in the order in which they stand."""
    found: dict[str, Job] = {}
    texts = [
        number
        for number, part in enumerate(parts)
        if isinstance(part, TextPart) and part.text.strip()
    ]
    last_text = texts[-1] if texts else -1
    for number, part in enumerate(parts):
        if not isinstance(part, ImageProgress | ImageResult):
            continue
        job = found.get(part.job)
        if job is None:
            job = Job(part.job, number, None, (), last_text > number)
        if isinstance(part, ImageProgress):
            job = job._replace(progress=part)
        else:
            job = job._replace(results=_in_order((*job.results, part)))
        found[part.job] = job
    return found


def _in_order(results: Iterable[ImageResult]) -> tuple[ImageResult, ...]:
    return tuple(sorted(results, key=lambda result: result.index))


def _ratio_of(results: Iterable[ImageResult]) -> float | None:
    for result in results:
        if result.width_px and result.height_px:
            return asked_ratio({"width": result.width_px, "height": result.height_px})
    return None
