"""A terminal that is too small for anything shows one plain line; in all others all is painted."""

from typing import Any, Final, Self

from rich.console import RenderableType
from rich.control import Control
from rich.segment import ControlType, Segment, Segments
from textual import events
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

LEAST: Final = Size(20, 5)
"""Below it, in either direction, nothing is drawn but the notice."""
SETTLED_S: Final = 0.25
"""How long after a screen has come or gone all of what can be seen is painted once more."""
_WORDS: Final = (
    "the terminal is too small: 20 x 5 at least",
    "too small: 20 x 5 at least",
    "too small: 20 x 5",
    "too small",
    "small",
)


class FittingApp(App[int]):
    """Goes on below the notice, and is there again in a larger terminal.

    What opens over something else takes the keys, so that it must be seen, whatever became of its
    first painting: Textual 8.2 forgets what it could not show during a batch.
    """

    _said_at: Size | None = None
    """The size that the notice was made for; null while all is drawn."""
    _unpainted = False
    """Something was left out during a batch."""
    _settling: Timer | None = None
    _measuring: Timer | None = None

    @property
    def too_small(self) -> bool:
        """The terminal has no room for anything."""
        return self.size.width < LEAST.width or self.size.height < LEAST.height

    def on_mount(self) -> None:
        self.screen_change_signal.subscribe(self, self._screen_changed, immediate=True)

    def refresh(
        self, *, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Refresh the entire screen, and the notice where that is all there is."""
        if layout:
            self._said_at = None
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def on_resize(self, event: events.Resize) -> None:
        if event.size == self.screen.outer_size:
            # It was another in between, and what that cut off is gone: a layout would not know.
            self.refresh(layout=True)
        if self._measuring is None:
            self._measuring = self.set_timer(SETTLED_S, self._measure_again)

    def _measure_again(self) -> None:
        self._measuring = None
        if (look := getattr(self._driver, "look_at_size", None)) is not None:
            look()

    def _screen_changed(self, _screen: Screen[Any]) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLED_S, self._paint_once_more)

    def _paint_once_more(self) -> None:
        self._settling = None
        self.refresh(layout=True)

    def _end_batch(self) -> None:
        """Paint what was left out meanwhile: Textual 8.2 tells no screen that a batch is over."""
        super()._end_batch()
        if self._batch_count or not self._running:
            return
        if self._unpainted:
            self._unpainted = False
            self.refresh()
        for screen in self.screen_stack:
            screen.check_idle()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Put the notice in the place of what Textual 8.2 would write, whatever is open."""
        if self._batch_count and renderable is not None:
            self._unpainted = True
        # Textual 8.2 sets it when the cursor moves, not when what it is in does; input methods open
        # their windows there.
        if (place := getattr(screen.focused, "cursor_screen_offset", None)) is not None:
            self.cursor_position = place
        if not self.too_small:
            if self._said_at is not None:
                self._said_at = None
                self.call_next(self.refresh, layout=True)
            super()._display(screen, renderable)
        elif self._said_at != self.size:
            self._said_at = self.size
            super()._display(screen, notice(self.size))


def notice(size: Size) -> RenderableType:
    """Make the line, as long as there is room."""
    fitting = [words for words in _WORDS if len(words) <= size.width]
    words = fitting[0] if fitting else _WORDS[-1][: size.width]
    clear = Control((ControlType.CLEAR,), (ControlType.HOME,)).segment
    return Segments([clear, Segment(words)])
