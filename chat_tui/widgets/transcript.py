"""The transcript: one line-API widget that paints only the rows that can be seen.

Every message is a `MessageView`; there are no child widgets. Text from outside reaches the
screen as segments, never as markup.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.document.blocks import Block, Span, StyleName
from chat_tui.document.message_view import MessageView, provider_number
from chat_tui.events import StreamEvent
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.text import clean_line

FRAME_S = 1 / 60
TOP_ROWS = 1
"""Empty, so that the first message does not touch the header."""
WELCOME_DEMO = "A simulation inside this program: no key, no network, no model."


class Transcript(ScrollView, can_focus=False):  # a click must not take the keys from the prompt
    """The messages of a conversation, from the first to the one that is streaming."""

    DEFAULT_CSS = """
    Transcript { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll; }
    """
    ALLOW_SELECT = False

    @dataclass
    class FollowingChanged(TextualMessage):
        """The reader left the end, or came back to it."""

        following: bool

    def __init__(self, *, measure: int, error_hint: str = "", welcome_hint: str = "") -> None:
        """Make an empty transcript.

        Args:
            measure: Columns of text; 0 is the whole width.
            error_hint: What to do about a failed reply, with the keys for it.
            welcome_hint: What to do first, with the keys for it.
        """
        super().__init__()
        self._error_hint = error_hint
        self._welcome_hint = welcome_hint
        self._measure = measure
        self._views: list[MessageView] = []
        self._index: dict[MessageId, int] = {}
        self._heights: list[int] = []
        self._tops: list[int] = [TOP_ROWS]
        """Where each message begins, and, last, where the transcript ends."""
        self._width_cells = 0
        self._following = True
        self._dirty: set[int] = set()
        self._last_frame_s = 0.0
        self._frame_due = False
        self._styles: Mapping[StyleName, Style] = {}
        self._reply_styles: tuple[Style, ...] = ()
        self._welcome: tuple[Block, ...] = ()

    @property
    def following(self) -> bool:
        """The end is in sight, and stays so when more comes."""
        return self._following

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown, as it stands."""
        return tuple(view.message for view in self._views)

    def paint_with(
        self, styles: Mapping[StyleName, Style], reply_styles: tuple[Style, ...]
    ) -> None:
        """Choose the colours.

        Args:
            styles: One for each meaning.
            reply_styles: A palette from which each provider has its own.
        """
        self._styles = styles
        self._reply_styles = reply_styles
        self.refresh()

    def welcome(self, provider: str) -> None:
        """Say who listens, as long as nothing has been said."""
        demo = [Block(WELCOME_DEMO, style="dim")] if provider == "demo" else []
        self._welcome = (
            Block(f"You are talking to {clean_line(provider)}.", gap=1),
            *demo,
            Block(self._welcome_hint, style="dim", gap=1),
        )
        self.refresh()

    def show(self, messages: Iterable[Message]) -> None:
        """Show these messages instead, at their end."""
        self._views = [self._view(message) for message in messages]
        self._index = {view.id: i for i, view in enumerate(self._views)}
        self._set_following(True)
        self._measure_all()

    def add(self, message: Message) -> None:
        """Append a message, and go to the end: somebody has just said something."""
        self._index[message.id] = len(self._views)
        self._views.append(self._view(message))
        self._heights.append(0)
        self._set_following(True)
        self._mark_dirty(len(self._views) - 1)

    def feed(self, message_id: MessageId, events: Iterable[StreamEvent]) -> None:
        """Take in more of a streaming message; it is painted with the next frame."""
        index = self._index.get(message_id)
        if index is None:
            return
        self._views[index].feed(events)
        self._mark_dirty(index)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._set_following(True)
        self.scroll_end(animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """Paint one row of the viewport."""
        row = y + int(self.scroll_y)
        width = self.size.width
        if not self._views:
            return self._painted(self._welcome_row(y), "", width)
        if not self._width_cells or not TOP_ROWS <= row < self._tops[-1]:
            return Strip.blank(width, self.rich_style)
        index = bisect_right(self._tops, row) - 1
        view = self._views[index]
        spans = view.row(row - self._tops[index], self._width_cells)
        return self._painted(spans, view.provider, width)

    def on_resize(self) -> None:
        if self._text_width() != self._width_cells:
            index, share = self._place()
            self._measure_all()
            if not self._following:
                row = self._tops[index] + round(share * self._heights[index])
                self.scroll_to(y=row, animate=False)
        elif self._following:
            self.follow()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._set_following(round(new_value) >= self.max_scroll_y)

    def _welcome_row(self, y: int) -> Sequence[Span]:
        width = max(1, self._width_cells)
        for block in self._welcome:
            height = block.height(width)
            if y < height:
                return block.row(y, width)
            y -= height
        return ()

    def _painted(self, spans: Sequence[Span], provider: str, width: int) -> Strip:
        base = self.rich_style
        segments = [Segment(text, base + self._style(name, provider)) for text, name in spans]
        return Strip(segments).adjust_cell_length(width, base)

    def _place(self) -> tuple[int, float]:
        """Which message stands at the top edge, and how much of it, 0..1, is above that."""
        if not self._width_cells or not self._views:
            return 0, 0.0
        row = max(TOP_ROWS, int(self.scroll_y))
        index = min(bisect_right(self._tops, row) - 1, len(self._views) - 1)
        return index, (row - self._tops[index]) / max(1, self._heights[index])

    def _style(self, name: StyleName, provider: str) -> Style:
        if name == "reply" and self._reply_styles:
            return self._reply_styles[provider_number(provider, len(self._reply_styles))]
        return self._styles.get(name, Style.null())

    def _view(self, message: Message) -> MessageView:
        return MessageView(message, error_hint=self._error_hint)

    def _text_width(self) -> int:
        width = self.scrollable_content_region.width
        return min(width, self._measure) if self._measure else width

    def _measure_all(self) -> None:
        self._width_cells = self._text_width()
        if not self._width_cells:
            return
        self._heights = [self._height(view) for view in self._views]
        self._tops = list(accumulate(self._heights, initial=TOP_ROWS))
        self._dirty.clear()
        self._show_size()

    def _height(self, view: MessageView) -> int:
        return view.height(self._width_cells) + 1  # an empty row below each message

    def _mark_dirty(self, index: int) -> None:
        """Paint the first change at once, and what follows at most once a frame."""
        self._dirty.add(index)
        if self._frame_due:
            return
        self._frame_due = True
        wait_s = self._last_frame_s + FRAME_S - monotonic()
        if wait_s <= 0:
            self.call_later(self._frame)
        else:
            self.set_timer(wait_s, self._frame)

    def _frame(self) -> None:
        self._frame_due = False
        self._last_frame_s = monotonic()
        if not self._width_cells or not self._dirty:
            return
        first = min(self._dirty)
        for index in self._dirty:
            self._heights[index] = self._height(self._views[index])
        self._dirty.clear()
        del self._tops[first + 1 :]
        self._tops += list(accumulate(self._heights[first:], initial=self._tops[first]))[1:]
        self._show_size()

    def _show_size(self) -> None:
        following = self._following
        self.virtual_size = Size(self._width_cells, self._tops[-1])
        if following:
            self.scroll_end(animate=False, immediate=True)
            self._following = True
        self.refresh()

    def _set_following(self, following: bool) -> None:
        if following is not self._following:
            self._following = following
            self.post_message(self.FollowingChanged(following))
