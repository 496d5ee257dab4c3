"""The transcript: one line-API widget that paints only the rows that can be seen.

There are no child widgets: messages are `Rows`. Text from outside reaches the screen as segments,
never as markup.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual.geometry import Region, Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.document.rows import GAP_ROWS, Place, Rows
from chat_tui.document.spans import Span
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.widgets.direct_paint import DirectPainter
from chat_tui.widgets.frame_clock import FRAME_S, FrameClock
from chat_tui.widgets.ground import Ground
from chat_tui.widgets.ink_styles import InkStyles
from chat_tui.widgets.job_ticker import JobTicker
from chat_tui.widgets.marks import Marks
from chat_tui.widgets.welcome import Welcome

if TYPE_CHECKING:
    from chat_tui.document.highlight import Colours, HandOut, WholeFence
    from chat_tui.pictures.drawn import Drawn
    from chat_tui.widgets.picture_cells import PictureCells, PictureRow
    from chat_tui.widgets.picture_desk import PictureDesk

UNFOCUSED_FRAME_S = 0.05
MOST_STRIPS = 2_000
"""Painted rows that are kept."""
SCROLLBAR_S = 0.25
"""How often the scrollbar is painted while text streams."""


class Painted(NamedTuple):
    """A row that was painted, and of what."""

    spans: Sequence[Span]
    pictures: "tuple[PictureRow, ...]"
    strip: Strip


class Transcript(ScrollView, can_focus=False):
    """The messages of a conversation, from the first to the one that is streaming."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    ALLOW_SELECT = False

    @dataclass
    class FollowingChanged(TextualMessage):
        """The reader left the end, or came back to it."""

        following: bool

    def __init__(
        self,
        *,
        measure: int,
        error_hint: str = "",
        welcome_hint: str = "",
        direct: bool = True,
    ) -> None:
        """Make an empty transcript.

        Args:
            measure: Columns of text; 0 is the whole width.
            error_hint: What to do about a failed reply, with the keys for it.
            welcome_hint: What to do first, with the keys for it.
            direct: Paint past the compositor where that is possible.
        """
        super().__init__()
        self.rows = Rows(error_hint=error_hint)
        self.marks = Marks()
        self._measure = measure
        self._following = True
        self._dirty: set[int] = set()
        self._strips: dict[Place, Painted] = {}
        self._ground: Ground | None = None
        """What the rows are painted on, which is dear to ask for."""
        self._stale: set[Place] = set()
        """Rows that may have changed; most of them have not."""
        self._styles = InkStyles({})
        self._desk: PictureDesk | None = None
        self._pictures: PictureCells | None = None
        self._welcome = Welcome(welcome_hint)
        self._painter = DirectPainter(self)
        self._bar_painter: DirectPainter | None = None
        self._direct = direct
        self._clock = FrameClock(self._frame, busy=self._painter.terminal_is_behind)
        self._ticker = JobTicker(self)
        self._scrollbar_due = False
        self._kept: tuple[int, tuple[int, int, int] | None] = (-1, None)
        """The top row after the last change of width, and what stood there before it: a storm of
        them leads nowhere else."""

    @property
    def following(self) -> bool:
        """The end is in sight, and stays so when more comes."""
        return self._following

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown, as it stands."""
        return tuple(self.rows.message(number) for number in range(len(self.rows)))

    def paint_with(self, styles: InkStyles) -> None:
        """Choose the colours."""
        self._styles = styles
        self.repaint()

    def colour_by(self, hand_out: "HandOut") -> None:
        """Have code coloured by somebody else, and paint it when that is done."""

        def colour(fence: "WholeFence", done: "Callable[[Colours | None], None]") -> None:
            hand_out(fence, lambda colours: self._coloured(done, colours))

        self.rows.hand_out = colour

    def draw_pictures(self, desk: "PictureDesk") -> None:
        """Have pictures drawn where blocks keep room for them."""
        if desk is not self._desk:
            self._leave_desk()
            self._desk = desk
            self.repaint()

    def pictures_changed(self) -> None:
        """Paint the rows of pictures again where they are others now."""
        if self.is_attached:
            self._stale |= {place for place, painted in self._strips.items() if painted.pictures}
            self._clock.ask()

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

    def _leave_desk(self) -> None:
        if self._pictures is not None:
            self._pictures.close()
        self._desk = self._pictures = None

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
            from chat_tui.widgets.picture_cells import PictureCells

            self._pictures = PictureCells(self, desk)
        return self._pictures.at(place, view.blocks[block], row, rows.width)

    def _coloured(
        self, done: "Callable[[Colours | None], None]", colours: "Colours | None"
    ) -> None:
        done(colours)
        if colours and self.is_attached:
            self._stale |= self._strips.keys()
            self._clock.ask()

    def repaint(self) -> None:
        """Paint everything anew: colours or what lies over the text have changed."""
        self._ground = None
        self._strips.clear()
        self._stale.clear()
        self.refresh()

    def paint_often(self, often: bool) -> None:
        """Say whether the reader looks here, or rather somewhere else."""
        self._clock.least_s = FRAME_S if often else UNFOCUSED_FRAME_S

    def welcome(self, provider: str) -> None:
        """Say who listens, as long as nothing has been said."""
        self._welcome.name(provider)
        self.repaint()

    def show(self, messages: Iterable[Message]) -> None:
        """Show these messages instead, at their end."""
        self.rows.show(messages)
        self.marks.clear()
        self._dirty.clear()
        self._ticker.forget()
        self._set_following(True)
        self._settle()
        self.repaint()

    def add(self, message: Message) -> None:
        """Append a message, and go to the end: somebody has just said something."""
        number = self.rows.add(message)
        self._set_following(True)
        self._dirty.add(number)
        self._clock.ask()

    def feed(self, message_id: MessageId, events: Iterable[StreamEvent]) -> None:
        """Take in more of a streaming message; it is painted with the next frame."""
        number = self.rows.number(message_id)
        if number is None:
            return
        self.rows.feed(number, events)
        self._ticker.watch(number)
        self._dirty.add(number)
        if self.rows.view(number).running:
            self._clock.ask()
        else:
            self._clock.hurry()

    def look_again(self, places: Iterable[Place]) -> None:
        """Paint rows that are others now although nothing came."""
        self._stale |= self._strips.keys() & set(places)
        self._clock.ask()

    def toggle(self, number: int, block: int) -> bool:
        """Open or close a block, its first row staying where it is.

        Returns:
            Whether it can be.
        """
        if not self.rows.view(number).toggle(block):
            return False
        self.rows.forget_height(number)
        self._drop_strips(number, 0)
        self._set_following(False)
        self._settle()
        self._set_following(self.scroll_offset.y >= self._last_top())
        self.refresh()
        return True

    def bring(self, number: int, rows: range) -> None:
        """Scroll until rows of a message are in sight, if they are not.

        Args:
            number: The message.
            rows: Of it, not empty; where they are too many, the first are shown.
        """
        height = self.size.height
        self.rows.measure(number)
        above = number - 1  # what comes into sight above must not move these rows any more
        missing = height
        while above >= 0 and missing > 0:
            self.rows.measure(above)
            missing -= self.rows.height(above)
            above -= 1
        first = self.rows.top(number) + rows.start
        last = min(self.rows.top(number) + rows.stop - 1, first + height - 1)
        top = int(self.scroll_y)
        if top <= first and last < top + height:
            return
        self._set_following(False)
        wanted = max(0, first - height // 3)
        if last >= wanted + height:
            wanted = max(wanted, min(first, last - height + 1))
        self._put(min(wanted, self._last_top()), self.size)
        self._settle()
        self._set_following(int(self.scroll_y) >= self._last_top())
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row of the viewport."""
        return self._strip(int(self.scroll_y) + y, y, self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint rows of the viewport; there are no borders to draw around them."""
        self._settle()
        top = int(self.scroll_y)
        width = self.size.width
        strips = self._strips_from(top + crop.y, crop.y, crop.height, width)
        self._painter.handed_out(crop.y, strips)
        if crop.x or crop.right < width:
            return [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def on_resize(self) -> None:
        if self._desk is not None:
            self._desk.measure()
        width = self._text_width()
        if width != self.rows.width:
            top, anchor = self._kept
            if top != int(self.scroll_y):
                anchor = self._anchor()
            self.rows.set_width(width)
            self._strips.clear()
            self._stale.clear()
            if anchor is not None and not self._following:
                self._return_to(*anchor)
            self._settle()
            self._kept = int(self.scroll_y), anchor
        self._painter.forget()
        if self._bar_painter is not None:
            self._bar_painter.forget()
        self._settle()
        self.refresh()

    def on_unmount(self) -> None:
        self._clock.stop()
        self._leave_desk()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._set_following(round(new_value) >= self._last_top())
        if 0 < old_value - new_value <= 2 * self.size.height:
            self._step_up(int(old_value), int(old_value - new_value))
        self._settle(upwards=new_value < old_value)
        self.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._ground = None
        self._strips.clear()
        self._stale.clear()

    def _frame(self) -> bool:
        """Bring what came to the screen.

        Returns:
            Whether there is more of it.
        """
        if not self.rows.width:
            return False
        more = False
        for number in sorted(self._dirty):
            changed, pending = self.rows.commit(number)
            more = more or pending
            if changed is not None:
                self._drop_strips(number, changed)
            if not pending:
                self._dirty.discard(number)
        self._settle()
        if self.size and self.is_attached and not self._paint_directly():
            self.refresh()
        return more

    def _paint_directly(self) -> bool:
        if not self._direct:
            return False
        size = self.size
        return self._painter.paint(
            self._strips_from(int(self.scroll_y), 0, size.height, size.width)
        )

    def _settle(self, *, upwards: bool = False) -> None:
        """Make the heights of what is in sight exact, and keep the reader's place.

        Args:
            upwards: The reader came from below: of a message whose height was a guess, its end
                stays where it is.
        """
        size = self.size
        rows, height = self.rows, size.height
        if not rows.width or not height:
            return
        if self._following or not len(rows):
            number, missing = len(rows) - 1, height
            while number >= 0 and missing > 0:
                rows.measure(number)
                missing -= rows.height(number)
                number -= 1
            self._put(max(0, rows.total - height), size)
            return
        place = rows.find(int(self.scroll_y))
        above_first = int(self.scroll_y) < rows.top(0)
        guessed = rows.height(place.message)
        rows.measure(place.message)
        exact = rows.height(place.message)
        row = exact - (guessed - place.row) if upwards else place.row
        row = max(0, min(row, exact - 1))
        number, missing = place.message + 1, height - (exact - row)
        while number < len(rows) and missing > 0:
            rows.measure(number)
            missing -= rows.height(number)
            number += 1
        top = 0 if above_first else rows.top(place.message) + row
        self._put(min(top, max(0, rows.total - height)), size)

    def _step_up(self, top: int, step: int) -> None:
        """Go up by rows as they are, where the heights above were a guess until now."""
        rows = self.rows
        if not rows.width or not len(rows):
            return
        place = rows.find(top)
        below_top = top - rows.top(place.message)
        number, missing = place.message, step - below_top
        while number > 0 and missing > 0:
            number -= 1
            rows.measure(number)
            missing -= rows.height(number)
        self._put(max(0, rows.top(place.message) + below_top - step), self.size)

    def _last_top(self) -> int:
        return max(0, self.rows.total - self.size.height)

    def _put(self, top: int, size: Size) -> None:
        """Say where the viewport is, without a layout of the whole screen for it."""
        total = self.rows.total
        if self.virtual_size.height != total or self.virtual_size.width != size.width:
            self.set_reactive(Widget.virtual_size, Size(size.width, total))
            self._paint_scrollbar()
        if int(self.scroll_y) != top or self.scroll_target_y != top:
            self.set_reactive(Widget.scroll_y, float(top))
            self.set_reactive(Widget.scroll_target_y, float(top))
            self._paint_scrollbar()

    def _paint_scrollbar(self) -> None:
        if not self._scrollbar_due and self.is_attached:
            self._scrollbar_due = True
            self.set_timer(SCROLLBAR_S, self._sync_scrollbar)

    def _sync_scrollbar(self) -> None:
        self._scrollbar_due = False
        bar = self.vertical_scrollbar
        bar.set_reactive(type(bar).window_virtual_size, self.rows.total)
        bar.set_reactive(type(bar).window_size, self.size.height)
        bar.set_reactive(type(bar).position, self.scroll_y)
        if self._bar_painter is None:
            self._bar_painter = DirectPainter(bar)
        strips = bar.render_lines(Region(0, 0, *bar.size))
        if not self._direct or not self._bar_painter.paint(strips):
            bar.refresh()

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

    def _drop_strips(self, number: int, first_row: int) -> None:
        self._stale |= {
            place for place in self._strips if place.message == number and place.row >= first_row
        }

    def _anchor(self) -> tuple[int, int, int] | None:
        """What stands at the top edge: message, block, and the character of its text."""
        if not self.rows.width or not len(self.rows):
            return None
        place = self.rows.find(int(self.scroll_y))
        if not self.rows.is_exact(place.message):
            return place.message, 0, 0
        view = self.rows.view(place.message)
        row = min(place.row, view.height(self.rows.width) - 1)
        spot = view.spot(row, self.rows.width)
        return place.message, spot.block, view.offset_at(row, 0, self.rows.width)

    def _return_to(self, number: int, block: int, offset: int) -> None:
        self.rows.measure(number)
        row = self.rows.view(number).row_of(block, offset, self.rows.width)
        self.set_reactive(Widget.scroll_y, float(self.rows.top(number) + row))

    def _text_width(self) -> int:
        width = self.scrollable_content_region.width
        return min(width, self._measure) if self._measure else width

    def _set_following(self, following: bool) -> None:
        if following is not self._following:
            self._following = following
            self.post_message(self.FollowingChanged(following))
