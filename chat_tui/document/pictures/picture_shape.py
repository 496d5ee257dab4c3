"""The shape of a picture before it is there, and the cells that are kept free for it."""

import math
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

MOST_COLUMNS: Final = 60
MOST_LINES: Final = 18
"""About two thirds of what a window of 30 rows shows of a conversation."""
MOST_COLUMNS_OF_SEVERAL: Final = 40
MOST_LINES_OF_SEVERAL: Final = 12
BETWEEN: Final = 2
"""Cells between two that stand side by side."""
MOST_PICTURES: Final = 64
"""That room is kept for before they come."""

_STEEPEST: Final = 4.0
"""Pictures that are wider, or higher, stand in the room of one that is not."""
_SIZE: Final = re.compile(r"\s*(\d{1,6})\s*[x*\u00d7]\s*(\d{1,6})\s*", re.IGNORECASE)
_RATIO: Final = re.compile(r"\s*(\d{1,5}(?:\.\d{1,4})?)\s*[:/]\s*(\d{1,5}(?:\.\d{1,4})?)\s*")
_NAMED: Final = re.compile(r"(landscape|portrait)_(\d{1,2})_(\d{1,2})")
_SIZES: Final = ("size", "image_size", "resolution")
_RATIOS: Final = ("aspect_ratio", "ratio")
_COUNTS: Final = ("n", "num_images", "num_outputs", "batch_size", "number_of_images")


class Grid(NamedTuple):
    """Where pictures stand: each in as many cells, row by row."""

    columns: int
    """Of one picture."""
    lines: int
    """Of one picture."""
    per_row: int
    rows: int
    """Of pictures."""


def asked_ratio(parameters: Mapping[str, object]) -> float | None:
    """Find the shape that was asked for: width by height; null where none was.

    Args:
        parameters: Of the request, as the vendors call them: `size` and `image_size` as
            `1024x1024` or `1024*768`, as `landscape_4_3`, or as a table of both; `aspect_ratio`
            as `16:9`; `width` and `height`.
    """
    found = _of_sides(parameters)
    for name in (*_SIZES, *_RATIOS):
        if found is None:
            found = _of_value(parameters.get(name))
    return None if found is None else min(_STEEPEST, max(1 / _STEEPEST, found))


def asked_count(parameters: Mapping[str, object]) -> int:
    """Find how many pictures were asked for; 1 where nothing says so."""
    for name in _COUNTS:
        match parameters.get(name):
            case bool():
                continue
            case int(count) if count >= 1:
                return min(count, MOST_PICTURES)
            case _:
                continue
    return 1


def grid(ratio: float, count: int, width: int, *, several: bool, cell: float = 2.0) -> Grid:
    """Lay out pictures.

    Args:
        ratio: Width by height of each.
        count: How many, at least 1.
        width: Cells of a row.
        several: Each is smaller, because several were asked for; one that comes unasked does not
            make the others smaller.
        cell: How much higher than wide a cell is.
    """
    most_columns, most_lines = MOST_COLUMNS, MOST_LINES
    if several:
        most_columns, most_lines = MOST_COLUMNS_OF_SEVERAL, MOST_LINES_OF_SEVERAL
    lines = most_lines
    columns = round(lines * ratio * cell)
    room = max(1, min(most_columns, width))
    if columns > room:
        columns = room
        lines = round(columns / ratio / cell)
    columns, lines = max(1, columns), max(1, min(most_lines, lines))
    fit = max(1, (width + BETWEEN) // (columns + BETWEEN))
    rows = math.ceil(count / min(count, fit))
    per_row = math.ceil(count / rows)  # 4 where 3 fit: twice 2, not 3 and 1
    return Grid(columns, lines, per_row, rows)


def _of_sides(table: Mapping[str, object]) -> float | None:
    width, height = table.get("width"), table.get("height")
    if not isinstance(width, int | float) or not isinstance(height, int | float):
        return None
    return _by(float(width), float(height))


def _of_value(value: object) -> float | None:
    match value:
        case Mapping():
            return _of_sides({str(key): each for key, each in value.items()})
        case str():
            return _of_words(value)
        case _:
            return None


def _of_words(words: str) -> float | None:
    if found := _SIZE.fullmatch(words) or _RATIO.fullmatch(words):
        return _by(float(found[1]), float(found[2]))
    name = words.strip().lower()
    if found := _NAMED.fullmatch(name):
        ratio = _by(float(found[2]), float(found[3]))
        if ratio is None:
            return None
        # fal calls a high picture portrait_4_3, and others portrait_3_4.
        return max(ratio, 1 / ratio) if found[1] == "landscape" else min(ratio, 1 / ratio)
    return 1.0 if name in {"square", "square_hd"} else None


def _by(width: float, height: float) -> float | None:
    if not (math.isfinite(width) and math.isfinite(height)) or width <= 0 or height <= 0:
        return None
    return width / height
