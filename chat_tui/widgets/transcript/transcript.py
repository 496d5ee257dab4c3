"""The transcript: one line-API widget that paints only the rows that can be seen.

There are no child widgets: messages are `Rows`. Text from outside reaches the screen as segments,
never as markup.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.strip import Strip

from chat_tui.document.rows import Place, Rows
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.widgets.transcript.direct_paint import DirectPainter
from chat_tui.widgets.transcript.frame_clock import FRAME_S, FrameClock
from chat_tui.widgets.transcript.job_ticker import JobTicker
from chat_tui.widgets.transcript.painted_rows import PaintedRows
from chat_tui.widgets.transcript.welcome import Welcome

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import Colours, HandOut, WholeFence

UNFOCUSED_FRAME_S = 0.05


class Transcript(PaintedRows, can_focus=False):
    """The messages of a conversation, from the first to the one that is streaming."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    ALLOW_SELECT = False

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
        super().__init__(Rows(error_hint=error_hint), Welcome(welcome_hint), direct=direct)
        self._measure = measure
        self._dirty: set[int] = set()
        self._painter = DirectPainter(self)
        self._clock = FrameClock(
            self._frame, prepare=self._commit, busy=self._painter.terminal_is_behind
        )
        self._painted_top = 0
        """The row at the top of the last frame."""
        self._ticker = JobTicker(self)
        self._kept: tuple[int, tuple[int, int, int] | None] = (-1, None)
        """The top row after the last change of width, and what stood there before it: a storm of
        them leads nowhere else."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown, as it stands."""
        return tuple(self.rows.message(number) for number in range(len(self.rows)))

    def colour_by(self, hand_out: "HandOut") -> None:
        """Have code coloured by somebody else, and paint it when that is done."""

        def colour(fence: "WholeFence", done: "Callable[[Colours | None], None]") -> None:
            hand_out(fence, lambda colours: self._coloured(done, colours))

        self.rows.hand_out = colour

    def _coloured(
        self, done: "Callable[[Colours | None], None]", colours: "Colours | None"
    ) -> None:
        done(colours)
        if colours and self.is_attached:
            self._stale |= self._strips.keys()
            self._clock.ask()

    def paint_often(self, often: bool) -> None:
        """Say whether the reader looks here, or rather somewhere else."""
        self._clock.least_s = FRAME_S if often else UNFOCUSED_FRAME_S

    def welcome(self, provider: str) -> None:
        """Say who listens, as long as nothing has been said."""
        self._welcome.name(provider)
        self.repaint()

    def tell_found(self, found: Sequence[tuple[str, str]], others: str) -> None:
        """Say what was found on this machine, as long as nothing has been said."""
        self._welcome.found(found, others)
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

    def name_again(self) -> None:
        """Names of models have become known: they stand in headers."""
        self._dirty |= self.rows.name_again()
        self._clock.ask()

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
        height = self.rows.height(number)
        self.rows.forget_height(number)
        self._drop_strips(number, range(max(height, self.rows.height(number))))
        self._set_following(False)
        self._settle()
        self._set_following(self.scroll_offset.y >= self._last_top())
        self.refresh()
        return True

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
        self._settle()
        self.refresh()

    def change_measure(self, measure: int) -> None:
        """Wrap text at another width; 0 is the whole."""
        self._measure = measure
        self.on_resize()

    def on_unmount(self) -> None:
        self._clock.stop()
        self._leave_desk()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint()

    def _commit(self) -> bool:
        """Bring some of what came to the rows.

        Returns:
            Whether there is more of it.
        """
        if not self.rows.width:
            return False
        more = False
        for number in sorted(self._dirty):
            height = self.rows.height(number)
            changed, pending = self.rows.commit(number)
            more = more or pending
            if changed is not None:
                self._drop_strips(number, range(changed, max(height, self.rows.height(number))))
            if not pending:
                self._dirty.discard(number)
        return more

    def _frame(self) -> None:
        """Bring what has changed to the screen."""
        if not self.rows.width:
            return
        self._settle()
        if self.size and self.is_attached and not self._paint_directly():
            self.refresh()

    def _paint_directly(self) -> bool:
        if not self._direct:
            return False
        size, top = self.size, int(self.scroll_y)
        up, self._painted_top = top - self._painted_top, top
        # Terminals do not agree on what becomes of pictures where rows are moved, also beside them.
        moves = up > 0 and (self._desk is None or not self._desk.draws_pixels)
        return self._painter.paint(
            self._strips_from(top, 0, size.height, size.width),
            width=size.width - self.vertical_scrollbar.size.width,
            up=up,
            beside=self.vertical_scrollbar.shown if moves else None,
        )

    def _text_width(self) -> int:
        width = self.scrollable_content_region.width
        return min(width, self._measure) if self._measure else width
