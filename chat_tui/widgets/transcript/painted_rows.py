"""The rows of a transcript as they are painted, each kept until it changes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from textual.strip import Strip

from chat_tui.document.rows import GAP_ROWS, Place, Rows
from chat_tui.document.spans import Span
from chat_tui.widgets.transcript.ground import Ground
from chat_tui.widgets.transcript.ink_styles import InkStyles
from chat_tui.widgets.transcript.marks import Marks
from chat_tui.widgets.transcript.viewport import Viewport
from chat_tui.widgets.transcript.welcome import Welcome

if TYPE_CHECKING:
    from chat_tui.pictures.drawn import Drawn
    from chat_tui.widgets.picture_desk import PictureDesk
    from chat_tui.widgets.transcript.picture_cells import PictureCells, PictureRow

MOST_STRIPS = 2_000
"""Painted rows that are kept."""


class Painted(NamedTuple):
    """A row that was painted, and of what."""

    spans: Sequence[Span]
    pictures: "tuple[PictureRow, ...]"
    strip: Strip


class PaintedRows(Viewport, can_focus=False):
    """Paints rows, with marks and pictures laid over them."""

    def __init__(self, rows: Rows, welcome: Welcome, *, direct: bool) -> None:
        """Paint nothing yet.

        Args:
            rows: See `Viewport`, as for `direct`.
            welcome: Is painted as long as there are none.
            direct: See there.
        """
        super().__init__(rows, direct=direct)
        self.marks = Marks()
        self._strips: dict[Place, Painted] = {}
        self._ground: Ground | None = None
        """What the rows are painted on, which is dear to ask for."""
        self._stale: set[Place] = set()
        """Rows that may have changed; most of them have not."""
        self._styles = InkStyles({})
        self._desk: PictureDesk | None = None
        self._pictures: PictureCells | None = None
        self._welcome = welcome

    def paint_with(self, styles: InkStyles) -> None:
        """Choose the colours."""
        self._styles = styles
        self.repaint()

    def repaint(self) -> None:
        """Paint everything anew: colours or what lies over the text have changed."""
        self._ground = None
        self._strips.clear()
        self._stale.clear()
        self.refresh()

    def draw_pictures(self, desk: "PictureDesk") -> None:
        """Have pictures drawn where blocks keep room for them."""
        if desk is not self._desk:
            self._leave_desk()
            self._desk = desk
            self.repaint()

    def pictures_changed(self) -> None:
        """Paint the rows of pictures again where they are others now."""
        if self.is_attached:
            self.look_again([at for at, painted in self._strips.items() if painted.pictures])

    def look_again(self, places: Iterable[Place]) -> None:
        """Paint rows that are others now although nothing came."""
        self._stale |= self._strips.keys() & set(places)
        self.refresh()

    def pictures_shown(self) -> "Iterable[Drawn]":
        """Name the pictures that can be seen."""
        top, rows = int(self.scroll_y), self.rows
        if not len(rows) or not rows.width:
            return
        for row in range(max(top, rows.top(0)), min(top + self.size.height, rows.total)):
            painted = self._strips.get(rows.find(row))
            for picture in painted.pictures if painted is not None else ():
                if picture.drawn is not None:
                    yield picture.drawn

    def render_line(self, y: int) -> Strip:
        """Paint one row of the viewport."""
        return self._strip(int(self.scroll_y) + y, y, self.size.width)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ground = None
        self._strips.clear()
        self._stale.clear()

    def _strips_from(self, row: int, y: int, count: int, width: int) -> list[Strip]:
        """Paint rows, one below the other; most of them were painted before."""
        strips: list[Strip] = []
        rows, known = self.rows, self._strips
        while len(strips) < count:
            at = row + len(strips)
            strip = self._strip(at, y + len(strips), width)
            strips.append(strip)
            if not len(rows) or not rows.width or not rows.top(0) <= at < rows.total:
                continue
            number, inner = rows.find(at)
            last = min(rows.height(number) - 1, inner + count - len(strips))
            for below in range(inner + 1, last + 1):
                place = Place(number, below)
                painted = known.get(place)
                if painted is None or place in self._stale or painted.strip.cell_length != width:
                    break
                strips.append(painted.strip)
        return strips

    def _strip(self, row: int, y: int, width: int) -> Strip:
        ground = self._ground
        if ground is None:
            ground = self._ground = Ground(self)
        if not len(self.rows):
            return self._painted(self._welcome.row(y, self.rows.width), "", width, ground)
        if not self.rows.width or not self.rows.top(0) <= row < self.rows.total:
            return self._painted((), "", width, ground)
        place = self.rows.find(row)
        known = self._strips.get(place)
        pictures: tuple[PictureRow, ...] | None = None
        if known is not None and known.strip.cell_length == width:
            if place not in self._stale:
                return known.strip
            self._stale.discard(place)
            if self.marks.nothing and self.rows.spans(place) == known.spans:
                pictures = self._pictures_at(place)
                if pictures == known.pictures:
                    return known.strip
        if len(self._strips) > MOST_STRIPS:
            self._strips.clear()
            self._stale.clear()
        spans = self.rows.spans(place)
        provider = self.rows.provider(place.message)
        if self.marks.nothing:
            strip = self._painted(spans, provider, width, ground)
        else:
            segments = self._styles.segments(spans, provider, ground.base)
            strip = Strip(segments).adjust_cell_length(width, ground.base)
            strip = self.marks.lay_over(strip, place, self.rows, self._styles, ground.base)
            strip = Strip(ground.filtered(strip), width)
        if pictures is None:
            pictures = self._pictures_at(place)
        if pictures and self._pictures is not None:
            dim = self._styles.style("dim", "", ground.base)
            strip = self._pictures.lay_over(strip, pictures, ground.base, dim)
        self._strips[place] = Painted(spans, pictures, strip)
        return strip

    def _painted(self, spans: Sequence[Span], provider: str, width: int, ground: Ground) -> Strip:
        return ground.row(spans, provider, self._styles, width)

    def _drop_strips(self, number: int, changed: range) -> None:
        """Paint rows of a message again; there are none below those it had or has."""
        known = self._strips
        self._stale |= {place for row in changed if (place := Place(number, row)) in known}

    def _pictures_at(self, place: Place) -> "tuple[PictureRow, ...]":
        """Find the pictures in a row of a message; there are none in most."""
        rows, desk = self.rows, self._desk
        if desk is None or place.row >= rows.height(place.message) - GAP_ROWS:
            return ()
        view = rows.view(place.message)
        block, row = view.spot(place.row, rows.width)
        if not hasattr(view.blocks[block], "picture_at"):
            return ()
        if self._pictures is None:
            from chat_tui.widgets.transcript.picture_cells import PictureCells

            self._pictures = PictureCells(self, desk)
        return self._pictures.at(place, view.blocks[block], row, rows.width)

    def _leave_desk(self) -> None:
        if self._pictures is not None:
            self._pictures.close()
        self._desk = self._pictures = None
