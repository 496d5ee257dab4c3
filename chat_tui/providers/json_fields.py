"""Fields of a server's JSON, which may hold anything: as what they should be, or as nothing."""

from typing import Any, Final

MAX_COUNT: Final = 2**53
"""Larger numbers are nonsense, and no JSON reader takes them."""


def text_of(value: object) -> str:
    """Take a text; anything else is empty."""
    return value if isinstance(value, str) else ""


def objects_of(value: object) -> list[dict[str, Any]]:
    """Take the objects of a list; anything else is empty."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def count_of(value: object) -> int | None:
    """Take a whole number of zero or more; null for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MAX_COUNT else None


def amount_of(value: object) -> float | None:
    """Take a number of zero or more; null for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MAX_COUNT else None
