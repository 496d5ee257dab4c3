"""A running simulator for each test."""

from collections.abc import AsyncGenerator

import pytest

from chat_tui.simulator.server import Simulator


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator() as running:
        yield running
