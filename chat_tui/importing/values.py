"""Values out of JSON from outside: each of the type that was asked for, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_MAX_COUNT = 2**53


def words(value: object) -> str:
    """Text that can be stored; empty for anything else. Half characters become U+FFFD."""
    if not isinstance(value, str):
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def count(value: object) -> int | None:
    """A whole number from 0 on that every JSON reader takes."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _MAX_COUNT else None


def moment(value: object) -> datetime | None:
    """Seconds since 1970, or ISO 8601, where a missing zone is UTC; null for anything else."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC) if value > 0 else None
        if isinstance(value, str):
            read = datetime.fromisoformat(value.strip())
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
