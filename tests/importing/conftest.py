"""A home that imports."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chat_tui.conversation import Conversation
from chat_tui.importing.forms import ImportForm
from chat_tui.importing.report import Report
from chat_tui.importing.run import import_from
from chat_tui.media.files import MediaFolder
from chat_tui.store.store import Store

MADE_S = 1_700_000_000
"""When the files of the tests were made, in seconds since 1970."""


@dataclass
class Home:
    """A store, its media, and files to import."""

    path: Path
    store: Store
    media: MediaFolder

    def file(self, name: str, content: object) -> Path:
        """Write a file: bytes and text as they are, anything else as JSON."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        os.utime(path, (MADE_S, MADE_S))
        return path

    async def take(self, path: Path, form: ImportForm = "auto") -> Report:
        return await import_from(path, self.store, self.media, form=form)

    async def conversations(self) -> list[Conversation]:
        """All of them, the newest first."""
        return [await self.store.load(one.id) for one in await self.store.list()]

    async def only(self) -> Conversation:
        (conversation,) = await self.conversations()
        return conversation


def content(path: str | None) -> bytes:
    """What stands in a file."""
    assert path is not None
    return Path(path).read_bytes()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    store = Store(tmp_path / "conversations.db")
    yield Home(tmp_path, store, MediaFolder(tmp_path / "media"))
    await store.close()
