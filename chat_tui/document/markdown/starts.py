"""How blocks begin: what the first characters of a line of Markdown mean."""

import re
from functools import cache
from typing import NamedTuple

from chat_tui.document.markdown.cursor import Cursor
from chat_tui.document.markdown.table import Alignment

_HEADING = r"(#{1,6})(?:[ \t]+|$)"
_HEADING_END = r"(?:^|[ \t]+)#+[ \t]*$"
_FENCE = r"(`{3,}(?!.*`)|~{3,})(.*)"
_LANGUAGE = r"[ \t]*\{?\.?([\w+#./-]{1,40})"
_RULE = r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$"
_UNDERLINE = r"(=+|-+)[ \t]*$"
_LIST_MARK = r"([-*+]|(\d{1,9})([.)]))(?=[ \t]|$)"
_FOOTNOTE = r"\[\^([^\]\s]{1,40})\]:[ \t]*"
_DELIMITER_ROW = r"[-:|][-:| \t]*$"
_DELIMITER = r":?-+:?"
_UNDECIDED = r"[ \t]*[-=*_+`~#|:>\\]+[-=*_+`~#|:> \t]*"
_UNDECIDED_IN_CODE = r"[ \t]*(`+|~+)[ \t]*"


class ListMark(NamedTuple):
    """What begins an item."""

    mark: str
    sign: str
    """What items of the same list have in common."""
    number: int | None


def heading(line: str) -> tuple[int, str] | None:
    """Read a heading's level and text."""
    match = _compiled(_HEADING).match(line)
    if match is None:
        return None
    return len(match[1]), _compiled(_HEADING_END).sub("", line[match.end() :]).strip(" \t")


def fence(line: str) -> tuple[str, str] | None:
    """Read what opens a fence: its signs, and the language, empty if there is none."""
    match = _compiled(_FENCE).match(line)
    if match is None:
        return None
    language = _compiled(_LANGUAGE).match(match[2])
    return match[1], language[1] if language else ""


def closes(line: str, signs: str) -> bool:
    """Tell whether a line closes the fence that these signs opened."""
    end = line.rstrip(" \t")
    return len(end) >= len(signs) and not end.strip(signs[0])


def is_rule(line: str) -> bool:
    return _compiled(_RULE).match(line) is not None


def underline(line: str) -> int:
    """Give the level of the heading that a line makes of the paragraph above; 0: it does not."""
    match = _compiled(_UNDERLINE).match(line)
    return 0 if match is None else 1 if match[1][0] == "=" else 2


def list_mark(line: str) -> ListMark | None:
    """Read what begins an item."""
    match = _compiled(_LIST_MARK).match(line)
    if match is None:
        return None
    number = int(match[2]) if match[2] else None
    return ListMark(match[1], match[3] or match[1], number)


def footnote(line: str) -> tuple[int, str] | None:
    """Read what begins a footnote: how long that is, and the note's name."""
    match = _compiled(_FOOTNOTE).match(line)
    return None if match is None else (match.end(), match[1])


def split_row(line: str) -> list[str]:
    r"""Split a line of a table into cells; `\|` is part of one."""
    found: list[str] = []
    cell = ""
    pieces = line.strip().split("|")
    for number, piece in enumerate(pieces):
        cell += piece
        if cell.endswith("\\") and number + 1 < len(pieces) and not _even_backslashes(cell):
            cell = cell[:-1] + "|"
            continue
        found.append(cell)
        cell = ""
    if found and not found[0]:
        del found[0]
    if found and not found[-1]:
        found.pop()
    return [cell.strip() for cell in found]


def delimiters(line: str) -> list[Alignment] | None:
    """Read the line below a table's header: how each column is aligned."""
    line = line.strip(" \t")
    if len(line) < 2 or not _compiled(_DELIMITER_ROW).match(line) or line.startswith(("- ", "-\t")):
        return None
    found: list[Alignment] = []
    pieces = [piece.strip() for piece in line.split("|")]
    for number, piece in enumerate(pieces):
        if not piece and number in {0, len(pieces) - 1}:
            continue
        if not _compiled(_DELIMITER).fullmatch(piece):
            return None
        ends = piece.startswith(":"), piece.endswith(":")
        found.append("center" if all(ends) else "right" if ends[1] else "left" if ends[0] else "")
    return found


def undecided(line: str, *, in_code: bool) -> bool:
    """Tell whether the beginning of a line may still become several things.

    Such a line is not shown until more has come: a `-` would make a heading of the paragraph above
    for as long as the rest of a list's item takes.
    """
    return _compiled(_UNDECIDED_IN_CODE if in_code else _UNDECIDED).fullmatch(line) is not None


def content_columns(cursor: Cursor, mark_length: int) -> int:
    """Go past a list's mark, and give the columns that the lines of its item are indented by.

    Args:
        cursor: Before the mark, with its indent.
        mark_length: Characters.
    """
    indent = cursor.indent
    cursor.skip_marker(mark_length)
    spaces = cursor.indent
    if cursor.blank:
        cursor.to_next()
        return indent + mark_length + 1
    if spaces > 4:
        spaces = 1
    cursor.skip_columns(spaces)
    return indent + mark_length + spaces


def _even_backslashes(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 0


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
