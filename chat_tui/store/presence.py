"""Who has the database of a folder open, known to all processes by a lock."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path


class Presence:
    """That this process has the database of a folder open, told to all others by a lock.

    The lock is on the folder, and the kernel takes it away from whoever dies. Any thread may call.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor: int | None = None
        self._changing = threading.RLock()

    def enter(self) -> bool:
        """Say so. Where the disk has no locks, nobody is told.

        Returns:
            False while somebody mends it.
        """
        with self._changing:
            if self._descriptor is not None:
                return True
            try:
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
                self._descriptor = os.open(self._folder, flags)
                fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                self.leave()
                return False
            except OSError:
                return True
            return True

    def leave(self) -> None:
        """Say so no more."""
        with self._changing:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def alone(self) -> bool:
        """Whether nobody else has it open; until `enter` is called again, nobody else may."""
        if not self.enter():
            return False
        if self._descriptor is None:
            return True
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
