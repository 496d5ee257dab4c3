"""A transcript that is walked through by keys, from block to block."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from chat_tui.document.block_rows import INDENT
from chat_tui.document.blocks import MarkdownBlock
from chat_tui.document.find import Match
from chat_tui.document.units import Unit, unit_at, unit_rows, units
from chat_tui.ids import MessageId
from chat_tui.widgets.transcript.marks import Cursor
from chat_tui.widgets.transcript.selectable_transcript import SelectableTranscript


class WalkedTranscript(SelectableTranscript, can_focus=True, inherit_bindings=False):
    """Keys reach it only after `enter`; a click leaves them alone."""

    FOCUS_ON_CLICK = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)"),
        Binding("down,j", "move(1)"),
        Binding("home", "edge(-1)"),
        Binding("end", "edge(1)"),
    ]
    _kept_cursor: Cursor | None = None
    """The cursor while the keys are somewhere else for a moment."""

    def enter(self) -> None:
        """Take the keys, with the cursor on what the reader looks at: at the end, the last block."""
        self._kept_cursor = self._in_sight()
        self.focus(scroll_visible=False)

    def on_focus(self) -> None:
        self.marks.cursor = self._kept_cursor
        if self._kept_cursor is None:
            self.action_edge(1)
        self.repaint()

    def on_blur(self) -> None:
        self._kept_cursor, self.marks.cursor = self.marks.cursor, None
        self.repaint()

    def action_move(self, by: int) -> None:
        """Go to the next block; through one that is higher than the view, half a page at a time."""
        here = self._here()
        if here is None:
            self.action_edge(1)
            return
        number, unit = here
        shown = unit_rows(self.rows.view(number), unit, self.rows.width)
        top, height = int(self.scroll_y) - self.rows.top(number), self.size.height
        if shown.stop > top + height if by > 0 else shown.start < top:
            self.scroll_relative(y=by * max(1, height // 2), animate=False, immediate=True)
            return
        there = units(self._blocks(number))
        at = there.index(unit) + by if unit in there else -1
        while not 0 <= at < len(there):
            number += by
            if not 0 <= number < len(self.rows):
                return
            there = units(self._blocks(number))
            at = 0 if by > 0 else len(there) - 1
        self._go(number, there[at])

    def action_edge(self, by: int) -> None:
        """Go to the first block, or to the last."""
        numbers = range(len(self.rows))
        for number in reversed(numbers) if by > 0 else numbers:
            if there := units(self._blocks(number)):
                self._go(number, there[-1 if by > 0 else 0])
                return

    def point_at(self, match: Match) -> None:
        """Put the cursor on what was found."""
        self.marks.cursor = self._cursor_at(match.message, self._row_of(match))

    def _in_sight(self) -> Cursor | None:
        """Find what the keys begin with away from the end: the match, else the lowest block."""
        found = self.marks.matches.current
        if found is not None and self._shows(found.message, self._row_of(found)):
            return self._cursor_at(found.message, self._row_of(found))
        if self.following:
            return None
        top = int(self.scroll_y)
        first = self.rows.find(top).message
        for number in range(self.rows.find(top + self.size.height - 1).message, first - 1, -1):
            view = self.rows.view(number)
            for unit in reversed(units(view.blocks)):
                if self._shows(number, unit_rows(view, unit, self.rows.width).start):
                    return Cursor(number, unit.block, unit.first)
        return self._cursor_at(*self.rows.find(top))

    def _shows(self, number: int, row: int) -> bool:
        return 0 <= self.rows.top(number) + row - int(self.scroll_y) < self.size.height

    def _row_of(self, match: Match) -> int:
        return self.rows.view(match.message).row_of(match.block, match.start, self.rows.width)

    def _cursor_at(self, number: int, row: int) -> Cursor:
        view, width = self.rows.view(number), self.rows.width
        spot = view.spot(min(row, view.height(width) - 1), width)
        block = view.blocks[spot.block]
        leaf = None
        if isinstance(block, MarkdownBlock):
            leaf = block.leaf_at(spot.row, max(1, width - INDENT))
        return Cursor(number, spot.block, leaf or 0)

    def _here(self) -> tuple[int, Unit] | None:
        """The message and the unit that the cursor is on."""
        cursor = self.marks.cursor
        if cursor is None or cursor.message >= len(self.rows):
            return None
        unit = unit_at(self._blocks(cursor.message), cursor.block, cursor.leaf)
        return None if unit is None else (cursor.message, unit)

    def _go(self, number: int, unit: Unit) -> None:
        self.marks.cursor = Cursor(number, unit.block, unit.first)
        self.bring(number, unit_rows(self.rows.view(number), unit, self.rows.width))
        self.repaint()

    def show_message(self, message_id: MessageId) -> None:
        """Scroll to a message, with the cursor on its first block."""
        number = self.rows.number(message_id)
        if number is None:
            return
        self.bring(number, range(1))
        there = units(self._blocks(number))
        if there:
            cursor = Cursor(number, there[0].block, there[0].first)
            if self.has_focus:
                self.marks.cursor = cursor
            else:
                self._kept_cursor = cursor
        self.repaint()
