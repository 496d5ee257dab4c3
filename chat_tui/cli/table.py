"""Text in columns, for people."""

from collections.abc import Sequence
from typing import Final

from chat_tui.text import clean_line

CELL_MAX_CHARS: Final = 60
GAP: Final = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align cells; the last column is as long as it likes.

    Args:
        head: The names of the columns.
        rows: Each as long as the head; an empty cell is shown as `-`.

    Returns:
        One line each, ending in a newline.
    """
    lines = [head, *([_cell(row, at) for at in range(len(head))] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head) - 1)]
    return "".join(
        GAP.join(
            [*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]
        )
        + "\n"
        for line in lines
    )


def _cell(row: Sequence[str], at: int) -> str:
    is_last = at == len(row) - 1
    return clean_line(row[at], 1000 if is_last else CELL_MAX_CHARS) or "-"
