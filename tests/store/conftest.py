"""A store on a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat_tui.store.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = Store(path)
    yield store
    await store.close()
