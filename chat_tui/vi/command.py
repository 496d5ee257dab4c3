"""What was typed in normal or visual mode: a command with its counts, or a beginning of one."""

from dataclasses import dataclass, replace
from string import ascii_letters
from typing import Final, Literal, TypeAlias

Operator: TypeAlias = Literal["d", "c", "y", ">", "<", "gu", "gU", "g~"]

MOST: Final = 9_999
"""A larger count is taken for this one."""
OPERATORS: Final[tuple[Operator, ...]] = ("d", "c", "y", ">", "<", "gu", "gU", "g~")
MOTIONS: Final = "hjklwbeWBE0^$G;,%{}"
MOTIONS_OF_TWO: Final = ("gg", "ge", "gE")
FINDS: Final = "fFtT"
OBJECTS: Final = "wWp\"'`()b[]{}B<>"
ACTS: Final = "iIaAoOxXsSDCYpPuJ~vV."
VISUAL_ACTS: Final = "xXDYCSRsuU~JpPovV"
DIGITS: Final = "0123456789"
REGISTERS: Final = f'{ascii_letters}"_0'
"""Names of what keeps a text, behind a quote."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, with what belongs to it."""

    name: str
    """A motion, an object, an act; or the operator again, on whole lines or what is selected."""
    operator: Operator | Literal[""] = ""
    count: int = 0
    """0 is none."""
    sign: str = ""
    """What is looked for, or put in the place of something."""
    register: str = ""
    """The name of the one that is taken into, or put from; empty for the usual one."""


Parsed: TypeAlias = Command | Literal["more", "nothing"]


def parse(typed: str, *, visual: bool = False) -> Parsed:
    """Read what was typed so far.

    Args:
        typed: Since the last command.
        visual: An operator is complete without a motion, and some letters mean something else.

    Returns:
        The command; "more" where it is only the beginning of one; "nothing" where it is none.
    """
    before, rest = _count(typed)
    register = ""
    while rest.startswith('"'):
        register = rest[1:2]
        if register not in REGISTERS:
            return "nothing"
        again, rest = _count(rest[2:])
        before = _both(before, again)
    parsed = _command(rest, before, visual=visual)
    return replace(parsed, register=register) if isinstance(parsed, Command) else parsed


def _command(rest: str, before: int, *, visual: bool) -> Parsed:
    """Read what stands behind the first counts and the name of a register."""
    operator = _operator(rest)
    rest = rest[len(operator) :]
    after = 0
    if operator and visual:
        return "nothing" if rest else Command(operator, operator, before)
    if operator:
        after, rest = _count(rest)
    if not rest or rest == "g":
        return "more"
    count = _both(before, after)
    if operator and rest in (operator, operator[-1]):
        return Command(operator, operator, count)
    name, sign = rest[0], rest[1:]
    if rest in MOTIONS_OF_TWO or (name in MOTIONS and not sign):
        return Command(rest, operator, count)
    if rest == "gv" and not operator:
        return Command(rest, "", count)
    if name in "ia" and (operator or visual):
        return Command(rest, operator, count) if sign and sign in OBJECTS else _more(sign)
    if name in FINDS or (name == "r" and not operator):
        return Command(name, operator, count, sign) if len(sign) == 1 else _more(sign)
    acts = "" if operator else VISUAL_ACTS if visual else ACTS
    return Command(name, "", count) if name in acts and not sign else "nothing"


def _both(count: int, other: int) -> int:
    """Two counts of one command; 0 where there is none."""
    return min(MOST, max(1, count) * max(1, other)) if count or other else 0


def _operator(rest: str) -> Operator | Literal[""]:
    return next((operator for operator in OPERATORS if rest.startswith(operator)), "")


def _more(sign: str) -> Parsed:
    return "nothing" if sign else "more"


def _count(typed: str) -> tuple[int, str]:
    """Split a count off; a 0 at the beginning is a motion."""
    digits = 0
    while digits < len(typed) and typed[digits] in DIGITS and typed[: digits + 1] != "0":
        digits += 1
    return min(MOST, int(typed[:digits][:6] or 0)), typed[digits:]
