"""Mistakes of ours: written down and told, while the rest of the application goes on.

Textual ends an application at the first exception of a handler, a worker, a timer or a widget that
draws itself. From here on they are caught where the message is handled or the widget is drawn, so
that even the widget itself goes on. This leans on private names of Textual 8.2, which a test pins:
`MessagePump._dispatch_message` and `App._handle_exception`.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from rich.segment import Segment
from textual.app import App
from textual.css.query import NoMatches
from textual.events import Mount
from textual.geometry import Region
from textual.message import Message
from textual.message_pump import MessagePump
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import WorkerFailed

from chat_tui.crash_report import fingerprint, write_report
from chat_tui.text import clean_line

log = logging.getLogger(__name__)

FAILED_WIDGET: Final = "(this part of chat-tui failed)"

_MARK: Final = "_chat_tui_contains"
_PATH_MAX: Final = 400


class Crashes:
    """What went wrong in one application."""

    def __init__(self, app: App[Any], folder: Path) -> None:
        """Contain the mistakes of an application.

        Args:
            app: Told of each, once.
            folder: Where reports go; made when there is one.
        """
        self.stands = False
        """The application is mounted: before that, a mistake ends it."""
        self._app = app
        self._folder = folder
        self._known: set[tuple[str, str, int]] = set()
        contain_dispatch()

    def contain(self, error: Exception, where: str) -> bool:
        """Report a mistake, and say so to the user; the same one only once.

        Returns:
            Whether the application can go on: it cannot before it stands, or while it ends. Then
            one thing is no mistake: that a widget misses parts which are not made any more.
        """
        app = self._app
        cause = error.error if isinstance(error, WorkerFailed) else error
        if app._exit and isinstance(cause, NoMatches):  # noqa: SLF001  # no public name
            log.debug("missed at the end: %s", cause)
            return True
        if not self.stands or app._exit:  # noqa: SLF001
            return False
        if app.is_headless and app._exception is None and isinstance(cause, Exception):  # noqa: SLF001
            app._exception = cause  # noqa: SLF001  # a test is to fail of it in the end
        mistake = fingerprint(cause)
        if mistake in self._known:
            return True
        self._known.add(mistake)
        path = self.write(cause, where)
        details = f"; details: {clean_line(str(path), _PATH_MAX)}" if path else ""
        app.notify(
            f"chat-tui made a mistake and goes on ({type(cause).__name__} in {where}){details}",
            severity="error",
            timeout=30,
        )
        return True

    def write(self, error: BaseException, where: str) -> Path | None:
        """Write a report; null where none can be written, then the log has it."""
        path = write_report(self._folder, error, where)
        if path is None:
            log.error("a mistake in %s", where, exc_info=error)
        else:
            log.error("a mistake in %s: %s, see %s", where, type(error).__name__, path)
        return path

    def draw_safely(self, widget: Widget) -> None:
        """Have a widget that cannot draw itself show that, and nothing else."""
        draw = widget.render_lines

        def render_lines(crop: Region) -> list[Strip]:
            try:
                return draw(crop)
            except Exception as error:  # the top of the application, for what draws
                if not self.contain(error, type(widget).__name__):
                    raise
                return _failed_rows(crop)

        widget.render_lines = render_lines  # type: ignore[method-assign]  # of this widget alone


def contain_dispatch() -> None:
    """Have every message pump of an application with `crashes` outlive its handlers' mistakes."""
    dispatch: Callable[[MessagePump, Message], Awaitable[None]] = MessagePump._dispatch_message  # noqa: SLF001
    if hasattr(dispatch, _MARK):
        return

    async def contained(self: MessagePump, message: Message) -> None:
        try:
            await dispatch(self, message)
        except Exception as error:
            crashes = _crashes_of(self)
            if crashes is None or not crashes.contain(error, type(self).__name__):
                raise
        if isinstance(message, Mount) and isinstance(self, Widget):
            crashes = _crashes_of(self)
            if crashes is not None:
                crashes.draw_safely(self)

    setattr(contained, _MARK, True)
    MessagePump._dispatch_message = contained  # type: ignore[method-assign]  # noqa: SLF001  # no hook


def _crashes_of(pump: MessagePump) -> Crashes | None:
    crashes = getattr(pump.app, "crashes", None)
    return crashes if isinstance(crashes, Crashes) else None


def _failed_rows(crop: Region) -> list[Strip]:
    rows = []
    for y in range(crop.y, crop.bottom):
        text = FAILED_WIDGET if y == 0 else ""
        rows.append(Strip([Segment(text[crop.x : crop.right].ljust(crop.width))], crop.width))
    return rows
