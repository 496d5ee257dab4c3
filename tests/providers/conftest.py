"""A running simulator for each test."""

from collections.abc import AsyncGenerator

import pytest

from chat_tui.simulator.server import Simulator


@pytest.fixture(autouse=True)
def _patient_with_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for a moment is no server that does not answer."""
    monkeypatch.setattr("chat_tui.providers.jobs.CANCEL_S", 60.0)
    monkeypatch.setattr("chat_tui.streaming.worker.STOP_WAIT_S", 60.0)


@pytest.fixture
async def simulator() -> AsyncGenerator[Simulator, None]:
    async with Simulator() as running:
        yield running
