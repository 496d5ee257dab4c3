"""A running simulator, and a provider that talks to it."""

from collections.abc import AsyncGenerator

import pytest

from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.simulator.server import Simulator
from tests.builders import chat_provider


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator() as running:
        yield running


@pytest.fixture
async def provider(simulator: Simulator) -> AsyncGenerator[ChatProvider, None]:
    async with chat_provider(simulator) as opened:
        yield opened
