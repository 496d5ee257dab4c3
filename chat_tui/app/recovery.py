"""Replies that broke off with the program: told at the start, and Enter goes to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chat_tui import glyphs
from chat_tui.config.key_labels import first_key_label
from chat_tui.errors import ChatTuiError
from chat_tui.widgets.banner import Banner

if TYPE_CHECKING:
    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.wiring import Wiring
    from chat_tui.ids import MessageId

_SUBJECT = "recovered"


class AppRecovery:
    """One for the application."""

    def __init__(self, app: ChatApp, wiring: Wiring) -> None:
        """Know of none.

        Args:
            app: Where it is told.
            wiring: Knows the store.
        """
        self._app = app
        self._wiring = wiring
        self._waiting: list[MessageId] = []

    def tell(self, recovered: Sequence[MessageId]) -> None:
        """Say that replies were recovered, until somebody has gone to them."""
        self._waiting = list(recovered)
        self._show()

    async def go(self) -> bool:
        """Go to the latest one that nobody has gone to.

        Returns:
            Whether there was one.
        """
        if not self._waiting:
            return False
        from chat_tui.screens.conversation_shelf import Place

        message = self._waiting.pop()
        try:
            conversation = await self._wiring.store.conversation_of(message)
        except ChatTuiError as error:
            self._app.notify(str(error), severity="warning")
        else:
            await self._app.work.conversations.go(self._app.pane, Place(conversation, message))
        self._show()
        return True

    def leave(self) -> None:
        """Say no more of them: something is being said."""
        self._waiting.clear()
        self._show()

    def _show(self) -> None:
        count = len(self._waiting)
        plural = "y" if count == 1 else "ies"
        key = first_key_label(self._wiring.config.keys.get("prompt.send", ""))
        words = f"recovered {count} unfinished repl{plural} {glyphs.DOT} {key} goes to it"
        for screen in self._app.screen_stack[:1]:  # none once the application is ending
            for banner in screen.query(Banner):
                banner.tell(_SUBJECT, words if count else "")
