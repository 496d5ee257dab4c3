"""Where a transcript stands: at the end, or where the reader is, and its scrollbar."""

from dataclasses import dataclass

from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.widget import Widget

from chat_tui.document.rows import Rows
from chat_tui.widgets.transcript.scrollbar import LineScrollBar

SCROLLBAR_S = 0.25
"""How often the scrollbar is painted while text streams."""


class Viewport(ScrollView, can_focus=False):
    """The part of the rows of a conversation that can be seen; never lays out the screen for it."""

    @dataclass
    class FollowingChanged(TextualMessage):
        """The reader left the end, or came back to it."""

        following: bool

    def __init__(self, rows: Rows, *, direct: bool) -> None:
        """Stand at the end.

        Args:
            rows: All of them.
            direct: Paint past the compositor where that is possible.
        """
        super().__init__()
        self.rows = rows
        self._direct = direct
        self._following = True
        self._scrollbar_due = False

    @property
    def vertical_scrollbar(self) -> LineScrollBar:
        """The scrollbar, made when it is asked for first."""
        bar = self._vertical_scrollbar
        if isinstance(bar, LineScrollBar):
            return bar
        bar = self._vertical_scrollbar = LineScrollBar()
        bar.display = False
        self.app._start_widget(self, bar)  # noqa: SLF001  # as Textual does with one of its own
        return bar

    @property
    def following(self) -> bool:
        """The end is in sight, and stays so when more comes."""
        return self._following

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

    def go_to_edge(self, by: int) -> None:
        """Scroll to the first row, or to the last one and follow again.

        Args:
            by: -1 or 1.
        """
        self._set_following(by > 0)
        if by < 0:
            self._put(0, self.size)
        self._settle()
        self._set_following(int(self.scroll_y) >= self._last_top())
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        # A layout that has not heard of the latest rows also ends where it knows the end to be.
        laid_out = max(0, self.virtual_size.height - self.size.height)
        self._set_following(round(new_value) >= min(self._last_top(), laid_out))
        if 0 < old_value - new_value <= 2 * self.size.height:
            self._step_up(int(old_value), int(old_value - new_value))
        self._settle(upwards=new_value < old_value)
        self.refresh()

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
        bar.move(self.rows.total, self.size.height, self.scroll_y, direct=self._direct)

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

    def _set_following(self, following: bool) -> None:
        if following is not self._following:
            self._following = following
            self.post_message(self.FollowingChanged(following))
