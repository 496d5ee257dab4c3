"""A table: columns as wide as their widest cell, cells that wrap, and a list where nothing fits."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len

from chat_tui import glyphs
from chat_tui.document.markdown.inline import References, inline_spans
from chat_tui.document.markdown.leaf import Place, columns_between, offset_of_cell
from chat_tui.document.spans import Span, cells, cut, fitted, stripped
from chat_tui.document.wrap import wrap

Alignment: TypeAlias = Literal["", "left", "center", "right"]

BETWEEN_CELLS = 3
LEAST_COLUMN = 6
"""Narrower columns are no reading: then each row becomes a list of its cells."""
TEXT_BETWEEN = " | "
KEPT_ROWS = 128


class _Cell(NamedTuple):
    spans: tuple[Span, ...]
    text: str


class _Piece(NamedTuple):
    """What a row of the screen shows of a cell."""

    spans: Sequence[Span]
    column: int
    """The cell of the row where it begins."""
    text_at: int
    """Where it begins in the text of the table's row."""


class Table:
    """Rows, which grow at their end; parsed and measured when they are looked at."""

    __slots__ = (
        "_cells",
        "_columns",
        "_drawn",
        "_heights",
        "_markdown",
        "_offsets",
        "_place",
        "_references",
        "_rows_for",
        "_source",
        "_total_rows",
        "_widest",
        "alignments",
    )

    def __init__(
        self,
        header: Sequence[str],
        alignments: Sequence[Alignment],
        source: tuple[int, int],
        place: Place,
        references: References,
    ) -> None:
        """Make a table without rows.

        Args:
            header: Inline Markdown of the cells.
            alignments: As many.
            source: Where it stands so far.
            place: What is before its rows.
            references: What links in cells may name.
        """
        self.alignments = tuple(alignments)
        self._source = source
        self._place = place
        self._references = references
        self._markdown: list[Sequence[str]] = [header]
        self._cells: list[tuple[_Cell, ...]] = []
        """Of the rows that were looked at, the header first."""
        self._offsets = array("L")
        """Where each row starts in the text."""
        self._widest = [0] * len(alignments)
        self._rows_for: tuple[int, tuple[int, ...] | None, bool] = (0, None, False)
        """The width, the columns and whether there is a body, that the next three are for."""
        self._columns: tuple[int, ...] | None = None
        self._heights = array("L")
        """The first row of the screen of each row."""
        self._total_rows = 0
        self._drawn: dict[int, Sequence[Span]] = {}
        """Rows of the screen that were asked for lately."""

    @property
    def text(self) -> str:
        self._parse()
        return "\n".join(map(_row_text, self._cells))

    @property
    def source(self) -> tuple[int, int]:
        return self._source

    def add(self, row: Sequence[str], end: int) -> None:
        """Add a row, as many cells as there are columns; `end` is where it ends in the source."""
        self._markdown.append(row)
        self._source = (self._source[0], end)

    def forget(self) -> None:
        """Parse again when it is next looked at: a link in it may now be known."""
        self._cells.clear()
        del self._offsets[:]
        self._widest = [0] * len(self.alignments)
        self._rows_for = (0, None, False)

    def height(self, width: int) -> int:
        self._measure(width)
        return self._place.gap_rows + self._total_rows + (1 if self._columns else 0)

    def row(self, index: int, width: int) -> Sequence[Span]:
        index -= self._place.gap_rows
        if index < 0:
            return self._place.gap_row(width)
        self._measure(width)
        drawn = self._drawn.get(index)
        if drawn is None:
            drawn = (*self._place.prefix(index, width), *self._draw(index, width))
            if len(self._drawn) >= KEPT_ROWS:
                self._drawn.clear()
            self._drawn[index] = drawn
        return drawn

    def offset_at(self, index: int, column: int, width: int) -> int:
        index -= self._place.gap_rows
        self._measure(width)
        if index < 0:
            return 0
        number, part = self._row_at(index)
        column -= cells(self._place.prefix(index, width))
        best = self._offsets[number]
        for piece in self._pieces(number, part, width):
            if piece.column <= column or piece.column == 0:
                text = _text(piece.spans)
                inside = offset_of_cell(text, column - piece.column)
                best = self._offsets[number] + piece.text_at + inside
        return best

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        index -= self._place.gap_rows
        self._measure(width)
        if index < 0 or (self._columns and index == self._line_index):
            return None
        number, part = self._row_at(index)
        indent = cells(self._place.prefix(index, width))
        covered: list[int] = []
        for piece in self._pieces(number, part, width):
            at = self._offsets[number] + piece.text_at
            found = columns_between(_text(piece.spans), at, start, end, indent + piece.column)
            covered += found or ()
        return (min(covered), max(covered)) if covered else None

    @property
    def _line_index(self) -> int:
        """The row below the header; only where there are columns."""
        return self._heights[1] if len(self._heights) > 1 else self._total_rows

    def _parse(self) -> None:
        """Parse the rows that came since, and widen the columns."""
        for row in self._markdown[len(self._cells) :]:
            header = not self._cells
            base = "strong" if header else "text"
            parsed = tuple(_cell(cell, self._references, base) for cell in row)
            offset = 0
            if not header:
                offset = self._offsets[-1] + len(_row_text(self._cells[-1])) + 1
            self._offsets.append(offset)
            self._cells.append(parsed)
            for column, cell in enumerate(parsed):
                self._widest[column] = max(self._widest[column], _width(cell.text))

    def _measure(self, width: int) -> None:
        self._parse()
        columns = _columns(self._widest, self._place.room(width))
        key = (width, columns, len(self._cells) > 1)
        if self._rows_for != key:
            self._rows_for = key
            self._columns = columns
            del self._heights[:]
            self._total_rows = 0
            self._drawn.clear()
        for number in range(len(self._heights), len(self._cells)):
            self._heights.append(self._total_rows)
            self._total_rows += self._row_height(number, width)

    def _row_height(self, number: int, width: int) -> int:
        row = self._cells[number]
        if self._columns is None:
            if number == 0 and len(self._cells) > 1:
                return 0
            return sum(len(starts) for starts in self._list_starts(number, width))
        return max(
            len(_cell_starts(cell, column)) for cell, column in zip(row, self._columns, strict=True)
        )

    def _row_at(self, index: int) -> tuple[int, int]:
        """Find the table's row at a row of the screen, and which row of it that is."""
        if self._columns and index >= self._line_index:
            index -= 1
        number = bisect_right(self._heights, index) - 1
        return number, index - self._heights[number]

    def _draw(self, index: int, width: int) -> list[Span]:
        if self._columns and index == self._line_index:
            crossing = f"{glyphs.RULE}{glyphs.CROSSING}{glyphs.RULE}"
            line = crossing.join(str(glyphs.RULE) * column for column in self._columns)
            return [Span(line, "border")]
        return self._painted(*self._row_at(index), width)

    def _painted(self, number: int, part: int, width: int) -> list[Span]:
        pieces = self._pieces(number, part, width)
        if self._columns is None:
            return fitted(stripped(list(pieces[0].spans)), self._place.room(width))
        painted: list[Span] = []
        between = Span(f" {glyphs.COLUMN} ", "border")
        at = 0
        for piece, column in zip(pieces, self._columns, strict=True):
            if painted or at:
                painted.append(between)
            before = piece.column - at
            if before:
                painted.append(Span(" " * before, "text"))
            painted += piece.spans
            after = column - before - cells(piece.spans)
            if after > 0:
                painted.append(Span(" " * after, "text"))
            at += column + BETWEEN_CELLS
        return stripped(painted)

    def _pieces(self, number: int, part: int, width: int) -> list[_Piece]:
        if self._columns is None:
            return [self._list_piece(number, part, width)]
        row = self._cells[number]
        pieces: list[_Piece] = []
        at = text_at = 0
        for cell, column, alignment in zip(row, self._columns, self.alignments, strict=True):
            starts = _cell_starts(cell, column)
            spans: list[Span] = []
            first = len(cell.text)
            if part < len(starts):
                first = starts[part]
                last = starts[part + 1] if part + 1 < len(starts) else len(cell.text)
                spans = fitted(stripped(_no_breaks(cut(cell.spans, first, last))), column)
            free = max(0, column - cells(spans))
            before = {"right": free, "center": free // 2}.get(alignment, 0)
            pieces.append(_Piece(spans, at + before, text_at + first))
            at += column + BETWEEN_CELLS
            text_at += len(cell.text) + len(TEXT_BETWEEN)
        return pieces

    def _list_starts(self, number: int, width: int) -> list[Sequence[int]]:
        room = self._place.room(width)
        return [_cell_starts(cell, room) for cell in self._list_cells(number)]

    def _list_cells(self, number: int) -> list[_Cell]:
        """Give each cell of a row the name of its column."""
        row = self._cells[number]
        if number == 0:
            return list(row)
        named: list[_Cell] = []
        for name, cell in zip(self._cells[0], row, strict=True):
            spans = (*name.spans, Span(": ", "dim"), *cell.spans)
            named.append(_Cell(spans, _text(spans)))
        return named

    def _list_piece(self, number: int, part: int, width: int) -> _Piece:
        text_at = 0
        row = self._cells[number]
        starts_of_cells = self._list_starts(number, width)
        for cell, named, starts in zip(row, self._list_cells(number), starts_of_cells, strict=True):
            if part < len(starts):
                first = starts[part]
                last = starts[part + 1] if part + 1 < len(starts) else len(named.text)
                spans = stripped(_no_breaks(cut(named.spans, first, last)))
                return _Piece(spans, 0, text_at + first - (len(named.text) - len(cell.text)))
            part -= len(starts)
            text_at += len(cell.text) + len(TEXT_BETWEEN)
        return _Piece((), 0, text_at)


def _columns(widest: Sequence[int], room: int) -> tuple[int, ...] | None:
    """Share the room between columns; None if some would be too narrow to read."""
    widths = [max(1, width) for width in widest]
    room -= BETWEEN_CELLS * (len(widths) - 1)
    if sum(widths) <= room:
        return tuple(widths)
    if sum(min(width, LEAST_COLUMN) for width in widths) > room:
        return None
    # Narrow columns get what they want, the others the same share of what is left.
    shared = [0] * len(widths)
    narrow_first = sorted(range(len(widths)), key=widths.__getitem__)
    for place, column in enumerate(narrow_first):
        share = room // (len(widths) - place)
        shared[column] = min(widths[column], share)
        room -= shared[column]
    return tuple(shared)


def _cell(markdown: str, references: References, base: str) -> _Cell:
    spans = inline_spans(markdown, references, base)
    if any("\t" in span.text for span in spans):
        spans = tuple(span._replace(text=span.text.replace("\t", " ")) for span in spans)
    return _Cell(spans, _text(spans))


def _cell_starts(cell: _Cell, column: int) -> Sequence[int]:
    if len(cell.text) * 2 <= column and "\n" not in cell.text:
        return (0,)
    return wrap(cell.text, column)


def _no_breaks(spans: list[Span]) -> list[Span]:
    return [span._replace(text=text) for span in spans if (text := span.text.replace("\n", ""))]


def _text(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def _row_text(row: Sequence[_Cell]) -> str:
    return TEXT_BETWEEN.join(cell.text for cell in row)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
