import asyncio
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from chat_tui.media.files import MAX_BYTES
from chat_tui.pictures.decoding import Decoded, PictureDecoder, Undecoded
from chat_tui.pictures.scaling import Scaling, fitted
from tests.media import pictures
from tests.pictures.real_pictures import picture, saved

CELL = (8, 16)
PIXELS = Scaling("pixels", 20, 8, CELL, (1, 2, 3))
DEAF = (sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()")


@asynccontextmanager
async def decoder(
    program: Sequence[str] | None = None, limit_s: float = 30.0, idle_s: float = 30.0
) -> AsyncGenerator[PictureDecoder, None]:
    made = PictureDecoder(program=program, limit_s=limit_s, idle_s=idle_s)
    try:
        yield made
    finally:
        await made.aclose()


async def decoded(data: str | bytes, scaling: Scaling = PIXELS) -> Decoded:
    async with decoder() as made:
        answer = await made.decode(data, scaling)
    assert isinstance(answer, Decoded)
    return answer


async def reason(data: str | bytes) -> str:
    async with decoder() as made:
        answer = await made.decode(data, PIXELS)
        after = await made.decode(picture(), PIXELS)
    assert isinstance(answer, Undecoded)
    assert isinstance(after, Decoded), "the next picture is decoded"
    return answer.reason


def at(pixels: bytes, x: int, y: int, columns: int = 20) -> tuple[int, ...]:
    start = (y * columns + x) * 3
    return tuple(pixels[start : start + 3])


def near(one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 12 for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
async def test_each_format_comes_as_pixels_of_cells(form: str) -> None:
    answer = await decoded(picture(form, (160, 128)))
    (pixels,) = answer.pieces
    assert len(pixels) == 20 * 16 * 3
    assert (answer.width_px, answer.height_px) == (160, 128)
    assert near(at(pixels, 2, 2), (20, 40, 220))
    assert near(at(pixels, 17, 13), (200, 30, 60))


async def test_of_a_gif_that_moves_the_first_frame_comes() -> None:
    out = BytesIO()
    frames = [Image.new("RGB", (40, 32), colour) for colour in ((250, 0, 0), (0, 250, 0))]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    (pixels,) = (await decoded(out.getvalue())).pieces
    assert near(at(pixels, 10, 8), (250, 0, 0))


async def test_a_file_is_read_where_it_is_decoded(tmp_path: Path) -> None:
    answer = await decoded(saved(tmp_path, picture(size=(64, 51))))
    assert (answer.width_px, answer.height_px) == (64, 51)


async def test_what_is_transparent_shows_what_is_behind() -> None:
    data = picture(size=(160, 128), mode="RGBA", colour=(0, 0, 0, 0))
    (pixels,) = (await decoded(data)).pieces
    assert at(pixels, 18, 14) == (1, 2, 3)
    assert near(at(pixels, 2, 2), (20, 40, 220))


async def test_beside_a_narrow_picture_there_is_what_is_behind() -> None:
    (pixels,) = (await decoded(picture(size=(20, 128)))).pieces
    assert at(pixels, 0, 0) == at(pixels, 19, 15) == (1, 2, 3)
    assert near(at(pixels, 10, 15), (200, 30, 60))


async def test_a_photo_is_turned_as_it_was_taken() -> None:
    image, out = Image.new("RGB", (80, 40), (200, 30, 60)), BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    answer = await decoded(out.getvalue())
    assert (answer.width_px, answer.height_px) == (40, 80)


async def test_grey_of_16_bits_is_not_clipped() -> None:
    out = BytesIO()
    Image.new("I;16", (20, 16), 0x8000).save(out, "PNG")
    (pixels,) = (await decoded(out.getvalue())).pieces
    assert near(at(pixels, 10, 8), (128, 128, 128))


async def test_a_picture_for_the_terminal_is_a_png_no_larger_than_its_cells() -> None:
    (png,) = (await decoded(picture(size=(800, 640)), Scaling("png", 20, 8, CELL))).pieces
    assert Image.open(BytesIO(png)).size == (160, 128)


async def test_a_small_picture_is_left_as_small_for_the_terminal() -> None:
    (png,) = (await decoded(picture(size=(40, 32)), Scaling("png", 20, 8, CELL))).pieces
    assert Image.open(BytesIO(png)).size == (40, 32)


async def test_what_else_is_in_a_file_does_not_go_to_the_terminal() -> None:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "JPEG", comment=b"hidden words", icc_profile=b"p" * 200)
    (png,) = (await decoded(out.getvalue(), Scaling("png", 20, 8, CELL))).pieces
    assert b"hidden" not in png
    assert b"iCCP" not in png


async def test_the_shared_256_colours_are_used_without_the_first_16() -> None:
    (numbers,) = (await decoded(picture(), Scaling("palette", 20, 8, CELL))).pieces
    assert len(numbers) == 20 * 16
    assert min(numbers) >= 16


async def test_sixels_come_row_by_row_and_do_not_reach_beyond_theirs() -> None:
    answer = await decoded(picture(size=(160, 128)), Scaling("sixel", 20, 8, CELL))
    assert len(answer.pieces) == 8
    for piece in answer.pieces:
        assert piece.startswith(b"\x1bP")
        assert b'"1;1;160;16' in piece
        assert piece.endswith(b"\x1b\\")
        assert not piece.endswith(b"-\x1b\\")
        assert piece.count(b"-") == 2  # 16 rows of pixels are 3 rows of sixels


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a PNG"),
        (b"<svg></svg>", "not a PNG"),
        (b"BM" + bytes(100), "not a PNG"),
        (picture()[:60], "cut off"),
        (picture(size=(400, 300), form="JPEG")[:900], "cut off"),
        (picture("WEBP")[:40], "damaged"),
        (pictures.png(13_300, 13_300, b"x"), "megapixels"),
        (pictures.gif(60_000, 60_000), "megapixels"),
        (pictures.webp_extended(16_000, 16_000), "megapixels"),
        (pictures.jpeg(65_000, 65_000), "megapixels"),
        (pictures.png(40, 30, b"x"), "damaged"),
        (picture()[:8] + picture("JPEG")[8:], "not a PNG"),
    ],
    ids=[
        "nothing",
        "svg",
        "bmp",
        "cut png",
        "cut jpeg",
        "cut webp",
        "huge png",
        "huge gif",
        "huge webp",
        "huge jpeg",
        "empty png",
        "wrong magic",
    ],
)
async def test_a_bad_picture_has_a_reason(data: bytes, words: str) -> None:
    assert words in await reason(data)


