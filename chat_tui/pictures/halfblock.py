"""Pictures of half blocks: each cell is two pixels, one above the other."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from chat_tui import glyphs

GridForm: TypeAlias = Literal["pixels", "palette"]


def half_block_rows(data: bytes, columns: int, form: GridForm) -> Iterator[list[Segment]]:
    """Make the cells of a picture, row by row.

    Args:
        data: As `scaling.Form` says.
        columns: Cells of a row.
        form: Of `data`.
    """
    depth = 3 if form == "pixels" else 1
    span = columns * depth
    styles: dict[bytes, Style] = {}
    upper, full = str(glyphs.UPPER_HALF), " "
    for at in range(0, len(data), 2 * span):
        row: list[Segment] = []
        before, count = b"", 0
        for x in range(at, at + span, depth):
            pair = data[x : x + depth] + data[x + span : x + span + depth]
            if pair == before:
                count += 1
                continue
            if count:
                row.append(_cells(before, count, depth, styles, upper, full))
            before, count = pair, 1
        row.append(_cells(before, count, depth, styles, upper, full))
        yield row


def _cells(
    pair: bytes, count: int, depth: int, styles: dict[bytes, Style], upper: str, full: str
) -> Segment:
    style = styles.get(pair)
    if style is None:
        style = styles[pair] = Style(color=_colour(pair[:depth]), bgcolor=_colour(pair[depth:]))
    sign = full if pair[:depth] == pair[depth:] else upper
    return Segment(sign * count, style)


def _colour(pixel: bytes) -> Color:
    if len(pixel) == 1:
        return Color.from_ansi(pixel[0])
    return Color.from_rgb(*pixel)
