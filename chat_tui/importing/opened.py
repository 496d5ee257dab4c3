"""The file that is imported: a document, a folder of documents, or an archive with them.

Nothing is unpacked to the disk, and what is read is bounded by what comes, not by what is said.
"""

import bisect
import contextlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol

from chat_tui.errors import TranscriptError
from chat_tui.media.files import MAX_BYTES
from chat_tui.text import clean_line

_MOST_FILES: Final = 200_000
_MOST_FOLDERS_DEEP: Final = 3
_DOCUMENTS: Final = (
    re.compile(r"conversations(?:[-_]\d+)?\.json", re.IGNORECASE),
    re.compile(r".*\.(?:json|jsonl|ndjson|md|markdown|db)", re.IGNORECASE),
)
"""Of several files, those whose names fit the first pattern that any fits."""
_BROKEN_ARCHIVE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # it wants a password
    NotImplementedError,
)


class Names:
    """Where files are, by the last part of their names."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self._sorted = sorted(places)

    def first(self, beginning: str) -> str | None:
        """The place of the first file whose name begins so."""
        at = bisect.bisect_left(self._sorted, beginning)
        name = self._sorted[at] if at < len(self._sorted) else ""
        return self._places[name] if beginning and name.startswith(beginning) else None


class Document(Protocol):
    """One file that may hold conversations."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> Path | None:
        """Where it is on the disk; null in an archive."""
        ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def changed(self) -> datetime:
        """UTC; the time of what has none of its own."""
        ...

    def open(self) -> BinaryIO:
        """Open it for reading; the caller closes it."""
        ...

    def beside(self, place: str) -> bytes | None:
        """Read a file that stands beside it, by its path from there; null where there is none."""
        ...

    def named(self, beginning: str) -> bytes | None:
        """Read the file of the same export whose name begins so; null where there is none."""
        ...


@contextmanager
def open_documents(path: Path) -> Iterator[Sequence[Document]]:
    """Find the documents in what the user named; an archive is open as long as they are used.

    Raises:
        TranscriptError: it is not there, cannot be read, or holds none.
    """
    try:
        with contextlib.ExitStack() as stack:
            documents = _found_in(path, stack)
            if not documents:
                raise TranscriptError(f"{path} holds no file that could be imported")
            yield documents
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TranscriptError(f"cannot read {path}: {reason}") from error
    except _BROKEN_ARCHIVE as error:
        reason = clean_line(str(error)) or "it is damaged"
        raise TranscriptError(f"the archive {path} cannot be read: {reason}") from error


def _found_in(path: Path, stack: contextlib.ExitStack) -> Sequence[Document]:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        names = sorted(entry.name for entry in path.iterdir() if entry.is_file())
        return [OnDisk(path / name) for name in _chosen(names)]
    if not stat.S_ISREG(found.st_mode):
        raise TranscriptError(f"{path} is neither a file nor a folder")
    if zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except UnicodeDecodeError as error:
            raise zipfile.BadZipFile("a name in it is not UTF-8") from error
        return _of_archive(stack.enter_context(archive))
    return [OnDisk(path)]


@dataclass(frozen=True)
class OnDisk:
    """A file of its own."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    @property
    def changed(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def open(self) -> BinaryIO:
        return self.path.open("rb")

    def beside(self, place: str) -> bytes | None:
        if not _is_within(place):
            return None
        return _read_file(self.path.parent / place)

    def named(self, beginning: str) -> bytes | None:
        place = self._around.first(beginning)
        return None if place is None else _read_file(Path(place))

    @cached_property
    def _around(self) -> Names:
        """The files of the folder it is in, and of those in that, by their names."""
        names: dict[str, str] = {}
        top = self.path.parent
        for folder, folders, files in os.walk(top):
            if len(Path(folder).relative_to(top).parts) >= _MOST_FOLDERS_DEEP:
                folders.clear()
            names.update((name, str(Path(folder) / name)) for name in files)
            if len(names) > _MOST_FILES:
                break
        return Names(names)


@dataclass(frozen=True)
class Packed:
    """A file in a zip archive, which stays open while it is looked at."""

    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo
    names: Names
    """Of the archive's entries."""

    path = None

    @property
    def name(self) -> str:
        return PurePosixPath(self.entry.filename).name

    @property
    def size_bytes(self) -> int:
        return self.entry.file_size

    @property
    def changed(self) -> datetime:
        try:
            return datetime(*self.entry.date_time, tzinfo=UTC)
        except ValueError:
            return datetime(1980, 1, 1, tzinfo=UTC)

    def open(self) -> BinaryIO:
        # Seeking back is for the beginning alone, which the first kilobyte is read of.
        return self.archive.open(self.entry)  # type: ignore[return-value]  # what is used of it is there

    def beside(self, place: str) -> bytes | None:
        if not _is_within(place):
            return None
        return self._read(str(PurePosixPath(self.entry.filename).parent / place))

    def named(self, beginning: str) -> bytes | None:
        place = self.names.first(beginning)
        return None if place is None else self._read(place)

    def _read(self, place: str) -> bytes | None:
        try:
            with self.archive.open(place) as file:
                data = file.read(MAX_BYTES + 1)
        except (KeyError, OSError, *_BROKEN_ARCHIVE):
            return None
        return data if len(data) <= MAX_BYTES else None


def _of_archive(archive: zipfile.ZipFile) -> Sequence[Document]:
    entries = [one for one in archive.infolist()[:_MOST_FILES] if not one.is_dir()]
    places = {PurePosixPath(one.filename).name: one.filename for one in entries}
    chosen, names = set(_chosen(list(places))), Names(places)
    documents = [one for one in entries if PurePosixPath(one.filename).name in chosen]
    documents.sort(key=lambda one: one.filename)
    return [Packed(archive, entry, names) for entry in documents]


def _chosen(names: list[str]) -> list[str]:
    for pattern in _DOCUMENTS:
        if chosen := [name for name in names if pattern.fullmatch(name)]:
            return chosen
    return []


def _is_within(place: str) -> bool:
    path = PurePosixPath(place)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in place


def _read_file(path: Path) -> bytes | None:
    """Read a file that is none but a regular one, even where it was changed in between."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.suppress(OSError, ValueError), os.fdopen(os.open(path, flags), "rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            data = file.read(MAX_BYTES + 1)
            return data if len(data) <= MAX_BYTES else None
    return None
