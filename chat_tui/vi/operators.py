"""What an operator makes of a region: an edit, and what is in the register then."""

from dataclasses import dataclass
from typing import Final

from chat_tui.vi.changes import INDENT, cased, shifted
from chat_tui.vi.command import Operator
from chat_tui.vi.outcomes import Edit, Go, Outcome, Register, edit_between
from chat_tui.vi.places import first_word, line_end, line_start, on_line
from chat_tui.vi.regions import Region

_MOST_STEPS: Final = 25
"""So far a count shifts at most."""


@dataclass(frozen=True, slots=True)
class Operated:
    """What an operator did."""

    outcome: Outcome
    taken: Register | None = None
    """What is in the register now, if that is something new."""


def operated(operator: Operator, text: str, region: Region, *, times: int = 1) -> Operated:
    """Let an operator work on a region of a text.

    Args:
        operator: `c` leaves room to write in; the caller goes to insert mode.
        text: The whole one.
        region: A piece of it.
        times: How far `>` and `<` shift.
    """
    start, end = region.start, region.end
    taken = Register(text[start:end], lines=region.lines)
    match operator:
        case "y":
            return Operated(Go(region.home), taken)
        case ">" | "<":
            columns = INDENT * min(times, _MOST_STEPS) * (1 if operator == ">" else -1)
            return Operated(shifted(text, line_start(text, start), _last(text, region), columns))
        case "gu" | "gU" | "g~":
            then = text[:start] + cased(operator, text[start:end]) + text[end:]
            return Operated(edit_between(text, then, on_line(then, region.home)))
        case "c":
            return Operated(Edit(start, end, "", start), taken if start < end else None)
        case "d":
            if region.lines:
                return Operated(_without_lines(text, start, end), taken)
            if start == end:
                return Operated(None)
            return Operated(Edit(start, end, "", on_line(text[:start] + text[end:], start)), taken)


def _last(text: str, region: Region) -> int:
    """Where the last line ends that a region has something of."""
    return line_end(text, max(region.start, region.end - (0 if region.lines else 1)))


def _without_lines(text: str, start: int, end: int) -> Edit:
    if end < len(text):
        end += 1
    elif start:
        start -= 1
    left = text[:start] + text[end:]
    last = line_start(left, len(left))
    return Edit(start, end, "", first_word(left, min(start, last) if end < len(text) else last))
