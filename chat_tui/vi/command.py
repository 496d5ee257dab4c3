"""What was typed in normal mode: a command with its counts, or the beginning of one."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MOST: Final = 9_999
"""A larger count is taken for this one."""
OPERATORS: Final = "dcy"
MOTIONS: Final = "hjklwbeWBE0^$G;,"
FINDS: Final = "fFtT"
ACTS: Final = "iIaAoOxXsSDCYpPuJ~"
DIGITS: Final = "0123456789"


@dataclass(frozen=True, slots=True)
class Command:
    """One command, with what belongs to it."""

    name: str
    """A motion, an act, or for an operator on whole lines the operator again."""
    operator: Literal["", "d", "c", "y"] = ""
    count: int = 0
    """0 is none."""
    sign: str = ""
    """What is looked for, or put in the place of something."""


Parsed: TypeAlias = Command | Literal["more", "nothing"]


def parse(typed: str) -> Parsed:
    """Read what was typed so far.

    Returns:
        The command; "more" where it is only the beginning of one; "nothing" where it is none.
    """
    before, rest = _count(typed)
    if not rest:
        return "more"
    operator: Literal["", "d", "c", "y"] = ""
    after = 0
    if rest[0] in OPERATORS:
        operator = "d" if rest[0] == "d" else "c" if rest[0] == "c" else "y"
        after, rest = _count(rest[1:])
        if not rest:
            return "more"
    count = min(MOST, max(1, before) * max(1, after)) if before or after else 0
    name, sign = rest[0], rest[1:]
    if operator and name == operator and not sign:
        return Command(name, operator, count)
    if name in MOTIONS and not sign:
        return Command(name, operator, count)
    if name == "g" or (operator and name in "ia"):
        return _of_two(rest, operator, count)
    if name in FINDS or (name == "r" and not operator):
        return Command(name, operator, count, sign) if len(sign) == 1 else _more(sign)
    return Command(name, "", count) if name in ACTS and not sign and not operator else "nothing"


def _of_two(rest: str, operator: Literal["", "d", "c", "y"], count: int) -> Parsed:
    if rest in ("gg", "iw", "aw"):
        return Command(rest, operator, count)
    return _more(rest[1:])


def _more(sign: str) -> Parsed:
    return "nothing" if sign else "more"


def _count(typed: str) -> tuple[int, str]:
    """Split a count off; a 0 at the beginning is a motion."""
    digits = 0
    while digits < len(typed) and typed[digits] in DIGITS and typed[: digits + 1] != "0":
        digits += 1
    return min(MOST, int(typed[:digits][:6] or 0)), typed[digits:]
