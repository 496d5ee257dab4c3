"""Wrapping: where the rows of a text start, for a width in cells.

A row ends after its spaces, which may hang over the edge, at a line feed, or beside an ideograph
or emoji; only what has no such place and is wider than the row is cut, between two graphemes.
Widths are those that Rich measures and Textual paints with.
"""

import re

from rich.cells import cell_len, get_character_cell_size, split_graphemes

TAB_CELLS = 4

_NARROW = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u0531-\u0556\u05d0-\u05ea\u1e00-\u1eff"
    "\u2010-\u2027\u2030-\u205e\u2070\u2074-\u208e\u20a0-\u20bf\u2200-\u22ff\u2500-\u259f]*"
)
"""Text whose characters are one cell each and attach to nothing."""
_NOT_FIRST = frozenset(
    "、。，．・：；！？）」』】〉》〕］｝〗〙”’…‥ー々ゝゞぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%,.!?:;)]}"
)
"""What may not begin a row after an ideograph."""
_NOT_LAST = frozenset("（「『【〈《〔［｛〖〘“‘([{")
"""What may not end a row before an ideograph."""


def wrap(text: str, width: int) -> list[int]:
    """Find where the rows of a text start.

    Args:
        text: Clean, with its tabs expanded.
        width: Cells; less than 1 counts as 1. A grapheme wider than that has its own row.

    Returns:
        Offsets into `text`, rising, from 0. A line feed belongs to the row that it ends; one at
        the very end begins no row.
    """
    starts: list[int] = []
    _wrap_from(0, starts, text, max(1, width))
    return starts or [0]


def append_wrap(starts: list[int], old_text_len: int, text: str, width: int) -> None:
    """Bring the rows of a text up to date, in place, after more was added at its end.

    Only the last row is looked at again; the result is what `wrap` makes of the whole.

    Args:
        starts: What `wrap` made of the text as it was.
        old_text_len: Characters of the text as it was.
        text: The text now.
        width: As before.
    """
    if len(text) > old_text_len:
        _wrap_from(starts.pop(), starts, text, max(1, width))


def expand_tabs(text: str, after: str = "") -> str:
    """Put spaces up to the next tab stop in place of tabs.

    Args:
        text: What the tabs are in.
        after: What stands before it, expanded; its last line says where the first tab stop is.
    """
    if "\t" not in text:
        return text
    expanded: list[str] = []
    column = cell_len(after[after.rfind("\n") + 1 :])
    for line in text.split("\n"):
        *tabbed, rest = line.split("\t")
        for piece in tabbed:
            column += cell_len(piece)
            gap = TAB_CELLS - column % TAB_CELLS
            column += gap
            expanded.append(piece + " " * gap)
        expanded.append(rest + "\n")
        column = 0
    return "".join(expanded)[:-1]


def _wrap_from(at: int, starts: list[int], text: str, width: int) -> None:
    while at < len(text):
        starts.append(at)
        end = text.find("\n", at)
        if end < 0:
            end = len(text)
        if 2 * (end - at) > width:
            if _NARROW.fullmatch(text, at, end):
                _wrap_narrow(at, end, starts, text, width)
            else:
                _wrap_wide(at, end, starts, text, width)
        at = end + 1


def _wrap_narrow(at: int, end: int, starts: list[int], text: str, width: int) -> None:
    while end - at > width:
        edge = at + width
        if text[edge] == " ":
            while edge < end and text[edge] == " ":
                edge += 1
            if edge == end:
                return
        else:
            edge = text.rfind(" ", at, edge) + 1 or edge
        starts.append(edge)
        at = edge


def _wrap_wide(at: int, end: int, starts: list[int], text: str, width: int) -> None:
    row = place = at
    """Where the row starts, and where it can end: nowhere yet while they are the same."""
    cells = place_cells = 0
    before, wide_before = "", False
    for first, last, grapheme_cells in split_graphemes(text[at:end])[0]:
        here = at + first
        char = text[here]
        if char == " " and last - first == 1:
            cells += grapheme_cells
            place, place_cells = here + 1, cells
            before, wide_before = char, False
            continue
        # A grapheme may still grow while text is appended; its first character cannot change.
        wide = get_character_cell_size(char) > 1
        if (wide or wide_before) and char not in _NOT_FIRST and before not in _NOT_LAST:
            place, place_cells = here, cells
        if cells + grapheme_cells > width and place > row:
            starts.append(place)
            row, cells = place, cells - place_cells
        if cells + grapheme_cells > width and here > row:
            starts.append(here)
            row = place = here
            cells = 0
        cells += grapheme_cells
        before, wide_before = char, wide
