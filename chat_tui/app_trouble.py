"""That nothing is being saved is said for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chat_tui.app_errors import told

if TYPE_CHECKING:
    from textual.app import App

    from chat_tui.errors import StoreError


class Trouble:
    """With the store: in every pane for as long as it lasts, and once in words."""

    def __init__(self, app: App[int], warn: Callable[[str], None]) -> None:
        """Know of none.

        Args:
            app: Where it is told.
            warn: Shows a standing warning in every pane; empty takes it away.
        """
        self._app = app
        self._warn = warn
        self._told = ""

    @property
    def lasts(self) -> bool:
        """Just now nothing can be saved."""
        return bool(self._told)

    def tell(self, error: StoreError | None) -> None:
        """Say what is wrong, or with null that all is well again."""
        if not self._app.is_running:
            return
        self._warn("not saving" if error is not None else "")
        before, self._told = self._told, "" if error is None else told(error)
        if self._told not in ("", before):
            self._app.notify(self._told, title="not saving", severity="error", timeout=15)
