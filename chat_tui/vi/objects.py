"""Text objects: the word, the paragraph, the quotes or the brackets that a place is in."""

from chat_tui.vi.pairs import ahead, around, opener_of, quoted
from chat_tui.vi.places import (
    line_end,
    line_number,
    line_start,
    start_of_line,
    this_word_end,
    this_word_start,
)
from chat_tui.vi.regions import Region


def is_object(name: str) -> bool:
    """Whether a command names an object, as `iw` does."""
    return len(name) == 2 and name[0] in "ia"


def object_of(name: str, text: str, at: int, count: int) -> Region | None:
    """Say what an object at a place is; null where there is none.

    Args:
        name: `i` for what is inside, `a` for all of it, and a letter for what it is.
        text: The whole one.
        at: A place in it.
        count: So many words or paragraphs, or so many brackets further out.
    """
    whole = name[0] == "a"
    match name[1]:
        case "w" | "W":
            return _word(text, at, count, whole=whole, big=name[1] == "W")
        case "p":
            return _paragraph(text, at, count, whole=whole)
        case "'" | '"' | "`":
            return _in_quotes(text, at, count, name[1], whole=whole)
        case _:
            return in_brackets(name, text, at, at, count)


def in_brackets(name: str, text: str, start: int, end: int, count: int) -> Region | None:
    """What is between the brackets around a piece, or that with them.

    Args:
        name: As for `object_of`.
        text: The whole one.
        start: Where the piece begins.
        end: Its last character.
        count: 1 are the innermost brackets.
    """
    opener = opener_of(name[1])
    if opener == "{" and start == end:  # vi begins behind the blanks of a line
        row, stop = line_start(text, start), line_end(text, start)
        first = row + len(text[row:stop]) - len(text[row:stop].lstrip(" \t"))
        start = end = min(max(start, first), max(start, stop))
    found = around(text, start, end, opener, count)
    if found is None and start == end and around(text, start, end, opener, 1) is None:
        found = ahead(text, start, opener, count)
    if found is None:
        return None
    first, last = found
    if name[0] == "a":
        return Region(first, last + 1)
    first += 1
    if text[first : first + 1] == "\n":
        first += 1
    row = line_start(text, last)
    if first < row and not text[row:last].strip(" \t"):
        if not text[line_start(text, first) : first].strip(" \t"):
            return Region(first, row - 1, lines=True)
        last = row - 1
    return Region(first, max(first, last))


def word_on(text: str, at: int, name: str, *, backward: bool) -> int:
    """The far end of the next word from the end of what is selected, on the same line."""
    big, whole = name[1] == "W", name[0] == "a"
    start, stop = line_start(text, at), line_end(text, at)
    for _ in range(2 if whole else 1):
        if backward and at > start:
            at = this_word_start(text, at - 1, big=big)
        elif not backward and at + 1 < stop:
            at = this_word_end(text, at + 1, big=big)
    return at


def _word(text: str, at: int, count: int, *, whole: bool, big: bool) -> Region | None:
    """So many words, or with their blanks; no further than the end of the line."""
    start, stop = this_word_start(text, at, big=big), line_end(text, at)
    if at >= stop:
        return Region(at, at)
    end, after_blank = start, False
    for _ in range(count):
        if end >= stop:
            if stop == len(text):
                return None
            break
        blank = text[end].isspace()
        end = this_word_end(text, end, big=big) + 1
        after_blank = whole and end < stop and text[end].isspace() is not blank
        if after_blank:
            end = this_word_end(text, end, big=big) + 1
    if whole and not after_blank and not text[at].isspace():
        before = line_start(text, at) + len(text[line_start(text, at) : start].rstrip(" \t"))
        start = before if before > line_start(text, at) else start
    return Region(start, end)


def _in_quotes(text: str, at: int, count: int, quote: str, *, whole: bool) -> Region | None:
    found = quoted(text, at, quote)
    if found is None:
        return None
    first, last = found
    if not whole:
        return Region(first + 1, last) if count == 1 else Region(first, last + 1)
    start, stop = line_start(text, at), line_end(text, at)
    blanks = len(text[last + 1 : stop]) - len(text[last + 1 : stop].lstrip(" \t"))
    if not blanks:
        first = start + len(text[start:first].rstrip(" \t"))
    return Region(first, last + 1 + blanks)


def _paragraph(text: str, at: int, count: int, *, whole: bool) -> Region | None:
    """Lines between blank ones, or the blank ones; all of it are those and these."""
    blank = [not line.strip(" \t") for line in text.split("\n")]
    start = line_number(text, at)
    on_blank, last = blank[start], len(blank) - 1
    while start > 0 and blank[start - 1] is on_blank:
        start -= 1
    end = start - 1
    while end < last and blank[end + 1]:
        end += 1
    for left in reversed(range(count - (1 if on_blank and not whole else 0))):
        if end == last:
            return None
        words = whole or not blank[end + 1]
        if words:
            end += 1
            while end < last and not blank[end + 1]:
                end += 1
        if not left and on_blank and whole:
            break
        if whole or not words:
            while end < last and blank[end + 1]:
                end += 1
    if whole and not on_blank and not blank[end]:
        while start > 0 and blank[start - 1]:
            start -= 1
    first = start_of_line(text, start)
    return Region(first, line_end(text, start_of_line(text, end)), lines=True)
