"""Pictures under a name that the user chose: a file, or a folder for several; none is replaced."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat_tui.config.paths import private_dir
from chat_tui.errors import MediaError
from chat_tui.files import write_atomically
from chat_tui.media.files import OTHER_SPELLINGS, SUFFIXES, SavedPicture, check_picture

STEM: Final = "picture"
"""What pictures in a folder are called, before their number."""

_HINT: Final = "choose another place with -o"
_MAX_NAMES: Final = 10_000


class NamedPictures:
    """Saves each picture in the next free name.

    In a folder that is `picture-1.png` and so on; of a file `cat.png` itself, then `cat-2.png`.
    The ending is that of the picture's true type, whatever was asked for.
    """

    def __init__(self, target: str) -> None:
        """Take the name.

        Args:
            target: A folder if it is one, or ends with a separator; else a file.
        """
        self._path = Path(target).absolute()
        separators = tuple(filter(None, (os.sep, os.altsep)))
        self._ends_as_folder = target.endswith(separators)

    def check(self) -> None:
        """Find out before anything is paid for whether a picture could be saved there.

        Raises:
            MediaError: it could not.
        """
        try:
            there = self._path if self._is_folder() else self._path.parent
            is_odd = there != self._path and self._path.exists() and not self._path.is_file()
            while not there.exists():
                there = there.parent
        except OSError as error:
            raise self._cannot(error) from error
        if is_odd:
            raise MediaError(f"{str(self._path)!r} is neither a file nor a folder", hint=_HINT)
        if not there.is_dir():
            raise MediaError(f"{str(there)!r} is not a folder", hint=_HINT)
        if not os.access(there, os.W_OK | os.X_OK):
            raise MediaError(f"nothing can be written in {str(there)!r}", hint=_HINT)

    def save(self, data: bytes) -> SavedPicture:
        """Save a picture; see `PicturePlace.save`. Folders that are missing are made.

        Raises:
            MediaError: it is not one that we keep, or cannot be written.
        """
        form = check_picture(data)
        try:
            path = self._write(data, SUFFIXES[form.media_type])
        except OSError as error:
            raise self._cannot(error) from error
        return SavedPicture(
            path=path,
            media_type=form.media_type,
            width_px=form.width_px,
            height_px=form.height_px,
            sha256=hashlib.sha256(data).hexdigest(),
        )

    def _is_folder(self) -> bool:
        return self._ends_as_folder or self._path.is_dir()

    def _write(self, data: bytes, suffix: str) -> Path:
        for path in self._names(suffix):
            private_dir(path.parent)
            try:
                write_atomically(path, data, overwrite=False)
            except (FileExistsError, IsADirectoryError):
                continue
            return path
        raise MediaError(f"{str(self._path)!r} has {_MAX_NAMES} pictures already", hint=_HINT)

    def _names(self, suffix: str) -> Iterator[Path]:
        """The names that this picture may have, best first."""
        if self._is_folder():
            folder, stem, first = self._path, STEM, 1
        else:
            own = self._path.suffix.lower()
            known = OTHER_SPELLINGS.get(own, own)
            if known == suffix:
                suffix = self._path.suffix  # as the user spells it
            folder, first = self._path.parent, 2
            stem = self._path.stem if known in SUFFIXES.values() else self._path.name
            yield folder / f"{stem}{suffix}"
        for number in range(first, _MAX_NAMES):
            yield folder / f"{stem}-{number}{suffix}"

    def _cannot(self, error: OSError) -> MediaError:
        return MediaError(
            f"the picture cannot be saved as {str(self._path)!r}:"
            f" {(error.strerror or 'no reason given').lower()}",
            hint=_HINT,
        )
