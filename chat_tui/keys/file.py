"""Keys in a file for the user alone, for systems that have no keyring."""

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from chat_tui.errors import AuthFailed

FILE_NAME: Final = "keys.toml"
"""Beside the configuration file."""

_MAX_BYTES: Final = 256 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_key(path: Path, name: str) -> str:
    """Read a key; empty where the file or the entry is not there.

    Raises:
        AuthFailed: others can get at the file, it cannot be read, or it is not a table of texts.
    """
    return _read(path).get(name, "").strip()


def write_key(path: Path, name: str, value: str) -> None:
    """Add a key, or change it; the file is made, for the user alone.

    Raises:
        AuthFailed: what is there is not such a file, or cannot be written.
    """
    with _alone(path):
        _write(path, {**_read(path), name: value})


def drop_key(path: Path, name: str) -> bool:
    """Remove a key; false where there is none.

    Raises:
        AuthFailed: as for `write_key`.
    """
    if name not in _read(path):
        return False
    with _alone(path):
        entries = dict(_read(path))
        if entries.pop(name, None) is None:
            return False
        _write(path, entries)
    return True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Make the folder, and keep other writers of the file out; a lock dies with its process."""
    import fcntl

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _bad(path, f"cannot be written: {(error.strerror or 'failed').lower()}") from error
    try:
        with suppress(OSError):  # on some network disks there are no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> Mapping[str, str]:
    try:
        # A pipe would make us wait for whoever writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            _check(path, os.fstat(descriptor))
            content = file.read(_MAX_BYTES)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _bad(path, f"cannot be read: {(error.strerror or 'failed').lower()}") from error
    # The parser's own words may quote a line, and with it a key.
    try:
        entries = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _bad(path, 'is no table of lines such as name = "key"') from None
    if not all(isinstance(one, str) for one in entries.values()):
        raise _bad(path, 'is no table of lines such as name = "key"')
    return entries


def _check(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _bad(path, "is not a file")
    if found.st_uid not in (os.geteuid(), 0):
        raise _bad(path, "belongs to somebody else")
    if found.st_mode & _OTHERS:
        import shlex

        raise AuthFailed(
            f"{path} can be read or changed by others, and is not used",
            hint=f"chmod 600 {shlex.quote(str(path))}",
        )


def _write(path: Path, entries: Mapping[str, str]) -> None:
    import tomli_w

    from chat_tui.files import write_atomically

    try:
        write_atomically(path, tomli_w.dumps(entries).encode(), overwrite=True)
    except OSError as error:
        raise _bad(path, f"cannot be written: {(error.strerror or 'failed').lower()}") from error


def _bad(path: Path, what: str) -> AuthFailed:
    return AuthFailed(f"{path} {what}", hint="it is made by: chat-tui keys set NAME")
