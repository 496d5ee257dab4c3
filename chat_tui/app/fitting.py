"""A terminal that is too small for anything shows one plain line that says so."""

from typing import Any, Final, Self

from rich.console import RenderableType
from rich.control import Control
from rich.segment import ControlType, Segment, Segments
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

LEAST: Final = Size(20, 5)
"""Below it, in either direction, nothing is drawn but the notice."""
_WORDS: Final = (
    "the terminal is too small: 20 x 5 at least",
    "too small: 20 x 5 at least",
    "too small: 20 x 5",
    "too small",
    "small",
)


class FittingApp(App[int]):
    """Goes on below the notice, and is there again in a larger terminal."""

    _said_at: Size | None = None
    """The size that the notice was made for; null while all is drawn."""

    @property
    def too_small(self) -> bool:
        """The terminal has no room for anything."""
        return self.size.width < LEAST.width or self.size.height < LEAST.height

    def refresh(
        self, *, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Refresh the entire screen, and the notice where that is all there is."""
        if layout:
            self._said_at = None
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Put the notice in the place of what Textual 8.2 would write, whatever is open."""
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
