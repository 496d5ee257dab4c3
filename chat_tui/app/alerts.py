"""Long replies and pictures are told of when they are done, while nobody looks."""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from textual.app import App

from chat_tui.alerts import alert
from chat_tui.config.model import NotifyMode
from chat_tui.events import Finished, ImageResult
from chat_tui.ids import MessageId
from chat_tui.programs import run_program
from chat_tui.session.reply import Reply
from chat_tui.widgets.background import run_in_background

LONG_S: Final = 10.0
"""A reply that took so long is told of; a picture always is."""
LIMIT_S: Final = 5.0


class Alerts:
    """Of one application."""

    def __init__(
        self,
        app: App[int],
        mode: NotifyMode,
        environ: Mapping[str, str],
        write: Callable[[str], None],
    ) -> None:
        """Tell nothing yet.

        Args:
            app: Knows whether its terminal has the focus.
            mode: When something is told at all.
            environ: Of the terminal and of the desktop.
            write: Writes to the terminal.
        """
        self._app = app
        self.mode = mode
        self._environ = environ
        self._write = write
        self._told: deque[MessageId] = deque(maxlen=64)
        """Several panes may show one reply."""

    def reply_ended(self, reply: Reply) -> None:
        """Tell that a reply has ended, if somebody waits for it elsewhere."""
        away = self.mode == "always" or (self.mode == "unfocused" and not self._app.app_focus)
        ending = reply.worker.terminal
        stopped = isinstance(ending, Finished) and ending.reason == "cancelled"
        if not away or stopped or ending is None or reply.id in self._told:
            return
        self._told.append(reply.id)
        message = reply.folder.message()
        picture = any(isinstance(part, ImageResult) for part in message.parts)
        took_s = (datetime.now(UTC) - message.created).total_seconds()
        if not picture and took_s < LONG_S:
            return
        what = "the picture" if picture else "the reply"
        words = f"{what} is there" if isinstance(ending, Finished) else f"{what} failed"
        line = f"{message.provider}: {words}, after {took_s:.0f} s"
        run_in_background(self._app, "alert", self._tell, line)

    async def _tell(self, line: str) -> None:
        told = await asyncio.to_thread(
            alert, "chat-tui", line, environ=self._environ, which=shutil.which
        )
        self._write(told.sequence)
        if told.argv:
            await run_program(told.argv, environ=self._environ, limit_s=LIMIT_S)
