"""What an app under measurement says about itself, and how tables are printed."""

import statistics
from collections.abc import Sequence

import msgspec


class Report(msgspec.Struct, frozen=True):
    """Written by the app when it ends."""

    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    taken_in: list[int]
    """Tokens of each pane at the moment the app was asked (SIGUSR1)."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    )


def median(values: Sequence[float | None]) -> float | None:
    """The median of what was measured; null when nothing was."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def number(value: float | None, digits: int = 1) -> str:
    """Write a number, or a dash where there is none."""
    return "-" if value is None else f"{value:,.{digits}f}"


def quotient(above: float | None, below: float | None) -> float | None:
    """Divide what is known."""
    return above / below if above is not None and below else None
