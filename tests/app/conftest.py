"""A desk for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from chat_tui.simulator.server import Simulator
from tests.app.desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncGenerator[Desk, None]:
    async with Simulator() as simulator:
        yield Desk(tmp_path, simulator)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the program was started in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder
