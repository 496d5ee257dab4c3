"""A running simulator, a provider that talks to it, and a store on a file of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.builders import chat_provider


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator() as running:
        yield running


@pytest.fixture
async def provider(simulator: Simulator) -> AsyncGenerator[ChatProvider, None]:
    async with chat_provider(simulator) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.db"


@pytest.fixture
async def store(path: Path) -> AsyncGenerator[Store, None]:
    store = Store(path)
    yield store
    await store.close()


@pytest.fixture
async def elsewhere(path: Path) -> AsyncGenerator[Store, None]:
    """The same file, as another instance has it open."""
    store = Store(path)
    yield store
    await store.close()
