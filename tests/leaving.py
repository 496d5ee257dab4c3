"""Ends a program that is driven by keys as its own end does it: what still works stops first."""

import asyncio
from typing import Any, Final

from textual.app import App

TURNS: Final = 3
"""Of the loop: what was cancelled before it began would be told as never awaited."""


def leave_in_order() -> None:
    """Cancel the workers before the widgets go that they would look for.

    Textual does so where a program ends by itself, but not where a pilot ends it.
    """
    shutdown = App._shutdown

    async def ended(self: App[Any]) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self.workers.cancel_all()
        await shutdown(self)

    App._shutdown = ended  # type: ignore[method-assign]
