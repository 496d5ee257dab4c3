"""What only the receiving side knows: durations, and progress that never falls."""

import math
from collections.abc import Callable

import msgspec

from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    ReasoningDelta,
    Step,
    StreamEvent,
    TextDelta,
)


class Stamper:
    """Fills in the fields of events that say how long something took."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start the clock of one reply.

        Args:
            clock: Monotonic seconds.
        """
        self._clock = clock
        self._began_s = clock()
        self._first_s: float | None = None
        self._reasoning_began_s: float | None = None
        self._step_began_s: dict[str, float] = {}
        self._fractions: dict[str, float] = {}
        self._job_began_s: dict[str, float] = {}

    def stamp(self, event: StreamEvent) -> StreamEvent:
        """Return the event with its times."""
        if self._first_s is not None and type(event) is TextDelta:
            return event  # nearly all events are such
        match event:
            case TextDelta() | ImagePreview() | ImageResult():
                if self._first_s is None:
                    self._first_s = self._elapsed()
                if isinstance(event, ImageResult) and event.job in self._job_began_s:
                    return msgspec.structs.replace(event, elapsed_s=self._job_elapsed(event.job))
                return event
            case ReasoningDelta(elapsed_s=None):  # some servers know it better
                now = self._clock()
                if self._reasoning_began_s is None:
                    self._reasoning_began_s = now
                elapsed_s = round(now - self._reasoning_began_s, 3)
                return msgspec.structs.replace(event, elapsed_s=elapsed_s)
            case Step():
                began_s = self._step_began_s.setdefault(event.id, self._clock())
                elapsed_s = round(self._clock() - began_s, 3)
                return msgspec.structs.replace(event, elapsed_s=elapsed_s)
            case ImageProgress():
                if event.state == "saving":  # nobody said how far it was: as long as all of it
                    self._job_began_s.setdefault(event.job, self._began_s)
                return msgspec.structs.replace(
                    event,
                    fraction=self._fraction(event),
                    elapsed_s=self._job_elapsed(event.job),
                )
            case Finished():
                return msgspec.structs.replace(
                    event, elapsed_s=self._elapsed(), first_s=self._first_s
                )
            case _:
                return event

    def _elapsed(self) -> float:
        return round(self._clock() - self._began_s, 3)

    def _job_elapsed(self, job: str) -> float:
        now = self._clock()
        return round(now - self._job_began_s.setdefault(job, now), 3)

    def _fraction(self, event: ImageProgress) -> float | None:
        """Clamp to 0..1 and to what was already reached; servers send anything here."""
        fraction = event.fraction
        if fraction is None or not math.isfinite(fraction):
            return self._fractions.get(event.job)
        reached = max(self._fractions.get(event.job, 0.0), min(1.0, fraction))
        self._fractions[event.job] = reached
        return reached
