"""A transcript whose text can be selected with the mouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message as TextualMessage
from textual.timer import Timer

from chat_tui.document.block import Block
from chat_tui.document.selection import Point, Selection
from chat_tui.document.talk_rows import TalkRows
from chat_tui.message import Message
from chat_tui.widgets.transcript.mouse_selection import EDGE_S, Grain, MouseSelection
from chat_tui.widgets.transcript.transcript import Transcript


class SelectableTranscript(Transcript):
    """Press, drag and release select; a click that selects nothing is for who inherits this."""

    @dataclass
    class Selected(TextualMessage):
        """The mouse has selected something, or nothing any more."""

        anything: bool

    def __init__(
        self, *, measure: int, error_hint: str = "", welcome_hint: str = "", direct: bool = True
    ) -> None:
        super().__init__(
            measure=measure, error_hint=error_hint, welcome_hint=welcome_hint, direct=direct
        )
        self.rows = TalkRows(error_hint=error_hint)
        self._mouse = MouseSelection(self.rows)
        self._presses = 0
        self._pressed_s = 0.0
        self._pressed_at = (-1, -1)
        self._mouse_at = (0, 0)
        """Column and row of this widget, where a held mouse is."""
        self._edge_timer: Timer | None = None

    @property
    def selected_text(self) -> str:
        selection = self.marks.selection
        return selection.text(self._blocks) if selection is not None else ""

    def show(self, messages: Iterable[Message]) -> None:
        if self.marks.selection is not None:
            self.post_message(self.Selected(False))
        self._let_go()
        super().show(messages)

    def select(self, selection: Selection | None) -> None:
        """Select something, or nothing."""
        selection = None if selection is None or selection.empty else selection
        if selection != self.marks.selection:
            self.marks.selection = selection
            self.repaint()

    def top_point(self) -> Point:
        """What stands at the upper edge."""
        return Point(self.rows.find(int(self.scroll_y)).message, 0, 0)

    def clicked(self, x: int, y: int) -> None:
        """Act on a click at a column and a row of this widget."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1 or not self.rows.width or not len(self.rows):
            return
        event.stop()
        at = (event.x, event.y)
        again = event.time - self._pressed_s <= self.app.CLICK_CHAIN_TIME_THRESHOLD
        self._presses = self._presses % 3 + 1 if again and at == self._pressed_at else 1
        self._pressed_s, self._pressed_at, self._mouse_at = event.time, at, at
        self.capture_mouse()
        self.select(self._mouse.press(self._row(event.y), event.x, Grain(self._presses)))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self._mouse.held:
            return
        event.stop()
        self._mouse_at = (event.x, event.y)
        if not 0 <= event.y < self.size.height and self._edge_timer is None:
            self._edge_timer = self.set_interval(EDGE_S, self._scroll_at_edge)
        self._drag()
        if self.marks.selection is not None and self.rows.view(len(self.rows) - 1).running:
            self._set_following(False)  # what is selected must not run away below the mouse

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if not self._mouse.held:
            return
        event.stop()
        clicked = self._presses == 1 and not self._mouse.moved
        self._let_go()
        self.post_message(self.Selected(self.marks.selection is not None))
        if clicked:
            self.clicked(event.x, event.y)

    def on_mouse_release(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._mouse.held:
            self._mouse.release()
            self.release_mouse()
        if self._edge_timer is not None:
            self._edge_timer.stop()
            self._edge_timer = None

    def _scroll_at_edge(self) -> None:
        """Scroll the faster the farther away the mouse is."""
        y, height = self._mouse_at[1], self.size.height
        beyond = y if y < 0 else max(0, y - height + 1)
        if beyond:
            self.scroll_relative(y=beyond, animate=False, immediate=True)
            self._drag()

    def _drag(self) -> None:
        self.select(self._mouse.drag(self._row(self._mouse_at[1]), self._mouse_at[0]))

    def _row(self, y: int) -> int:
        return int(self.scroll_y) + max(0, min(y, self.size.height - 1))

    def _blocks(self, number: int) -> Sequence[Block]:
        return self.rows.view(number).blocks
