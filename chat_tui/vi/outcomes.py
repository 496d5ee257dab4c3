"""What comes of a key of vi: an edit, a place for the cursor, or something to be done elsewhere."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MOST_CHARACTERS: Final = 1_000_000
"""What a count may put in at once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of the text becomes another one, and the cursor is put somewhere."""

    start: int
    end: int
    text: str
    cursor: int
    """In the text as it is then."""


@dataclass(frozen=True, slots=True)
class Go:
    """The cursor goes somewhere."""

    cursor: int


@dataclass(frozen=True, slots=True)
class Do:
    """Something that is not known here: what was changed before, and what stands above."""

    what: Literal["undo", "redo", "up", "down"]
    times: int


Outcome: TypeAlias = Edit | Go | Do | None
"""Null: nothing happens, or more has to be typed."""


@dataclass(frozen=True, slots=True)
class Register:
    """What was taken last."""

    text: str = ""
    lines: bool = False
    """Whole lines, without the last newline."""


def applied(outcome: Outcome, text: str, at: int) -> tuple[str, int]:
    """Say what the text is after an edit or a move, and where the cursor is in it."""
    match outcome:
        case Edit(start=start, end=end, text=piece, cursor=cursor):
            return text[:start] + piece + text[end:], cursor
        case Go(cursor=cursor):
            return text, cursor
        case _:
            return text, at


def edit_between(text: str, then: str, cursor: int) -> Edit | Go:
    """The smallest edit that makes one text another one, with the cursor at a place in that."""
    if text == then:
        return Go(cursor)
    start, most = 0, min(len(text), len(then))
    while start < most and text[start] == then[start]:
        start += 1
    same = 0
    while same < most - start and text[-1 - same] == then[-1 - same]:
        same += 1
    return Edit(start, len(text) - same, then[start : len(then) - same], cursor)


def times_that_fit(piece: str, times: int) -> int:
    """How often a piece can be put in, at least once."""
    return max(1, min(times, MOST_CHARACTERS // (len(piece) + 1)))
