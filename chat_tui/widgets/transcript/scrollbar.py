"""The scrollbar of a transcript: cells by the row, which can be painted past the compositor."""

from typing import NamedTuple, cast

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from chat_tui.widgets.transcript.direct_paint import DirectPainter
from chat_tui.widgets.transcript.ground import Ground


class Look(NamedTuple):
    """All that the cells depend on."""

    size: Size
    total: int
    window: int
    position: float
    style: Style


class LineScrollBar(ScrollBar):
    """Looks like any other vertical bar of one cell's width, and is drawn again only if it moves.

    Textual paints all widgets whenever one of them changes, and one of its own bars costs more then
    than all the rest.
    """

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical")
        self._painter = DirectPainter(self)
        self._drawn: tuple[Look, list[Strip]] | None = None
        self._shown: Look | None = None
        """What was last painted past the compositor."""

    def move(self, total: int, window: int, position: float, *, direct: bool) -> None:
        """Show another place.

        Args:
            total: All rows.
            window: Those that can be seen.
            position: The first of them.
            direct: Paint past the compositor where that is possible.
        """
        if self.shown is None:
            self._painter.forget()
        self.set_reactive(ScrollBar.window_virtual_size, total)
        self.set_reactive(ScrollBar.window_size, window)
        self.set_reactive(ScrollBar.position, position)
        if direct and self._painter.paint(self._strips()):
            self._shown = self._look()
        else:
            self._shown = None
            self.refresh()

    @property
    def shown(self) -> tuple[DirectPainter, list[Strip]] | None:
        """What paints it, and what the terminal shows of it; null where that is not known.

        Textual paints it too, as it is by then: when the reader scrolls, and under the pointer.
        """
        known = self._shown is not None and self._shown == self._look()
        return (self._painter, self._strips()) if known else None

    def render_lines(self, crop: Region) -> list[Strip]:
        return self._strips()[crop.y : crop.bottom]

    def _look(self) -> Look:
        made = cast("ScrollBarRender", self.render())
        style = cast("Style", made.style)
        return Look(self.size, made.virtual_size, made.window_size, made.position, style)

    def _strips(self) -> list[Strip]:
        look = self._look()
        if self._drawn is None or self._drawn[0] != look:
            self._drawn = look, self._draw(look)
        return self._drawn[1]

    def _draw(self, look: Look) -> list[Strip]:
        thumb, track = look.style.color, look.style.bgcolor
        assert thumb is not None
        assert track is not None
        size, total, window, position, _ = look
        bar = self.renderer.render_bar(
            size.height, total, window, position, back_color=track, bar_color=thumb
        )
        ground = Ground(self)
        cells = ground.filtered(Segment.apply_style(bar.segments, ground.base))
        return [Strip([cell], 1) for cell in cells]
