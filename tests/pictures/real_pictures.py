"""Real pictures, small ones: each format, and what Pillow makes of them."""

from io import BytesIO
from pathlib import Path

from PIL import Image


def picture(
    form: str = "PNG",
    size: tuple[int, int] = (40, 30),
    colour: tuple[int, ...] = (200, 30, 60),
    mode: str = "RGB",
) -> bytes:
    """One colour, with a blue upper left quarter."""
    image = Image.new(mode, size, colour)
    image.paste(
        (20, 40, 220) if mode == "RGB" else (20, 40, 220, 255), (0, 0, size[0] // 2, size[1] // 2)
    )
    out = BytesIO()
    image.save(out, form, **({"lossless": True} if form == "WEBP" else {}))
    return out.getvalue()


def noisy(size: tuple[int, int], seed: int = 1) -> bytes:
    """A picture that no format makes small."""
    import random

    grains = random.Random(seed)
    image = Image.frombytes("RGB", size, grains.randbytes(size[0] * size[1] * 3))
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def saved(folder: Path, data: bytes, name: str = "picture.png") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)
