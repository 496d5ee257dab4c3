"""Painting past the compositor: the changed rows of a widget, written straight to the terminal.

Textual 8.2 keeps no record of what the terminal shows, so a row that is written here and later
painted by the compositor gives the same cells. This module is the only one that leans on what
Textual does not promise (named below); where one of those is missing, or anything else might stand
over the widget, `paint` says no and the public way, `refresh`, is taken.
"""

from collections.abc import Sequence
from queue import Queue
from typing import Any, Final, TypeAlias

from textual.app import App
from textual.strip import Strip
from textual.widget import Widget

_SYNC_BEGIN, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_MOST_FILLED: Final = 0.5
"""How full the queue of what is to be written may be: when it is full, the event loop waits."""


def _writes(app: App[Any]) -> "Queue[str | None] | None":
    """What waits to be written, by a thread; null where nothing waits or nobody tells."""
    thread = getattr(getattr(app, "_driver", None), "_writer_thread", None)
    queue = getattr(thread, "_queue", None)
    return queue if isinstance(queue, Queue) and queue.qsize() > 0 else None


def terminal_is_behind(app: App[Any]) -> bool:
    """Something waits to be written: a slow terminal must not make the event loop wait."""
    return _writes(app) is not None


Beside: TypeAlias = "tuple[DirectPainter, Sequence[Strip]]"
"""A painter that has painted these rows, which the terminal still shows."""


class DirectPainter:
    """Remembers what a widget's rows show, and writes those that differ."""

    def __init__(self, widget: Widget) -> None:
        """Paint for a widget that has no border, padding or children."""
        self.widget = widget
        self._shown: list[Strip | None] = []
        """Row by row what the terminal shows; null where that is not known."""
        self._map: Any = None
        self._clear = False
        self._written = 0
        """The number of the last frame, among all that was ever given to the writing thread."""

    def forget(self) -> None:
        """Something else may have painted here."""
        self._shown = []

    def handed_out(self, first: int, strips: Sequence[Strip]) -> None:
        """The compositor asked for rows; it may paint them, or only what is beside them.

        Either way the terminal goes on to show those that it shows already.
        """
        for at, strip in enumerate(strips, first):
            if at < len(self._shown) and self._shown[at] is not strip:
                self._shown[at] = None

    def terminal_is_behind(self, pressing: bool = False) -> bool:
        """The last frame of this widget still waits to be written, or much else does.

        Frames of other widgets do not count: those that paint in the same moment would take turns
        in skipping, and the last of many would come late.

        Args:
            pressing: The next frame should not wait for the last one.
        """
        writes = _writes(self.widget.app)
        if writes is None:
            return False
        waiting = writes.qsize()
        # Nobody ever calls `task_done`: what is unfinished is all that was ever put.
        if waiting > writes.maxsize * _MOST_FILLED:
            return True
        return not pressing and writes.unfinished_tasks - waiting < self._written

    def paint(
        self,
        strips: Sequence[Strip],
        *,
        width: int | None = None,
        up: int = 0,
        beside: "Beside | None" = None,
    ) -> bool:
        """Write the rows that have changed.

        Args:
            strips: All rows of the widget, as wide as it is.
            width: In cells: beyond it stands something else, such as a scrollbar. All when left
                out.
            up: By how many rows the text has gone up since the last time, if it has.
            beside: What stands at the right of all rows, if its look is known; then the terminal
                is told to move the rows up, where they fill its width.

        Returns:
            Whether the terminal shows them now; if not, the widget must be refreshed.
        """
        app = self.widget.app
        driver = getattr(app, "_driver", None)
        origin = self._origin()
        if driver is None or origin is None:
            self.forget()
            return False
        out: list[str] = []
        if beside is not None and self._has_gone_up(strips, up):
            out += self._scrolled(
                origin, self.widget.size.width if width is None else width, up, beside
            )
        out += self._changes(strips, origin, width)
        if out:
            column, row = app.size.clamp_offset(app.cursor_position)
            out.append(f"\x1b[{row + 1};{column + 1}H")
            text = "".join(out)
            if getattr(app, "_sync_available", False):
                text = f"{_SYNC_BEGIN}{text}{_SYNC_END}"
            driver.write(text)
            driver.flush()
            writes = _writes(app)
            self._written = 0 if writes is None else writes.unfinished_tasks
        return True

    def _changes(
        self, strips: Sequence[Strip], origin: tuple[int, int], width: int | None
    ) -> list[str]:
        """Write the rows that the terminal does not show."""
        x, y = origin
        if len(self._shown) != len(strips):
            self._shown = [None] * len(strips)
        console = self.widget.app.console
        out: list[str] = []
        for at, (strip, before) in enumerate(zip(strips, self._shown, strict=True)):
            if strip is before:
                continue
            text = strip.crop(0, width).render(console)
            if before is None or text != before.crop(0, width).render(console):
                out.append(f"\x1b[{y + at + 1};{x + 1}H{text}")
        self._shown = list(strips)
        return out

    def _has_gone_up(self, strips: Sequence[Strip], up: int) -> bool:
        """Most of what is shown stands so many rows further up now."""
        height = len(strips)
        if not 0 < up <= height // 2 or len(self._shown) != height:
            return False
        moved = zip(self._shown[up:], strips, strict=False)
        return sum(before is now for before, now in moved) > height // 2

    def _scrolled(
        self, origin: tuple[int, int], width: int, up: int, beside: "Beside"
    ) -> list[str]:
        """Have the terminal move whole rows up; nothing where others share them.

        By line feeds at the end of a scrolling region, which all terminals know.
        """
        painter, strips = beside
        (x, y), height = origin, len(self._shown)
        place = painter._origin()
        if x or place != (width, y) or not height == len(painter._shown) == len(strips):
            return []
        if width + painter.widget.size.width != self.widget.app.size.width:
            return []
        blank: list[Strip | None] = [None] * up
        self._shown = self._shown[up:] + blank
        painter._shown = painter._shown[up:] + blank
        bottom = y + height
        feeds = "\n" * up
        move = f"\x1b[0m\x1b[{y + 1};{bottom}r\x1b[{bottom};1H{feeds}\x1b[r"
        return [move, *painter._changes(strips, place, None)]

    def _origin(self) -> tuple[int, int] | None:
        """Where the widget stands on the screen; null unless all of it, and nothing else, is seen."""
        widget = self.widget
        app = widget.app
        try:
            screen = widget.screen
            if getattr(app, "too_small", False):
                return None
            if app.screen is not screen or app._batch_count or app.is_headless or app.is_inline:
                return None
            if screen._layout_required or screen._repaint_required or screen.is_maximized:
                return None
            visible = screen._compositor.visible_widgets
        except AttributeError:
            return None
        if widget not in visible:
            return None
        region, clip = visible[widget]
        if visible is not self._map:
            around = {widget, *widget.ancestors}
            self._map = visible
            self._clear = clip.intersection(region) == region and not any(
                other not in around
                and other.parent is not widget
                and other_region.intersection(other_clip).overlaps(region)
                for other, (other_region, other_clip) in visible.items()
            )
        return (region.x, region.y) if self._clear else None
