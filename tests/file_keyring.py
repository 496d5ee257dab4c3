"""A keyring in a file, through the interface that every backend of `keyring` has."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps everything in one JSON file."""

    priority = 0.1

    def __init__(self, path: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring 25.7 leaves it untyped
        self._path = path

    def entries(self) -> dict[str, str]:
        """All that is in it, by `service/name`."""
        if not self._path.exists():
            return {}
        found: dict[str, str] = json.loads(self._path.read_text("utf-8"))
        return found

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self.entries() | {f"{service}/{username}": password}
        self._path.write_text(json.dumps(entries), "utf-8")

    def delete_password(self, service: str, username: str) -> None:
        entries = self.entries()
        if f"{service}/{username}" not in entries:
            raise PasswordDeleteError("no such entry")
        del entries[f"{service}/{username}"]
        self._path.write_text(json.dumps(entries), "utf-8")

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """The system's keyring is this one, meanwhile."""
        before = keyring.get_keyring()
        keyring.set_keyring(self)
        try:
            yield
        finally:
            keyring.set_keyring(before)
