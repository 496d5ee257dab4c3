"""What sort of picture some bytes are, and how large, without decoding it.

Formats: https://www.w3.org/TR/png-3/#5Chunk-layout, ITU-T T.81 annex B,
https://developers.google.com/speed/webp/docs/riff_container, GIF89a section 18.
"""

import struct
from typing import Final

import msgspec

_JPEG_SIZES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header; those left out are two sorts of tables and an extension."""
_JPEG_LONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a segment behind them."""
_JPEG_ENDS: Final = frozenset({0xD9, 0xDA})
"""The picture's data, or its end: there was no frame header before it."""


class PictureForm(msgspec.Struct, frozen=True):
    """What a picture says about itself."""

    media_type: str
    width_px: int
    height_px: int


def sniff(data: bytes) -> PictureForm | None:
    """Recognise a PNG, JPEG, WebP or GIF by its bytes.

    Args:
        data: The file; its beginning is enough, for JPEG up to the frame header.

    Returns:
        None for anything else, and for a picture without an area.
    """
    for media_type, size_of in (
        ("image/png", _png),
        ("image/gif", _gif),
        ("image/webp", _webp),
        ("image/jpeg", _jpeg),
    ):
        try:
            size = size_of(data)
        except (struct.error, IndexError):
            continue  # cut off
        if size is not None and min(size) > 0:
            return PictureForm(media_type, *size)
    return None


def _png(data: bytes) -> tuple[int, int] | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int] | None:
    if data[:6] not in {b"GIF87a", b"GIF89a"}:
        return None
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> tuple[int, int] | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", data, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if data[20] == 0x2F:
            (bits,) = struct.unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            wide, low, high = struct.unpack_from("<IHB", data, 23)
            return (wide >> 8) + 1, (low | high << 16) + 1
        case _:
            return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while True:
        if data[at] != 0xFF:
            return None
        while data[at] == 0xFF:  # any number of them may stand before a marker
            at += 1
        marker = data[at]
        at += 1
        if marker in _JPEG_ENDS:
            return None
        if marker in _JPEG_LONE:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        if marker in _JPEG_SIZES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            return width, height
        if length < 2:
            return None
        at += length
