"""That nothing is being saved is said for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chat_tui import glyphs
from chat_tui.app.errors import told
from chat_tui.errors import NewerStore
from chat_tui.widgets.banner import Banner

if TYPE_CHECKING:
    from textual.app import App

    from chat_tui.errors import StoreError

_RETRIED = "kept in memory, saved when it can be"


class Trouble:
    """With the store: a banner and a word in every pane while it lasts, and once in full."""

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
        for banner in self._app.screen_stack[0].query(Banner):
            banner.tell("saving", "" if error is None else _words(error), "trouble")
        # Of a newer file, whoever opened it for reading has said the same.
        if self._told not in ("", before) and not isinstance(error, NewerStore):
            self._app.notify(self._told, title="not saving", severity="error", timeout=15)


def _words(error: StoreError) -> str:
    if isinstance(error, NewerStore):
        return f"not saving: {error.brief}"
    return f"not saving: {error.brief} {glyphs.DOT} {_RETRIED}"