async def test_too_many_bytes_are_not_even_handed_over() -> None:
    async with decoder() as made:
        answer = await made.decode(bytes(MAX_BYTES + 1), PIXELS)
        assert made._helper.process is None
    assert answer == Undecoded("the picture has more than 32 MiB")


async def test_a_picture_that_lies_about_its_size_is_refused() -> None:
    canvas = pictures.webp_extended(10, 10)
    out = BytesIO()
    Image.new("RGB", (300, 200), (1, 2, 3)).save(out, "WEBP", lossless=True)
    inner = out.getvalue()[12:]
    body = canvas[12:] + inner
    lying = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    assert await reason(lying)


async def test_a_text_that_swells_does_no_harm() -> None:
    data = picture()
    swelling = b"Comment\0\0" + zlib.compress(bytes(200 << 20), 9)
    chunk = b"zTXt" + swelling
    bomb = (
        data[:33]
        + struct.pack(">I", len(swelling))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + data[33:]
    )
    async with decoder() as made:
        answer = await made.decode(bomb, PIXELS)
        assert isinstance(answer, Decoded) or answer.reason
        assert isinstance(await made.decode(data, PIXELS), Decoded)


@pytest.mark.parametrize("name", ["gone.png", "", "fifo"])
async def test_a_file_that_is_none_has_a_reason(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert await reason(str(tmp_path / name))


async def test_a_program_that_hangs_is_killed_and_started_again() -> None:
    async with decoder(DEAF, limit_s=0.2) as made:
        answer = await made.decode(picture(), PIXELS)
        assert answer == Undecoded("the picture took over 0.2 s to decode")
        assert made._helper.process is None
        made._helper._program, made._limit_s = None, 30.0
        assert isinstance(await made.decode(picture(), PIXELS), Decoded)


@pytest.mark.parametrize(
    "program",
    [
        ("/no/such/program",),
        (sys.executable, "-c", ""),
        (sys.executable, "-c", "print(); print('no JSON', flush=True); input()"),
        (sys.executable, "-c", "print(); print('{\"sizes_bytes\": [99999999]}', flush=True); input()"),
        (sys.executable, "-c", "print(); print('{\"sizes_bytes\": [9]}', flush=True)"),
        (sys.executable, "-c", "print(); print('9' * 5_000_000, flush=True); input()"),
    ],
    ids=["none", "ends", "no JSON", "too much", "too little", "a long line"],
)  # fmt: skip
async def test_where_the_process_fails_there_is_a_reason(program: tuple[str, ...]) -> None:
    async with decoder(program) as made:
        assert await made.decode(picture(), PIXELS) == Undecoded("the picture cannot be decoded")


async def test_pictures_are_decoded_by_one_process_which_ends_when_nothing_comes() -> None:
    async with decoder(idle_s=0.01) as made:
        await asyncio.gather(*(made.decode(picture(), PIXELS) for _ in range(3)))
        process = made._helper.process
        assert process is not None
        assert made._idle is not None
        await made._idle
        assert process.returncode is not None
        assert isinstance(await made.decode(picture(), PIXELS), Decoded)


def test_the_process_has_little_memory_and_no_file_to_write_to(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from chat_tui.pictures.decoding_program import _limit\n"
        "import signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "_limit()\n"
        "try: bytearray(2 << 30)\n"
        "except MemoryError: print('no memory')\n"
        "try:\n"
        "    with open(sys.argv[1], 'wb', buffering=0) as file: file.write(b'x')\n"
        "except OSError: print('no file')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    expected = "no memory\nno file\n" if sys.platform == "linux" else "no file\n"
    assert ran.stdout == expected


def test_no_decoder_is_loaded_here() -> None:
    program = (
        "import sys, chat_tui.pictures.decoding, chat_tui.pictures.shelf,"
        " chat_tui.pictures.pencils;"
        "assert not [name for name in sys.modules if name.split('.')[0] in"
        " ('PIL', 'textual_image', 'textual')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((100, 100), (128, 128)), ((160, 128), (160, 128)), ((158, 128), (160, 128)),
     ((40, 30), (160, 128)), ((1000, 10), (160, 2)), ((1, 1000), (1, 128))],
)  # fmt: skip
def test_a_picture_fits_its_cells_and_fills_those_that_it_would_touch(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fitted(*size, PIXELS) == expected
