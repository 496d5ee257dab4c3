"""A running simulator, and a client that talks to it."""

from collections.abc import AsyncGenerator

import httpx
import pytest

from chat_tui.simulator.server import Simulator


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator() as running:
        yield running


@pytest.fixture
async def client(simulator: Simulator) -> AsyncGenerator[httpx.AsyncClient, None]:
    async with httpx.AsyncClient(base_url=simulator.url, trust_env=False) as opened:
        yield opened
