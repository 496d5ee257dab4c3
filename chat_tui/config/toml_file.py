"""A TOML file as it was read, which can say where in it something is wrong."""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from chat_tui.config.lines import find_line
from chat_tui.errors import ConfigError

MAX_BYTES: Final = 1024 * 1024

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_TWICE: Final = ("cannot overwrite", "cannot declare", "cannot mutate")
_POSITION: Final = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


class TomlFile(msgspec.Struct, frozen=True):
    """The tables of a file, and its text to find lines in."""

    path: Path
    text: str
    table: dict[str, Any]

    def __repr__(self) -> str:
        return f"TomlFile({str(self.path)!r})"  # the text may hold a key

    def error(self, keys: Sequence[str], message: str, *, hint: str = "") -> ConfigError:
        """Make an error about the key at a path, with its line where it can be found."""
        return ConfigError(
            message, path=self.path, line=find_line(self.text, keys), key=dotted(keys), hint=hint
        )


def read_toml(path: Path, *, only_regular: bool = False) -> TomlFile:
    """Read and parse a file.

    Args:
        path: Of at most 1 MiB.
        only_regular: Refuse a pipe or a device, which might never end.

    Raises:
        FileNotFoundError: it is not there.
        ConfigError: it cannot be read, or is not TOML.
    """
    try:
        content = _read(path, only_regular=only_regular)
    except FileNotFoundError:
        raise
    except IsADirectoryError as error:
        raise ConfigError("is a folder, not a file", path=path) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {(error.strerror or 'failed').lower()}", path=path
        ) from error
    except ValueError as error:  # a NUL in the path
        raise ConfigError("is not a path", path=Path(repr(str(path)))) from error
    if len(content) > MAX_BYTES:
        raise ConfigError("is over 1 MiB, too large for a configuration", path=path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "is not UTF-8", path=path, line=line, hint="save it with the encoding UTF-8"
        ) from error
    try:
        return TomlFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply", path=path) from error
    except ValueError as error:
        raise ConfigError("has a number with too many digits", path=path) from error


def dotted(keys: Sequence[str]) -> str:
    """Write a key's path as TOML does, on one line."""
    import json

    return ".".join(key if _BARE_KEY.fullmatch(key) else json.dumps(key) for key in keys)


MOST_NAMES = 12
"""No more than these are listed in a hint."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return a hint with the nearest correct name, or else with those there are."""
    known = list(names)
    import difflib

    if close := difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6):
        return f"did you mean {close[0]!r}?"
    if not known:
        return "none is known here"
    if (more := len(known) - MOST_NAMES) > 0:
        return f"there are {', '.join(known[:MOST_NAMES])} and {more} more"
    return f"there {'is' if len(known) == 1 else 'are'} {', '.join(known)}"


def _read(path: Path, *, only_regular: bool) -> bytes:
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait before we can look.
    flags = os.O_RDONLY | os.O_CLOEXEC | (os.O_NONBLOCK if only_regular else 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if only_regular and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ConfigError("is not a regular file", path=path)
        return file.read(MAX_BYTES + 1)


def _syntax_error(path: Path, text: str, said: str) -> ConfigError:
    line, column = text.count("\n") + 1, None
    if position := _POSITION.search(said):
        said = said[: position.start()]
        if position[1]:
            line, column = int(position[1]), int(position[2])
    said = said[:1].lower() + said[1:]
    hint = "text stands in quotes" if "value" in said else "see https://toml.io for the syntax"
    if said.startswith(_TWICE):
        hint = "a key or a table stands there for the second time"
    where = f", at column {column}" if column else ", at the end of the file"
    return ConfigError(
        f"not valid TOML: {said}{where}",
        path=path,
        line=line,
        hint=hint,
    )
