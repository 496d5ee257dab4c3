"""What is selected in visual mode: from where it began to the cursor, and as much elsewhere."""

from dataclasses import dataclass

from chat_tui.vi.command import MOST, Command
from chat_tui.vi.motions import Find, by_words, moved
from chat_tui.vi.objects import in_brackets, object_of, word_on
from chat_tui.vi.places import line_end, line_number, line_start, start_of_line
from chat_tui.vi.regions import Region, lines_of


@dataclass(frozen=True, slots=True)
class Extent:
    """How much was selected."""

    rows: int
    """Further lines."""
    columns: int
    """Characters of the last line; `MOST` are all of them, and its newline."""
    lines: bool

    def region(self, text: str, at: int) -> Region:
        """As much, from a place on."""
        row = start_of_line(text, line_number(text, at) + self.rows)
        if self.lines:
            return lines_of(text, at, row, at)
        start, end = (row, line_end(text, row)) if self.rows else (at, line_end(text, at))
        last = end if self.columns == MOST else min(end, start + self.columns - 1)
        return Region(min(at, last), min(len(text), max(at, last) + 1))


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected; the cursor is known to the caller."""

    anchor: int
    """Where it began."""
    lines: bool = False
    column: int | None = None
    """Where `j` and `k` want to be on a line; `MOST` is behind its end."""

    def region(self, text: str, at: int) -> Region:
        """What an operator works on: the character of the cursor is in it."""
        if self.lines:
            above = at < self.anchor and "\n" in text[at : self.anchor]
            home = at if above else line_start(text, min(self.anchor, at))
            return lines_of(text, self.anchor, at, home)
        first, last = min(self.anchor, at), max(self.anchor, at)
        return Region(first, min(len(text), last + 1))

    def extent(self, text: str, at: int) -> Extent:
        """How much it is."""
        first, last = min(self.anchor, at), max(self.anchor, at)
        rows = text.count("\n", first, last)
        columns = last + 1 - (line_start(text, last) if rows else first)
        return Extent(rows, MOST if self.column == MOST else columns, self.lines)

    def shown(self, text: str, at: int) -> tuple[int, int]:
        """What is to be marked, from the anchor's side to the cursor's; that is one more."""
        if not self.lines:
            return (self.anchor if self.anchor <= at else self.anchor + 1), at
        region = lines_of(text, self.anchor, at)
        return (region.start, region.end) if self.anchor <= at else (region.end, region.start)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was selected last, by rows and columns: the text may be another one by then."""

    anchor: tuple[int, int]
    at: tuple[int, int]
    lines: bool
    column: int | None

    def again(self, text: str) -> tuple[Selected, int]:
        """Select it again, as far as it is there, with its cursor."""
        return (
            Selected(_nearest(text, self.anchor), self.lines, self.column),
            _nearest(text, self.at),
        )


def kept(selected: Selected, text: str, at: int) -> Kept:
    """Keep what is selected."""
    anchor = _row_and_column(text, selected.anchor)
    return Kept(anchor, _row_and_column(text, at), selected.lines, selected.column)


def extended(
    selected: Selected, command: Command, text: str, at: int, last: Find | None
) -> tuple[Selected, int] | None:
    """Move the end of what is selected, which may be behind the last character of a line."""
    count = max(1, command.count)
    column: int | None = None
    to: int | None
    match command.name:
        case "l":
            to = min(line_end(text, at), at + count)
        case "$":
            to, column = line_end(text, _row(text, at, count - 1)), MOST
        case "j" | "k":
            column = at - line_start(text, at) if selected.column is None else selected.column
            row = _row(text, at, count if command.name == "j" else -count)
            to = min(row + column, line_end(text, row))
        case "w" | "W" | "e" | "E":
            to = by_words(command.name, text, at, count)
        case _:
            to = moved(command, text, at, last)
    return None if to is None else (Selected(selected.anchor, selected.lines, column), to)


def object_selected(
    selected: Selected, command: Command, text: str, at: int
) -> tuple[Selected, int] | None:
    """Select an object, or where something is selected that and the next one around or behind."""
    name, count = command.name, max(1, command.count)
    first, last = min(selected.anchor, at), max(selected.anchor, at)
    match name[1]:
        case "w" | "W" if first < last:
            for _ in range(min(count, len(text))):
                at = word_on(text, at, name, backward=at < selected.anchor)
            return Selected(selected.anchor), at
        case "p":
            found = _paragraphs(selected, name, text, at, count)
        case "w" | "W" | "'" | '"' | "`":
            found = object_of(name, text, at, count)
        case _:
            found = in_brackets(name, text, first, last, count)
            if found is not None and first <= found.start and found.end <= last + (first < last):
                found = in_brackets(name, text, first, last, count + 1)
            if found is not None and name[0] == "i" and text[found.end] == "\n":
                return Selected(found.start), found.end  # what closes it is on a line of its own
    if found is None or found.start >= found.end:
        return None
    return Selected(found.start, found.lines), found.end - (0 if found.lines else 1)


def _paragraphs(selected: Selected, name: str, text: str, at: int, count: int) -> Region | None:
    """A paragraph, or with what is selected the next one."""
    first, last = min(selected.anchor, at), max(selected.anchor, at)
    found = object_of(name, text, at, count) if "\n" not in text[first:last] else None
    here = lines_of(text, first, last)
    if found is not None and (not selected.lines or found != here):
        return found
    if here.end == len(text):
        return None
    behind = object_of(name, text, here.end + 1, count)
    return None if behind is None else Region(here.start, behind.end, lines=True)


def _row_and_column(text: str, at: int) -> tuple[int, int]:
    return line_number(text, at), at - line_start(text, at)


def _nearest(text: str, place: tuple[int, int]) -> int:
    start = start_of_line(text, place[0])
    return min(start + place[1], line_end(text, start))


def _row(text: str, at: int, by: int) -> int:
    """Where the line begins that is so many further down, as far as there are."""
    return start_of_line(text, max(0, line_number(text, at) + by))
