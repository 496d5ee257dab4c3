"""The type of the fixture that compares a picture with the accepted one."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp


class Compare(Protocol):
    def __call__(
        self,
        app: ChatApp,
        *,
        size: tuple[int, int],
        before: Callable[[Pilot[int]], Awaitable[None]] | None = None,
    ) -> None:
        """Run the application, and compare its picture with the accepted one.

        Args:
            app: Not run yet.
            size: Columns and rows.
            before: What is done in it first.
        """
        ...
