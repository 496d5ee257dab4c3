"""The program that decodes pictures, one after the other, for as long as its input lasts.

It is the only place where the bytes of a picture meet a decoder. It has little memory, little
time, and no file that it could write to.
"""

import contextlib
import os
import re
import resource
import signal
import stat
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.errors import MediaError
from chat_tui.helper_process import READY
from chat_tui.media.files import MAX_BYTES, MAX_PIXELS, check_picture
from chat_tui.pictures.scaling import (
    MEMORY_BYTES,
    MOST_PNG_PIXELS,
    OWN_LIMIT_S,
    Answer,
    Question,
    Scaling,
    fitted,
)

if TYPE_CHECKING:
    from PIL.Image import Image

_DEFINED: Final = re.compile(rb"#(\d+);2;\d+;\d+;\d+")
"""A colour that is given a number."""
_DAMAGED: Final = (
    ArithmeticError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises for files that are not what they say."""


BEHIND: Final = 10
"""Steps of priority below whoever echoes keys."""


def main() -> None:
    """Answer questions until there are no more."""
    _limit()
    decode = msgspec.json.Decoder(Question).decode
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(READY)
    sink.flush()
    for line in source:
        question = decode(line)
        data = source.read(question.size_bytes)
        signal.setitimer(signal.ITIMER_REAL, OWN_LIMIT_S)
        answer, pieces = _answer(question, data)
        del data
        signal.setitimer(signal.ITIMER_REAL, 0)
        sink.write(msgspec.json.encode(answer) + b"\n")
        for piece in pieces:
            sink.write(piece)
        sink.flush()


def _limit() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.nice(BEHIND)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit of memory
            resource.setrlimit(what, (most, most))


def _answer(question: Question, data: bytes) -> tuple[Answer, list[bytes]]:
    try:
        if question.path:
            data = _read(question.path)
        check_picture(data)
        image = _opened(data, question.scaling)
        size = image.size
        pieces = _drawn(image, question.scaling)
    except MediaError as error:
        return Answer(str(error)), []
    except FileNotFoundError:
        return Answer("the picture's file is gone"), []
    except MemoryError:
        return Answer("the picture needs too much memory"), []
    except _DAMAGED as error:
        return Answer(_reason(error)), []
    return Answer("", tuple(map(len, pieces)), *size), pieces


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise MediaError("the picture is not a file")
        return file.read(MAX_BYTES + 1)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return f"the picture cannot be read: {(error.strerror or 'no reason given').lower()}"
    if "truncated" in str(error).lower():
        return "the picture is cut off"
    return "the picture is damaged"


def _opened(data: bytes, scaling: Scaling) -> "Image":
    """Decode the first frame; as RGB, or as RGBA where it is transparent."""
    from io import BytesIO

    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF"))
        if image.width * image.height > MAX_PIXELS:
            raise MediaError("the picture has more pixels than it says")
        image.draft("RGB", scaling.area_px)
        image.load()
    except Image.DecompressionBombError as error:
        raise MediaError("the picture has too many pixels") from error
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would clip
        image = image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    clear = image.has_transparency_data
    return image.convert("RGBA" if clear else "RGB")


def _drawn(image: "Image", scaling: Scaling) -> list[bytes]:
    match scaling.form:
        case "png":
            return [_png(image, scaling)]
        case "sixel":
            return _sixels(image, scaling)
        case "pixels":
            return [_grid(image, scaling).tobytes()]
        case "palette":
            return [_paletted(_grid(image, scaling))]


def _resized(image: "Image", size: tuple[int, int]) -> "Image":
    from PIL import Image

    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _png(image: "Image", scaling: Scaling) -> bytes:
    from io import BytesIO

    width, height = fitted(*image.size, scaling)
    shrink = min(
        1.0,
        image.width / width,
        image.height / height,
        (MOST_PNG_PIXELS / (width * height)) ** 0.5,
    )
    size = (max(1, int(width * shrink)), max(1, int(height * shrink)))
    if size != image.size:
        image = _resized(image, size)
    image.info.clear()  # comments, profiles and the like stay where they were
    out = BytesIO()
    image.save(out, format="PNG", compress_level=3)
    return out.getvalue()


def _on_background(
    image: "Image", size: tuple[int, int], area: tuple[int, int], scaling: Scaling
) -> "Image":
    """Put a picture in the middle of what is behind it."""
    from PIL import Image

    image = _resized(image, size)
    ground = Image.new("RGB", area, scaling.background)
    corner = ((area[0] - size[0]) // 2, (area[1] - size[1]) // 2)
    ground.paste(image, corner, image if image.mode == "RGBA" else None)
    return ground


def _grid(image: "Image", scaling: Scaling) -> "Image":
    """Scale to the pixels that cells have when each is two, one above the other."""
    width, height = fitted(*image.size, scaling)
    columns = max(1, round(width / scaling.cell_px[0]))
    halves = max(1, round(height * 2 / scaling.cell_px[1]))
    return _on_background(image, (columns, halves), (scaling.columns, scaling.lines * 2), scaling)


def _paletted(image: "Image") -> bytes:
    """Choose from the colours that terminals with 256 share; the first 16 differ among them."""
    from PIL import Image

    cube = (0, 95, 135, 175, 215, 255)
    colours = [(r, g, b) for r in cube for g in cube for b in cube]
    colours += [(grey, grey, grey) for grey in range(8, 248, 10)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([level for colour in colours for level in colour])
    # With so few pixels, spread errors are seen as dots.
    chosen = image.quantize(palette=palette, dither=Image.Dither.NONE)
    return bytes(16 + number for number in chosen.tobytes())


def _sixels(image: "Image", scaling: Scaling) -> list[bytes]:
    # Not `textual_image.renderable`: that asks the terminal when it is imported.
    from textual_image._sixel import image_to_sixels

    area = scaling.area_px
    whole = _on_background(image, fitted(*image.size, scaling), area, scaling)
    colours = whole.quantize(colors=255)
    height = scaling.cell_px[1]
    rows = []
    for line in range(scaling.lines):
        strip = colours.crop((0, line * height, area[0], (line + 1) * height))
        # To define a colour is to choose it only for some terminals; xterm and foot are told twice.
        sixels = _DEFINED.sub(rb"\g<0>#\1", image_to_sixels(strip).encode("ascii"))
        # A line end behind the last row would go to the next cell, and scroll at the lower edge.
        rows.append(sixels.removesuffix(b"\x1b\\").removesuffix(b"-") + b"\x1b\\")
    return rows
