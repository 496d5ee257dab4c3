"""A region of a text: what an operator works on."""

from dataclasses import dataclass

from chat_tui.vi.places import line_end, line_start


@dataclass(frozen=True, slots=True)
class Region:
    """From a place up to another one, which is not in it."""

    start: int
    end: int
    lines: bool = False
    """Whole lines, without the last newline."""
    cursor: int | None = None
    """Where the cursor is to be, if not at the start."""

    @property
    def home(self) -> int:
        """Where the cursor is when nothing is taken out."""
        return self.start if self.cursor is None else self.cursor


def lines_of(text: str, start: int, end: int, cursor: int | None = None) -> Region:
    """The whole lines of two places."""
    first, last = min(start, end), max(start, end)
    return Region(line_start(text, first), line_end(text, last), lines=True, cursor=cursor)
