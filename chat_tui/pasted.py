"""What a paste is: the paths of files that were dropped, or just text."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LONG_LINES: Final = 10
"""A paste with more lines does not go into the prompt itself."""
MAX_FILES: Final = 20

_MAX_CHARS: Final = 20_000
_QUOTES: Final = frozenset("'\"")
_BEGINNINGS: Final = ("/", "~", "./", "../", "file:/")


def may_be_paths(text: str) -> bool:
    """Tell whether it is worth looking on the disk; most of what is pasted is not."""
    start = text.lstrip()[:8]
    return (
        len(text) <= _MAX_CHARS
        and "\0" not in text
        and (_is_path(start) or (start[:1] in _QUOTES and _is_path(start[1:])))
    )


def is_long(text: str) -> bool:
    """Tell whether a text would fill the prompt."""
    return len(text.splitlines()) > LONG_LINES


def dropped_files(text: str) -> list[Path]:
    """Recognise a paste that is nothing but the paths of files that are there. It blocks.

    Terminals paste a dropped file as its path: as it is, in quotes, with backslashes, or as a
    `file:` URL; several of them between spaces, or one on each line. A path is absolute, or
    begins with `~`, `./` or `../`: a single word is a word, also where a file is called so.

    Returns:
        In the order of the paste; empty when it is anything else.
    """
    if not may_be_paths(text):
        return []
    for reading in _readings(text):
        if 0 < len(reading) <= MAX_FILES and all(map(_is_path, reading)):
            paths = [_path(one) for one in reading]
            if all(map(_is_file, paths)):
                return paths
    return []


def _readings(text: str) -> Iterator[list[str]]:
    """The ways in which a paste could be a list of paths, the plainest first."""
    import shlex

    yield [text]
    yield [text.strip()]
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    yield lines
    yield [re.sub(r"\\(.)", r"\1", line) for line in lines]
    try:
        yield shlex.split(text)
    except ValueError:  # a quote that is not closed
        return


def _is_path(text: str) -> bool:
    return text[:8].lower().startswith(_BEGINNINGS)


def _path(text: str) -> Path:
    if text[:6].lower() != "file:/":
        return Path(text)
    from urllib.parse import unquote_to_bytes, urlsplit

    try:
        url = urlsplit(text)
        # A question mark or a hash that belongs to a name is written in percent.
        path = os.fsdecode(unquote_to_bytes(url.path.encode("utf-8", "surrogateescape")))
    except ValueError:
        return Path(text)
    return Path(path if url.netloc in {"", "localhost"} else text)


def _is_file(path: Path) -> bool:
    try:
        return path.expanduser().is_file()
    except (OSError, RuntimeError, ValueError):  # no such user, or no name of a file at all
        return False
