"""What earlier picture jobs took, kept between runs; losing it loses nothing."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from chat_tui.config.paths import private_dir
from chat_tui.events import Finished, ImageProgress, ImageResult, StreamEvent, TextDelta
from chat_tui.files import write_atomically

log = logging.getLogger(__name__)

MOST_RUNS: Final = 9
"""Of one model; the latest ones."""
MOST_MODELS: Final = 200
MOST_BYTES: Final = 1 << 20

_ENDED_WELL: Final = frozenset({"stop", "unknown"})
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=604_800)]


class ModelRuns(msgspec.Struct, frozen=True):
    """What is known of one model of one provider."""

    provider: str
    model: str
    seconds: tuple[_Seconds, ...] = ()
    """From the end of the queue to the last picture, the latest job last."""
    words: bool = False
    """The last job ended in words alone."""


class PastRuns:
    """A small file of them. Whoever asks before it is read hears nothing."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is read by `load`, and made with the first job."""
        self._path = path
        self._models: dict[tuple[str, str], ModelRuns] = {}
        self._loading: asyncio.Task[None] | None = None
        self._saving = asyncio.Lock()

    def usual_s(self, provider: str, model: str) -> float | None:
        """Seconds that a job is usually worked on: the median of the last ones."""
        known = self._models.get((provider, model))
        return _median(known.seconds) if known is not None and known.seconds else None

    def makes_words(self, provider: str, model: str) -> bool:
        """Whether the last job of this model ended in words alone."""
        known = self._models.get((provider, model))
        return known is not None and known.words

    async def load(self) -> None:
        """Read the file, once, off the event loop."""
        if self._loading is None:
            self._loading = asyncio.create_task(self._load(), name="load past picture jobs")
        await asyncio.shield(self._loading)

    def watch(self, provider: str, model: str) -> "Run":
        """Begin to watch a reply.

        Args:
            provider: Who is asked.
            model: Which model is; empty is the provider's own.
        """
        return Run(self, provider, model)

    async def add(self, provider: str, model: str, seconds: float | None) -> None:
        """Keep what a job took; null is that it made words instead.

        What another instance wrote meanwhile stays. A file that cannot be written is only logged.
        """
        async with self._saving:
            self._models = await asyncio.to_thread(self._merged, provider, model, seconds)

    async def _load(self) -> None:
        self._models = await asyncio.to_thread(self._read) | self._models

    def _merged(
        self, provider: str, model: str, seconds: float | None
    ) -> dict[tuple[str, str], ModelRuns]:
        models = self._models | self._read()
        known = models.pop((provider, model), ModelRuns(provider, model))
        took = known.seconds if seconds is None else (*known.seconds, seconds)
        models[provider, model] = ModelRuns(provider, model, took[-MOST_RUNS:], seconds is None)
        for oldest in list(models)[:-MOST_MODELS]:
            del models[oldest]
        try:
            content = msgspec.json.encode(tuple(models.values()))
            private_dir(self._path.parent)
            write_atomically(self._path, content, overwrite=True)
        except (OSError, UnicodeEncodeError) as error:
            log.warning("what a picture job took is not kept: %s", error)
        return models

    def _read(self) -> dict[tuple[str, str], ModelRuns]:
        try:
            if self._path.stat().st_size > MOST_BYTES:
                return {}
            found = msgspec.json.decode(self._path.read_bytes(), type=tuple[ModelRuns, ...])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            log.warning("what picture jobs took is forgotten: %s", error)
            return {}
        return {
            (one.provider, one.model): msgspec.structs.replace(
                one, seconds=one.seconds[-MOST_RUNS:]
            )
            for one in found[-MOST_MODELS:]
        }


def _median(seconds: Sequence[float]) -> float:
    # The module `statistics` is dear to import.
    in_order = sorted(seconds)
    middle = len(in_order) // 2
    return in_order[middle] if len(in_order) % 2 else (in_order[middle - 1] + in_order[middle]) / 2


class Run:
    """Watches the events of one reply for its picture jobs, by the times they are stamped with."""

    def __init__(self, runs: PastRuns, provider: str, model: str) -> None:
        self._runs = runs
        self._asked = provider, model
        self._work_began_s: dict[str, float] = {}
        self._queued: set[str] = set()
        self._done_s: dict[str, float] = {}
        self._said_something = False
        self._ended_well = False

    def add(self, events: Iterable[StreamEvent]) -> None:
        """Take in what came."""
        for event in events:
            match event:
                case ImageProgress(job=job, elapsed_s=float(elapsed_s)):
                    if event.state == "queued":
                        self._queued.add(job)
                    else:
                        self._queued.discard(job)
                        self._work_began_s.setdefault(job, elapsed_s)
                case ImageResult(job=job, elapsed_s=float(elapsed_s)):
                    self._done_s[job] = elapsed_s
                case TextDelta(text=text):
                    self._said_something = self._said_something or bool(text.strip())
                case Finished(reason=reason):
                    self._ended_well = reason in _ENDED_WELL
                case _:
                    pass

    async def finish(self) -> None:
        """Keep what the jobs of a reply that ended well took."""
        if not self._ended_well:
            return
        seen = self._work_began_s.keys() | self._queued
        for job, done_s in self._done_s.items():
            if job in self._work_began_s:
                await self._runs.add(*self._asked, max(0.0, done_s - self._work_began_s[job]))
        if seen and not self._done_s and self._said_something:
            await self._runs.add(*self._asked, None)
