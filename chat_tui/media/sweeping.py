"""The media folder without what no conversation names any more."""

import re
import stat
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KEPT_S: Final = 86_400
"""A file younger than this stays: the turn that will name it may not be sent yet."""

_FOLDER: Final = re.compile(r"[0-9a-f]{2}")
_KEPT: Final = re.compile(r"(?P<hash>[0-9a-f]{64})\.(?:png|jpg|webp|gif|txt)")
_BEGUN: Final = re.compile(r"\.chat-tui-[0-9a-f]{16}\.tmp")
"""Of a write that was cut off."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What was removed."""

    files: int = 0
    size_bytes: int = 0


def sweep(folder: Path, named: Collection[str], *, now_s: float | None = None) -> Swept:
    """Remove files that nobody names and that are older than a day. It blocks.

    Only what has a name as we give it is touched, and nothing behind a link.

    Args:
        folder: Of the pictures and texts.
        named: The hashes of those that are needed.
        now_s: Seconds since 1970; the clock's when left out.
    """
    before_s = (time.time() if now_s is None else now_s) - KEPT_S
    files = size_bytes = 0
    for path in _files(folder):
        found = _KEPT.fullmatch(path.name)
        if found is not None and (found["hash"] in named or path.parent.name != found["hash"][:2]):
            continue
        if found is None and not _BEGUN.fullmatch(path.name):
            continue
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_mtime >= before_s:
                continue
            path.unlink()
        except OSError:
            continue  # somebody else was faster, or it is not ours to remove
        files += 1
        size_bytes += status.st_size
    return Swept(files, size_bytes)


def folder_bytes(folder: Path) -> int:
    """What the kept files take on the disk."""
    size_bytes = 0
    for path in _files(folder):
        with suppress(OSError):
            size_bytes += path.lstat().st_size
    return size_bytes


def _files(folder: Path) -> Iterator[Path]:
    for place in _in(folder):
        if _FOLDER.fullmatch(place.name) and not place.is_symlink() and place.is_dir():
            yield from _in(place)


def _in(folder: Path) -> Sequence[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return ()
