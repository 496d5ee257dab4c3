"""What models are called whose ids say nothing to a reader."""

import pytest

from chat_tui.errors import ProviderError
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.providers.base import NamesModels
from chat_tui.simulator.flowise import AGENTFLOW, CHATFLOW
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import EMPTY_GRAPH, GRAPH, RESEARCH
from tests.providers.asking import closing, openai
from tests.providers.flowise_sim import flowise
from tests.providers.writer_sim import called, writer

KEY = "canary-0123456789abcdef"


async def test_a_flow_is_asked_for_its_name_by_itself() -> None:
    async with (
        Simulator(key=KEY) as simulator,
        closing(flowise(simulator, PlainKey(Secret(KEY)))) as provider,
    ):
        assert await provider.names(AGENTFLOW) == {AGENTFLOW: "Research"}
        assert [call.path for call in simulator.calls] == [f"/api/v1/chatflows/{AGENTFLOW}"]


async def test_without_a_key_a_public_flow_tells_its_name(simulator: Simulator) -> None:
    async with closing(flowise(simulator)) as provider:
        assert await provider.names(CHATFLOW) == {CHATFLOW: "Support"}
    assert [call.path for call in simulator.calls] == [f"/api/v1/public-chatflows/{CHATFLOW}"]


async def test_a_flow_that_is_not_public_is_an_error_without_a_key() -> None:
    async with Simulator(key=KEY) as simulator, closing(flowise(simulator)) as provider:
        with pytest.raises(ProviderError):
            await provider.names(CHATFLOW)


async def test_an_application_is_asked_for_its_name_by_itself(simulator: Simulator) -> None:
    async with closing(writer(simulator, "application")) as provider:
        assert await provider.names(RESEARCH) == {RESEARCH: "Hotel research"}
    assert called(simulator) == [f"GET /applications/{RESEARCH}"]


async def test_of_several_graphs_each_has_its_name(simulator: Simulator) -> None:
    async with closing(writer(simulator, "knowledge-graph")) as provider:
        names = await provider.names(f"{GRAPH}, {EMPTY_GRAPH}")
    assert names == {GRAPH: "Products", EMPTY_GRAPH: "Drafts"}


async def test_a_model_that_is_called_as_it_is_asked_for_is_not_asked_about(
    simulator: Simulator,
) -> None:
    async with closing(writer(simulator)) as provider:
        assert await provider.names("palmyra-x5") == {}
    async with closing(openai(simulator)) as other:
        assert not isinstance(other, NamesModels)
    assert simulator.calls == []
