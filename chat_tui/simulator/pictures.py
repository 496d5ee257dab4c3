"""Small pictures, drawn here and encoded as real PNG files with nothing but zlib."""

import math
import struct
import zlib
from collections.abc import Sequence

SIZE_PX = 256
FINE_CELLS = 64
"""Cells a side of a finished picture; SIZE_PX is a multiple of it and of the coarser ones."""
COARSE_CELLS = (8, 16, 32)
"""Of the previews, in their order."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SKIES = (
    ((38, 46, 92), (244, 162, 97)),
    ((28, 94, 142), (202, 228, 241)),
    ((62, 31, 71), (230, 111, 81)),
    ((22, 70, 84), (233, 196, 106)),
)
_HILLS = ((0.62, 0.05, 61, 90, 98), (0.74, 0.07, 41, 68, 73), (0.86, 0.05, 22, 40, 44))
"""Height as a share of the picture, height of the waves, colour; the farthest first."""


def landscape(asked: str, *, cells: int = FINE_CELLS) -> bytes:
    """Draw a sun over hills, as a PNG file of 256 by 256 pixels.

    Args:
        asked: Chooses colours and shapes; the same words get the same picture.
        cells: Squares a side that it is drawn with: fewer make a coarser picture.
    """
    seed = zlib.crc32(asked.encode(errors="surrogatepass"))
    rows = [
        bytes(part for x in range(cells) for part in _colour((x + 0.5) / cells, y, seed))
        for y in ((row + 0.5) / cells for row in range(cells))
    ]
    return _png(rows, SIZE_PX // cells)


def previews(asked: str) -> tuple[bytes, ...]:
    """The same picture on its way, each sharper than the one before."""
    return tuple(landscape(asked, cells=cells) for cells in COARSE_CELLS)


def _colour(x: float, y: float, seed: int) -> tuple[int, int, int]:
    """The colour at a place; both coordinates are 0..1 from the upper left."""
    top, horizon = _SKIES[seed % len(_SKIES)]
    colour = tuple(
        round(a + (b - a) * min(1.0, y / 0.7)) for a, b in zip(top, horizon, strict=True)
    )
    sun_x, sun_y = 0.2 + 0.6 * (seed >> 8 & 0xFF) / 0xFF, 0.2 + 0.25 * (seed >> 16 & 0xFF) / 0xFF
    if math.hypot(x - sun_x, y - sun_y) < 0.11:
        colour = (255, 240, 200)
    for number, (height, wave, red, green, blue) in enumerate(_HILLS):
        phase = (seed >> 5 * number & 0x1F) / 5
        if y > height + wave * math.sin(7 * x + phase) + wave / 3 * math.sin(19 * x - phase):
            colour = (red, green, blue)
    return colour[0], colour[1], colour[2]


def _png(rows: Sequence[bytes], scale: int) -> bytes:
    """Encode rows of RGB triples, each pixel `scale` wide and high."""
    lines = bytearray()
    for row in rows:
        wide = b"".join(row[at : at + 3] * scale for at in range(0, len(row), 3))
        lines += (b"\0" + wide) * scale  # 0: the row is not filtered
    head = struct.pack(">IIBBBBB", len(rows) * scale, len(rows) * scale, 8, 2, 0, 0, 0)
    return (
        _SIGNATURE
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(lines)))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
