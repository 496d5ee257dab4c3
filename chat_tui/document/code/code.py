"""Leaves of code: fences and indented code, line by line; a long line goes on in the next row."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chat_tui import glyphs
from chat_tui.document.code.inks import PLAIN
from chat_tui.document.markdown.leaf import Place, columns_between, offset_of_cell
from chat_tui.document.spans import Span, cells, cut, fitted, stripped
from chat_tui.document.wrap import TAB_CELLS, append_wrap, expand_tabs, wrap

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import Colours, HandOut, LineHighlighter
    from chat_tui.document.code.lexers import State

LEAST_ROOM_WITH_BAR = 6
RESTART_LINES = 200
"""After so many lines, colouring starts afresh at the next line that stands unindented below an
empty one; what a row far down costs then has a limit, whatever was looked at before."""
KEPT_ROWS = 128
MOST_LINES = 500
"""After so many, it starts afresh anywhere."""
MOST_CHARS = 30_000
"""And after so much text: a few hundred lines may be long ones."""


class Code:
    """Lines of code, which grow at their end."""

    __slots__ = (
        "_chars",
        "_closed",
        "_coloured_line",
        "_drawn",
        "_hand_out",
        "_highlighter",
        "_joined",
        "_lines",
        "_offsets",
        "_place",
        "_restarts",
        "_revision",
        "_rows",
        "_searched",
        "_shown_lines",
        "_source",
        "_states",
        "_tail",
        "_tail_wrap",
        "_total_rows",
        "_whole",
        "_width",
        "_wrapped_line",
        "language",
    )

    def __init__(
        self,
        language: str,
        source: tuple[int, int],
        place: Place,
        hand_out: "HandOut | None" = None,
    ) -> None:
        """Make it, without lines.

        Args:
            language: As the fence names it; empty if it does not.
            source: Where it stands so far.
            place: What is before its rows.
            hand_out: Has a language coloured that needs to be lexed as a whole; until that is
                done the code is plain. Where there is nobody, it is done when a row is asked for.
        """
        self.language = language
        self._hand_out = hand_out
        self._source = source
        self._place = place
        self._lines: list[str] = []
        self._joined: set[int] = set()
        """Lines that go on in the next one without a line end: too long, cut when read."""
        self._offsets = array("L")
        """Where each line starts in the text."""
        self._chars = 0
        self._tail: str | None = None
        """The line that is still coming."""
        self._closed = False
        self._width = 0
        self._rows = array("L")
        """The first row of each complete line, for one width."""
        self._total_rows = 0
        """Rows of those."""
        self._tail_wrap: tuple[int, str, list[int]] = (0, "", [])
        """A room, the last line as far as it had come, and where its rows start."""
        self._wrapped_line: tuple[int, str, Sequence[int]] = (0, "", ())
        """A room, a line, and where its rows start: rows of one line are asked for together."""
        self._coloured_line: tuple[int, str, list[Span]] = (-1, "", [])
        """The number, text and spans of a line, for the same reason."""
        self._drawn: dict[int, Sequence[Span]] = {}
        """Rows of complete lines that were asked for lately."""
        self._highlighter: LineHighlighter | None = None
        self._states: dict[int, State] = {}
        """The state before a line, where it was needed."""
        self._restarts = [0]
        self._searched = 0
        """Lines that were looked at for places to start afresh."""
        self._whole: Colours | None = None
        """Of a fence that is lexed as a whole; empty where it is plain, for good or until then."""
        self._revision = 0
        """Of the lines: what was made from an earlier one is not for these."""
        self._shown_lines: int | None = None
        """How many there were when that was last taken; null: their rows may be others now."""

    @property
    def text(self) -> str:
        return "".join(
            line if number in self._joined else line + "\n"
            for number, line in enumerate(self._all_lines())
        ).removesuffix("\n")

    @property
    def source(self) -> tuple[int, int]:
        return self._source

    def add(self, line: str, end: int) -> None:
        """Add a complete line; `end` is where it ends in the source."""
        self._offsets.append(self._chars)
        self._lines.append(line)
        self._chars += len(line) + 1
        self._source = (self._source[0], end)
        self._revision += 1
        if self._whole is not None:
            self._whole = None
            self._forget_colours()

    def join_next(self) -> None:
        """Let the last line go on in the next one."""
        last = len(self._lines) - 1
        if last >= 0 and last not in self._joined:
            self._joined.add(last)
            self._chars -= 1

    def set_tail(self, line: str | None) -> bool:
        """Show the line that is still coming, or no longer; True if that changes anything."""
        changed = line != self._tail
        self._tail = line
        return changed

    def close(self, end: int) -> None:
        """Take no more lines; a language that needs to be lexed as a whole now gets its colours."""
        self._source = (self._source[0], end)
        self._closed = True
        self._forget_colours()

    def take_shown_lines(self) -> int | None:
        """Say how many lines have the rows that they had when this was last asked."""
        shown, self._shown_lines = self._shown_lines, len(self._lines)
        return shown

    def rows_of(self, lines: int, width: int) -> int:
        """Count the rows of the first lines, with what is above them."""
        self._measure(width)
        return self._head + (self._rows[lines] if lines < len(self._rows) else self._total_rows)

    def height(self, width: int) -> int:
        self._measure(width)
        tail = 0 if self._tail is None else len(self._wrap_tail(self._tail, width))
        return self._head + self._total_rows + tail

    def row(self, index: int, width: int) -> Sequence[Span]:
        index -= self._place.gap_rows
        if index < 0:
            return self._place.gap_row(width)
        if index == 0 and self.language:
            bar = self._bar(width)
            label = fitted([Span(self.language, "dim")], self._place.room(width) - cells(bar))
            return (*self._place.prefix(0, width), *bar, *label)
        self._measure(width)
        drawn = self._drawn.get(index)
        if drawn is None:
            drawn = self._draw(index, width)
            if index < self._total_rows + self._head - self._place.gap_rows:
                if len(self._drawn) >= KEPT_ROWS:
                    self._drawn.clear()
                self._drawn[index] = drawn
        return drawn

    def offset_at(self, index: int, column: int, width: int) -> int:
        if index < self._head:
            return 0
        number, _, first, last = self._part_at(index - self._place.gap_rows, width)
        line = self._line(number)
        shown = expand_tabs(line)
        column -= self._indent(width)
        return self._offset(number) + _raw_offset(
            line, first + offset_of_cell(shown[first:last], column)
        )

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        if index < self._head:
            return None
        number, _, first, last = self._part_at(index - self._place.gap_rows, width)
        line, offset = self._line(number), self._offset(number)
        shown = expand_tabs(line)
        start, end = (len(expand_tabs(line[: max(0, where - offset)])) for where in (start, end))
        return columns_between(shown[first:last], first, start, end, self._indent(width))

    @property
    def _head(self) -> int:
        """Rows above the first line."""
        return self._place.gap_rows + (1 if self.language else 0)

    def _all_lines(self) -> list[str]:
        return self._lines if self._tail is None else [*self._lines, self._tail]

    def _line(self, number: int) -> str:
        return self._lines[number] if number < len(self._lines) else self._tail or ""

    def _offset(self, number: int) -> int:
        return self._offsets[number] if number < len(self._lines) else self._chars

    def _bar(self, width: int) -> tuple[Span, ...]:
        return (
            (Span(f"{glyphs.CODE} ", "border"),)
            if self._place.room(width) >= LEAST_ROOM_WITH_BAR
            else ()
        )

    def _code_room(self, width: int) -> int:
        return self._place.room(width) - cells(self._bar(width))

    def _indent(self, width: int) -> int:
        return cells(self._place.prefix(1, width)) + cells(self._bar(width))

    def _wrap(self, line: str, width: int) -> Sequence[int]:
        room = self._code_room(width)
        if len(line) * TAB_CELLS <= room:
            return (0,)
        if self._wrapped_line[:2] != (room, line):
            self._wrapped_line = (room, line, wrap(expand_tabs(line), room))
        return self._wrapped_line[2]

    def _wrap_tail(self, line: str, width: int) -> Sequence[int]:
        room = self._code_room(width)
        known_room, known, starts = self._tail_wrap
        if "\t" in line:
            return self._wrap(line, width)
        if room == known_room and line.startswith(known):
            append_wrap(starts, len(known), line, room)
        else:
            starts = wrap(line, room)
        self._tail_wrap = (room, line, starts)
        return starts

    def _measure(self, width: int) -> None:
        """Count the rows of the lines that came since."""
        if width != self._width:
            self._width = width
            del self._rows[:]
            self._total_rows = 0
            self._drawn.clear()
        for number in range(len(self._rows), len(self._lines)):
            self._rows.append(self._total_rows)
            self._total_rows += len(self._wrap(self._lines[number], width))

    def _part_at(self, index: int, width: int) -> tuple[int, int, int, int]:
        """Find what a row shows: the line, the part of it, and where that is in the line."""
        self._measure(width)
        index -= 1 if self.language else 0
        if index >= self._total_rows:
            number, part = len(self._lines), index - self._total_rows
        else:
            number = bisect_right(self._rows, index) - 1
            part = index - self._rows[number]
        line = self._line(number)
        in_tail = number == len(self._lines)
        starts = self._wrap_tail(line, width) if in_tail else self._wrap(line, width)
        last = starts[part + 1] if part + 1 < len(starts) else len(expand_tabs(line))
        return number, part, starts[part], last

    def _draw(self, index: int, width: int) -> Sequence[Span]:
        number, part, first, last = self._part_at(index, width)
        bar = self._bar(width)
        if part and bar:
            bar = (Span(f"{glyphs.CODE_GOES_ON} ", "border"),)
        line = expand_tabs(self._line(number))
        if self._coloured_line[:2] != (number, line):
            self._coloured_line = (number, line, self._colour(number, line))
        spans = stripped(cut(self._coloured_line[2], first, last))
        prefix = self._place.prefix(index, width)
        return (*prefix, *bar, *fitted(spans, self._code_room(width)))

    def _colour(self, number: int, line: str) -> list[Span]:
        if not self.language:
            return [Span(line, PLAIN)]
        if self._closed and self._lex_whole():
            return (self._whole or [])[number]
        highlighter = self._line_highlighter()
        if highlighter.plain:
            return [Span(line, PLAIN)]
        spans, state = highlighter.line(line, self._state(number))
        if number < len(self._lines):
            self._states[number + 1] = state
        return spans

    def _line_highlighter(self) -> "LineHighlighter":
        if self._highlighter is None:
            from chat_tui.document.code.highlight import LineHighlighter

            self._highlighter = LineHighlighter(self.language)
        return self._highlighter

    def _lex_whole(self) -> bool:
        """Colour a closed fence whose language cannot be lexed by line; False if it is not."""
        if self._whole is None:
            from chat_tui.document.code.highlight import whole_fence

            self._whole = []
            fence = whole_fence(self.language, [expand_tabs(line) for line in self._lines])
            if fence is not None and self._hand_out is not None:
                self._hand_out(fence, partial(self._take_whole, self._revision))
            elif fence is not None:
                self._whole = fence.run() or []
        return bool(self._whole)

    def _take_whole(self, revision: int, colours: "Colours | None") -> None:
        if revision == self._revision and colours:
            self._whole = colours
            self._forget_colours()

    def _forget_colours(self) -> None:
        self._shown_lines = None
        self._drawn.clear()
        self._coloured_line = (-1, "", [])

    def _state(self, number: int) -> "State":
        highlighter = self._line_highlighter()
        restart = self._restart_before(number)
        known = number
        while known > restart and known not in self._states:
            known -= 1
        state = highlighter.START if known == restart else self._states[known]
        for between in range(known, number):
            _, state = highlighter.line(expand_tabs(self._lines[between]), state)
            self._states[between + 1] = state
        return state

    def _restart_before(self, number: int) -> int:
        """Find the line at or above one where colouring starts afresh."""
        for later in range(self._searched, len(self._lines)):
            if self._starts_afresh(later):
                self._restarts.append(later)
        self._searched = len(self._lines)
        if number == len(self._lines) and self._starts_afresh(number):
            return number
        return self._restarts[bisect_right(self._restarts, number) - 1]

    def _starts_afresh(self, number: int) -> bool:
        last = self._restarts[-1]
        lines, chars = number - last, self._offset(number) - self._offset(last)
        if lines >= MOST_LINES or chars >= MOST_CHARS:
            return True
        if lines < RESTART_LINES or self._lines[number - 1].strip():
            return False
        line = self._line(number)
        return bool(line) and not line[0].isspace()


def _raw_offset(line: str, shown_offset: int) -> int:
    """Find the character of a line that stands at an offset once its tabs are expanded."""
    if "\t" not in line:
        return shown_offset
    for offset in range(len(line)):
        if len(expand_tabs(line[: offset + 1])) > shown_offset:
            return offset
    return len(line)
