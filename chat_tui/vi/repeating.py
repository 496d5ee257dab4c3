"""What `.` does again: a command, and what was written for it."""

from dataclasses import dataclass
from typing import Final

from chat_tui.vi.command import Command
from chat_tui.vi.outcomes import Edit, Go, Outcome, applied, edit_between, times_that_fit
from chat_tui.vi.places import line_end, line_start
from chat_tui.vi.selecting import Extent

_CHANGES: Final = "xXDpPJr~"
_COUNTED: Final = "iIaAoO"
"""A count of these is how often the text is written."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written in insert mode, seen from where it began."""

    piece: str = ""
    back: int = 0
    """So many characters before it were taken away."""
    ahead: int = 0
    """So many behind it."""


@dataclass(frozen=True, slots=True)
class Change:
    """The last one."""

    command: Command
    written: Written = Written()
    extent: Extent | None = None
    """How much was selected, if something was."""

    @property
    def alters(self) -> bool:
        """The text becomes another one, other than by undoing."""
        command = self.command
        if command.operator:
            return command.operator != "y"
        return command.name in _CHANGES if self.extent is None else command.name != "Y"


class Insertion:
    """Insert mode, from the command that began it to Esc."""

    def __init__(self, text: str, at: int) -> None:
        self._from = self._seen = (text, at)
        self._before: Written | None = None
        """What was written before the cursor went somewhere else."""
        self.moved = False
        """It went somewhere else, and something was written there."""

    def look(self, text: str, at: int) -> None:
        """See whether the cursor went somewhere else, between two keys."""
        seen_text, seen_at = self._seen
        if at != seen_at and text == seen_text:
            self._before = self.end(text, seen_at)
            self._from = text, at
        self._seen = text, at

    def end(self, text: str, at: int) -> Written:
        """Say what was written last, with the cursor in one go."""
        self.look(text, at)
        then, since = self._from
        if self._before is not None:
            if text == then:
                return self._before
            self.moved = True
        return _written(then, since, text)


def stepped_back(text: str, at: int) -> int:
    """Where the cursor is after insert mode."""
    return max(line_start(text, at), min(at, line_end(text, at)) - 1)


def ended(change: Change, text: str, at: int) -> Edit | Go:
    """Leave insert mode: what was written is written again as often as the count says."""
    piece = _times(change.command, change.written)[len(change.written.piece) :]
    if change.written.back or change.written.ahead:
        piece = ""
    then = text[:at] + piece + text[at:]
    cursor = stepped_back(then, at + len(piece))
    return Edit(at, at, piece, cursor) if piece else Go(cursor)


def written_again(change: Change, outcome: Outcome, text: str, at: int) -> Edit | Go:
    """Write again what was written for a change, after its command, as one edit."""
    opened, cursor = applied(outcome, text, at)
    written = change.written
    start, end = max(0, cursor - written.back), min(len(opened), cursor + written.ahead)
    piece = _times(change.command, written)
    then = opened[:start] + piece + opened[end:]
    return edit_between(text, then, stepped_back(then, start + len(piece)))


def _times(command: Command, written: Written) -> str:
    piece = written.piece
    if command.operator or command.name not in _COUNTED or command.count < 2:
        return piece
    times = times_that_fit(piece, command.count)
    return "\n".join([piece] * times) if command.name in "oO" else piece * times


def _written(then: str, since: int, text: str) -> Written:
    """What lies between the parts that are as before, on both sides of a place."""
    start = 0
    while start < min(since, len(text)) and then[start] == text[start]:
        start += 1
    same = 0
    while same < min(len(then) - since, len(text) - start) and then[-1 - same] == text[-1 - same]:
        same += 1
    piece = text[start : len(text) - same]
    return Written(piece, since - start, len(then) - since - same)
