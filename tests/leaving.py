"""Ends a program that is driven by keys as its own end does it: what still works stops first."""

from typing import Any

from textual.app import App


def leave_in_order() -> None:
    """Say that it ends, and cancel the workers before the widgets go that they would look for.

    Textual does both where a program ends by itself, but not where a pilot ends it.
    """
    shutdown = App._shutdown

    async def ended(self: App[Any]) -> None:
        self._exit = True
        self.workers.cancel_all()
        await shutdown(self)

    App._shutdown = ended  # type: ignore[method-assign]
