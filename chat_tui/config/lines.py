"""On which line a key of a TOML document stands; the parser of the standard library forgets it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_SPACE: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BLANK: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}(?!")' r"|'''.*?'{3,5}(?!')" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)


def find_line(text: str, keys: Sequence[str]) -> int | None:
    """Find the line of a key, or else of the nearest table around it.

    Args:
        text: A document that is valid TOML.
        keys: The key's path.

    Returns:
        Counted from 1; null where not even the first part of the path is named.
    """
    best: tuple[int, int] | None = None
    for place, found in _statements(text):
        common = 0
        for ours, theirs in zip(keys, found, strict=False):
            if ours != theirs:
                break
            common += 1
        if common and (best is None or common > best[0]):
            best = (common, text.count("\n", 0, place) + 1)
    return best[1] if best else None


def _statements(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the offset and full path of every header and every key that starts a line."""
    table: tuple[str, ...] = ()
    place = _skip(_SPACE, text, 0)
    while place < len(text):
        start = place
        if text[place] == "[":
            place = _skip(_BLANK, text, place + (2 if text.startswith("[[", place) else 1))
            table, place = _key(text, place)
            yield start, table
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
        else:
            key, place = _key(text, place)
            yield start, table + key
            place = _value(text, place)
        if place == start:  # not TOML after all
            return
        place = _skip(_SPACE, text, place)


def _key(text: str, place: int) -> tuple[tuple[str, ...], int]:
    parts: list[str] = []
    while place < len(text):
        if quoted := _STRING.match(text, place):
            parts.append(_unquoted(quoted[0]))
            place = quoted.end()
        elif bare := _BARE.match(text, place):
            parts.append(bare[0])
            place = bare.end()
        place = _skip(_BLANK, text, place)
        if not text.startswith(".", place):
            break
        place = _skip(_BLANK, text, place + 1)
    return tuple(parts), place


def _unquoted(quoted: str) -> str:
    if quoted[0] == "'" or "\\" not in quoted:
        return quoted[1:-1]
    import tomllib

    try:
        return str(tomllib.loads(f"key = {quoted}")["key"])
    except tomllib.TOMLDecodeError:
        return quoted


def _value(text: str, place: int) -> int:
    """Return where the value ends that starts at the `=`: at the end of a line, outside brackets."""
    depth = 0
    while place < len(text):
        char = text[place]
        if char in "\"'" and (string := _STRING.match(text, place)):
            place = string.end()
            continue
        if char == "#":
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
            continue
        if char == "\n" and depth <= 0:
            return place
        depth += (char in "[{") - (char in "]}")
        place += 1
    return place


def _skip(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place
