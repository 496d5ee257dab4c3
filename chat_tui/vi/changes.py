"""Changes of a text in its place: other letters, other indents, lines joined."""

from typing import Final

from chat_tui.vi.command import Operator
from chat_tui.vi.outcomes import Edit, Go, Outcome, edit_between
from chat_tui.vi.places import first_word, line_end, line_start, on_line

INDENT: Final = 4
"""How many blanks `>` puts before a line."""


def cased(operator: Operator, piece: str) -> str:
    """A piece in small letters, in capitals, or in the other ones."""
    if operator == "gu":
        return piece.lower()
    return piece.upper() if operator == "gU" else piece.swapcase()


def swapped(text: str, at: int, count: int) -> Outcome:
    """Small letters become capitals and the other way round, and the cursor goes behind them."""
    end = min(line_end(text, at), at + count)
    if at >= end:
        return None
    piece = text[at:end].swapcase()
    return Edit(at, end, piece, on_line(text[:at] + piece + text[end:], at + len(piece)))


def replaced(text: str, at: int, sign: str, count: int) -> Outcome:
    """So many characters become one sign each; nothing happens where there are not so many."""
    end = at + count
    return None if end > line_end(text, at) else Edit(at, end, sign * count, end - 1)


def shifted(text: str, start: int, end: int, columns: int) -> Edit | Go:
    """Lines get a larger or a smaller indent, the empty ones excepted."""
    lines = [_indented(line, columns) for line in text[start:end].split("\n")]
    then = text[:start] + "\n".join(lines) + text[end:]
    return edit_between(text, then, first_word(then, start))


def _indented(line: str, columns: int) -> str:
    words = line.lstrip(" \t")
    blank = len(line[: len(line) - len(words)].expandtabs(INDENT))
    return " " * max(0, blank + columns) + words if line else line


def joined(text: str, at: int, times: int) -> Outcome:
    """Join lines, with one blank in between where there was none."""
    start = line_end(text, at)
    lines = text[start:].split("\n")[1 : times + 1]
    if not lines:
        return None
    whole = text[line_start(text, at) : start]
    before, cursor = len(whole), start
    for line in lines:
        words = line.lstrip(" \t")
        blank = words and not words.startswith(")") and whole and not whole[-1].isspace()
        cursor = start + len(whole) - before
        whole += (" " if blank else "") + words
    end = start + sum(len(line) + 1 for line in lines)
    piece = whole[before:]
    return Edit(start, end, piece, on_line(text[:start] + piece + text[end:], cursor))
