"""Writing files so that a reader sees the old one or the new one, never a half."""

import contextlib
import errno
import os
import stat
from pathlib import Path

_NO_HARD_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EXDEV}
)


def write_atomically(path: Path, data: bytes, *, overwrite: bool, mode: int = 0o600) -> None:
    """Write a whole file and flush it to the disk, or leave everything as it was.

    A symbolic link in the place of the file is itself replaced, never followed.

    Args:
        path: In a folder that exists.
        data: All of the file.
        overwrite: Replace a file that is there.
        mode: Permissions of the file, whatever the umask says.

    Raises:
        FileExistsError: something is there, and `overwrite` is false; also when it appeared
            while we wrote.
        IsADirectoryError: a folder is there.
        OSError: neither a file nor a folder is there, or the disk refused.
    """
    _refuse_others(path, overwrite=overwrite)
    import secrets  # loads OpenSSL, for which a start would wait

    temporary = path.with_name(f".chat-tui-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            _move_into_gap(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(path.parent)


def _refuse_others(path: Path, *, overwrite: bool) -> None:
    try:
        found = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not overwrite:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    if not (stat.S_ISREG(found) or stat.S_ISLNK(found)):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def _move_into_gap(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        # FAT and some network disks: take the name first, then put the file there.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        try:
            temporary.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def flush_folder(folder: Path) -> None:
    """Have a new name in a folder outlive a power cut. It blocks."""
    with contextlib.suppress(OSError):  # some file systems cannot
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
