"""What providers say to requests to stop, on its way to whoever runs the stopped reply."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Final, TypeAlias

from chat_tui.events import StopAnswer

SendStop: TypeAlias = Callable[[], Awaitable[StopAnswer | None]]
"""Asks a server to stop its work, and says what it answered; null where it cannot be asked."""


class StopAnswers:
    """The requests to stop that one reply has caused. The tasks belong to who sends them."""

    def __init__(self) -> None:
        self._asked: list[asyncio.Task[StopAnswer | None]] = []

    def add(self, asked: asyncio.Task[StopAnswer | None]) -> None:
        """Take in a request that is on its way."""
        self._asked.append(asked)

    async def heard(self, wait_s: float) -> StopAnswer | None:
        """Wait for the answers; the worst one counts.

        Args:
            wait_s: The longest wait.

        Returns:
            Null where nobody was asked.
        """
        if not self._asked:
            return None
        done, late = await asyncio.wait(self._asked, timeout=wait_s)
        answers = {
            "unanswered" if task.cancelled() or task.exception() else task.result() for task in done
        }
        if late or "unanswered" in answers:
            return "unanswered"
        if "too_late" in answers:
            return "too_late"
        return "confirmed" if "confirmed" in answers else None


STOP_ANSWERS: Final[ContextVar[StopAnswers | None]] = ContextVar("STOP_ANSWERS", default=None)
"""Of the reply that the current task works for; null where nobody wants to know."""
