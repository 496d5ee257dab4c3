"""What models are called is learnt quietly, each name once."""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chat_tui.config.load import load
from chat_tui.model_names import name_of, recall
from chat_tui.registry import DEFAULT as KINDS
from chat_tui.roster.model_lists import ModelLists
from chat_tui.roster.roster import Roster
from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW
from chat_tui.simulator.server import Simulator


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    recall({})
    yield
    recall({})


@asynccontextmanager
async def lists(
    folder: Path, url: str, more: str = "", news: list[str] | None = None
) -> AsyncGenerator[ModelLists, None]:
    """The lists of one provider, `flow`; `news` gets the names that were learnt."""
    file = folder / "config.toml"
    file.write_text(f'[providers.flow]\nkind = "flowise"\nbase_url = "{url}"\n{more}')
    roster = Roster(load(file, registry=KINDS, explicit=True), environ={}, registry=KINDS)

    def named(provider: str, models: Sequence[str]) -> None:
        if news is not None:
            news.extend(name_of(provider, one) for one in models)

    try:
        yield ModelLists(roster, named=named)
    finally:
        await roster.aclose()


async def test_a_name_is_learnt_once_and_told(tmp_path: Path) -> None:
    news: list[str] = []
    async with Simulator() as simulator, lists(tmp_path, simulator.url, news=news) as models:
        for _ in range(2):
            await models.learn_name("flow", CHATFLOW)
        assert len(simulator.calls) == 1
    assert (news, name_of("flow", CHATFLOW)) == (["Support"], "Support")


async def test_a_name_that_is_known_is_not_asked_for(tmp_path: Path) -> None:
    recall({f"flow {CHATFLOW}": "Help desk"})
    async with Simulator() as simulator, lists(tmp_path, simulator.url) as models:
        await models.learn_name("flow", CHATFLOW)
        assert simulator.calls == []


async def test_a_server_that_tells_no_name_is_asked_no_second_time(tmp_path: Path) -> None:
    async with Simulator(key="right") as simulator, lists(tmp_path, simulator.url) as models:
        for _ in range(2):
            await models.learn_name("flow", AGENTFLOW)
        assert len(simulator.calls) == 1
    assert name_of("flow", AGENTFLOW) == ""


async def test_nobody_who_is_not_there_is_asked(tmp_path: Path) -> None:
    async with Simulator() as simulator, lists(tmp_path, simulator.url) as models:
        for provider, model in (("flow", ""), ("gone", CHATFLOW), ("demo", "demo")):
            await models.learn_name(provider, model)
        assert simulator.calls == []


async def test_a_provider_of_one_flow_has_its_name_learnt(tmp_path: Path) -> None:
    own = f'chatflow_id = "{AGENTFLOW}"\n'
    async with Simulator() as simulator, lists(tmp_path, simulator.url, own) as models:
        await models.learn_name("flow", "")
    assert name_of("flow", AGENTFLOW) == "Research"


async def test_no_key_command_is_run_for_a_name(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    command = f'api_key = {{ command = ["touch", "{ran}"] }}\n'
    async with Simulator() as simulator, lists(tmp_path, simulator.url, command) as models:
        await models.learn_name("flow", CHATFLOW)
        assert simulator.calls == []
    assert not ran.exists()
