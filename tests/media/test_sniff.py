"""What some bytes are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.media.sniff import PictureForm, sniff
from chat_tui.simulator.pictures import landscape
from tests.media.pictures import (
    gif,
    jpeg,
    png,
    segment,
    webp,
    webp_extended,
    webp_lossless,
    webp_lossy,
)

EXIF = segment(0xE1, b"Exif\0\0" + b"\xff\xc0" * 100)
TABLES = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))

KNOWN = [
    (png(640, 480), "image/png"),
    (gif(640, 480), "image/gif"),
    (gif(640, 480, b"87a"), "image/gif"),
    (jpeg(640, 480), "image/jpeg"),
    (jpeg(640, 480, marker=0xC2, before=EXIF + TABLES), "image/jpeg"),
    (jpeg(640, 480, before=segment(0xE0, b"JFIF\0") + b"\xff\xff\xff"), "image/jpeg"),
    (jpeg(640, 480, before=segment(0xE0, b"") + b"\xff\x01\xff\xd0"), "image/jpeg"),
    (webp_lossy(640, 480), "image/webp"),
    (webp_lossless(640, 480), "image/webp"),
    (webp_extended(640, 480), "image/webp"),
]


@pytest.mark.parametrize(("data", "media_type"), KNOWN)
def test_a_picture_says_its_type_and_size(data: bytes, media_type: str) -> None:
    assert sniff(data) == PictureForm(media_type, 640, 480)


@pytest.mark.parametrize("data", [data for data, _ in KNOWN])
def test_a_beginning_that_is_too_short_is_nothing_known(data: bytes) -> None:
    found = [sniff(data[:length]) for length in range(len(data))]
    assert set(found) <= {None, sniff(data)}
    assert found[0] is None


def test_a_real_picture_is_known() -> None:
    assert sniff(landscape("x")) == PictureForm("image/png", 256, 256)


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (webp_lossy(16383, 16383), (16383, 16383)),
        (webp_lossless(16384, 1), (16384, 1)),
        (webp_extended(1 << 24, 3), (1 << 24, 3)),
        (png(2**31 - 1, 1), (2**31 - 1, 1)),
        (jpeg(65535, 2), (65535, 2)),
    ],
)
def test_the_largest_sizes_of_a_format_are_read(data: bytes, size: tuple[int, int]) -> None:
    form = sniff(data)
    assert form is not None
    assert (form.width_px, form.height_px) == size


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"%PDF-1.7",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"\0\0\0\x20ftypavif" + bytes(40),
        b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
        webp(b"ALPH", bytes(20)),
        webp(b"VP8 ", bytes(20)),
        webp(b"VP8L", bytes(20)),
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        png(0, 5),
        gif(5, 0),
        jpeg(0, 0),
        b"\xff\xd8\xff\xd9" + bytes(40),
        b"\xff\xd8\xff\xda" + bytes(40),
        b"\xff\xd8" + segment(0xE0, b"x") + b"no marker" + bytes(40),
        b"\xff\xd8\xff\xe0\0\0" + bytes(40),
    ],
)
def test_anything_else_is_nothing_known(data: bytes) -> None:
    assert sniff(data) is None


@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"RIFF1234WEBPVP8L", b"\x89PNG\r\n\x1a\n"]),
    st.binary(max_size=60),
)
def test_no_bytes_do_any_harm(begin: bytes, rest: bytes) -> None:
    form = sniff(begin + rest)
    assert form is None or min(form.width_px, form.height_px) > 0
