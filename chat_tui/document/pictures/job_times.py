"""How long a picture job has taken, and how much longer it will."""

import time
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from chat_tui.events import ImageProgress

LEAST_S: Final = 0.5
"""So long a job must have been worked on before its speed means anything."""
LEAST_FRACTION: Final = 0.01
MOST_GUESSED: Final = 0.95
"""A bar that is drawn by what was usual never claims more."""


class RunTimes(Protocol):
    """What earlier jobs took."""

    def usual_s(self, provider: str, model: str) -> float | None:
        """Seconds that a job is usually worked on; null where nothing is known."""
        ...

    def makes_words(self, provider: str, model: str) -> bool:
        """Whether the last job of this model ended in words alone."""
        ...


class Left(NamedTuple):
    """How much longer a job takes."""

    seconds: float
    guessed: bool
    """By what was usual, not by what its server says."""


class JobTimes:
    """The clock of one job, set by what its events say."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nothing yet.

        Args:
            clock: Monotonic seconds.
        """
        self._clock = clock
        self._began_s: float | None = None
        """By the clock."""
        self._work_began_s: float | None = None
        """After the queue; seconds of the job, as the next two."""
        self._reported_s = 0.0
        self._first_fraction = 0.0
        self._fraction: float | None = None
        self.saving = False

    def take(self, progress: ImageProgress) -> None:
        """Take in how far the job is."""
        self.saving = progress.state == "saving"
        if progress.elapsed_s is None:
            return
        began_s = self._clock() - progress.elapsed_s
        # A reader that comes late reads old events now: the latest one knows best.
        self._began_s = began_s if self._began_s is None else min(began_s, self._began_s)
        if progress.state == "queued":
            return
        if self._work_began_s is None:
            self._work_began_s = progress.elapsed_s
            self._first_fraction = progress.fraction or 0.0
        if progress.fraction is not None and progress.fraction != self._fraction:
            self._fraction, self._reported_s = progress.fraction, progress.elapsed_s

    @property
    def elapsed_s(self) -> float | None:
        """Seconds since the job was first seen; null where nobody counts them."""
        return None if self._began_s is None else max(0.0, self._clock() - self._began_s)

    def left(self, usual_s: float | None) -> Left | None:
        """Say how much longer it takes: by its own speed, else by what is usual.

        Returns:
            Null while nothing can be said, and once it takes longer than that.
        """
        elapsed_s, began_s = self.elapsed_s, self._work_began_s
        if elapsed_s is None or began_s is None or self.saving:
            return None
        if self._fraction is not None:
            worked_s, done = self._reported_s - began_s, self._fraction - self._first_fraction
            if worked_s < LEAST_S or done < LEAST_FRACTION:
                return None
            wanted_s = worked_s * (1.0 - self._fraction) / done
            left = Left(self._reported_s + wanted_s - elapsed_s, guessed=False)
        elif usual_s is not None:
            left = Left(began_s + usual_s - elapsed_s, guessed=True)
        else:
            return None
        return left if left.seconds > 0 else None

    def guessed_fraction(self, usual_s: float | None) -> float | None:
        """How far it would be if it took as long as is usual; null where nothing is known."""
        elapsed_s, began_s = self.elapsed_s, self._work_began_s
        if elapsed_s is None or began_s is None or not usual_s:
            return None
        return max(0.0, min(MOST_GUESSED, (elapsed_s - began_s) / usual_s))


def left_words(left: Left | None) -> str:
    """Say how much longer something takes, such as `about 8 s left`; empty for nothing."""
    if left is None:
        return ""
    about = "about " if left.guessed else ""
    return f"{about}{seconds_words(max(1.0, left.seconds))} left"


def seconds_words(seconds: float) -> str:
    """Say a time that still changes, in whole seconds."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60:,} min {whole % 60} s"


def took_words(seconds: float) -> str:
    """Say a time that is over: short ones more exactly."""
    return f"{seconds:.1f} s" if seconds < 60 else seconds_words(seconds)


def percent_words(fraction: float) -> str:
    """Say how far something is; `100 %` only when it is all of it."""
    return f"{int(fraction * 100 + 1e-9)} %"
