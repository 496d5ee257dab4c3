"""The folder of pictures and texts: each kept once, as it came, by the hash of its content."""

import os
import stat
from math import ceil
from pathlib import Path
from typing import Final, Protocol

import msgspec

from chat_tui.config.paths import private_dir
from chat_tui.errors import MediaError
from chat_tui.files import write_atomically
from chat_tui.media.sniff import PictureForm, sniff

MAX_BYTES: Final = 32 << 20
MAX_PIXELS: Final = 40_000_000

SUFFIXES: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
}
OTHER_SPELLINGS: Final = {".jpeg": ".jpg"}
TEXT_SUFFIX: Final = ".txt"


class SavedPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture on the disk."""

    path: Path
    """Absolute."""
    media_type: str
    width_px: int
    height_px: int
    sha256: str


class PicturePlace(Protocol):
    """Where pictures are kept."""

    def save(self, data: bytes) -> SavedPicture:
        """Keep a picture. It blocks: not for the event loop.

        Raises:
            MediaError: it is not one that we keep, or cannot be written.
        """
        ...


def check_picture(data: bytes) -> PictureForm:
    """Make sure that we keep such a picture; it is not decoded.

    Raises:
        MediaError: it is too large, or not a PNG, JPEG, WebP or GIF.
    """
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    form = sniff(data)
    if form is None:
        raise MediaError("the picture is not a PNG, JPEG, WebP or GIF file")
    if form.width_px * form.height_px > MAX_PIXELS:
        raise MediaError(
            f"the picture has {form.width_px} x {form.height_px} pixels;"
            f" up to {MAX_PIXELS // 1_000_000} megapixels are kept"
        )
    return form


class MediaFolder:
    """A folder that belongs to the program."""

    def __init__(self, path: Path) -> None:
        """Name the folder; it is created with the first picture."""
        self.path = path.absolute()

    def save(self, data: bytes) -> SavedPicture:
        """Keep a picture. It blocks: not for the event loop.

        The file is `ab/abcdef….png` by its SHA-256, so that a picture is kept once and no name
        comes from a server. A file that was damaged since is written anew.

        Raises:
            MediaError: it is not one that we keep, or cannot be written.
        """
        form = check_picture(data)
        path = self._keep(data, SUFFIXES[form.media_type], "the picture")
        return SavedPicture(
            path=path,
            media_type=form.media_type,
            width_px=form.width_px,
            height_px=form.height_px,
            sha256=path.stem,
        )

    def save_text(self, data: bytes) -> Path:
        """Keep a text in the same way. It blocks: not for the event loop.

        Raises:
            MediaError: it cannot be written.
        """
        return self._keep(data, TEXT_SUFFIX, "the text")

    def _keep(self, data: bytes, suffix: str, what: str) -> Path:
        import hashlib  # loads OpenSSL, for which a start would wait

        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path / sha256[:2] / f"{sha256}{suffix}"
        try:
            if _has(path, data):
                os.utime(path)  # it is needed now, however old: see `sweeping`
            else:
                private_dir(path.parent)
                write_atomically(path, data, overwrite=True)
        except OSError as error:
            raise MediaError(
                f"{what} cannot be saved in {str(self.path)!r}:"
                f" {(error.strerror or 'no reason given').lower()}",
                hint="check the disk, or choose another folder with --data-dir",
            ) from error
        return path


def too_large(size_bytes: int) -> MediaError:
    """Say that a picture is more than we keep.

    Args:
        size_bytes: Of the whole picture.
    """
    size_mib = ceil(size_bytes / (1 << 20) * 10) / 10  # upwards: never the limit itself
    return MediaError(f"the picture has {size_mib:.1f} MiB; up to {MAX_BYTES >> 20} MiB are kept")


def _has(path: Path, data: bytes) -> bool:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == len(data) and path.read_bytes() == data
