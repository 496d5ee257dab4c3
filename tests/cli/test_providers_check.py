"""`chat-tui providers --check`: what is wrong with a provider, for each kind."""

import json
from dataclasses import dataclass

import pytest

from chat_tui.simulator.flowise import CHATFLOW
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import GRAPH, RESEARCH
from tests.cli.conftest import User

KEY = "canary-0123456789abcdef"
NOBODY = "11111111-2222-4333-8444-555555555555"


@dataclass(frozen=True)
class Case:
    """A kind, and what its check says."""

    table: str
    """`URL` is the simulator's address, and `ID` what is asked for."""
    good: str
    """The id of something that is there."""
    said: str
    """Of a good one."""
    moved: str
    """Of one whose address has a wrong path."""
    missing: str
    """Of an id that is not there."""
    hard: bool = False
    """A wrong id is a failure, and not only a remark."""
    key_at_check: bool = True
    """The key shows itself as wrong in a check."""


CASES = {
    "flowapi": Case(
        'kind = "flowapi"\nbase_url = "URL/v1"\nmodel = "ID"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "openai": Case(
        'kind = "openai"\nbase_url = "URL/v1"\nmodel = "ID"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "openai-images": Case(
        'kind = "openai"\nbase_url = "URL/v1"\nmodel = "ID"\nendpoint = "images"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "flowise": Case(
        'kind = "flowise"\nbase_url = "URL"\nchatflow_id = "ID"',
        CHATFLOW,
        "Flowise 3.1.2; the flow streams",
        "does not know this address or model",
        "wrong id: Chatflow x not found",
        hard=True,
        key_at_check=False,  # Flowise asks for none before a flow runs
    ),
    "writer": Case(
        'kind = "writer"\nbase_url = "URL/writer/v1"\nmodel = "ID"',
        "palmyra-x5",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "writer-application": Case(
        'kind = "writer"\nbase_url = "URL/writer/v1"\nendpoint = "application"\n'
        'application_id = "ID"',
        RESEARCH,
        "2 applications",
        "does not know this address or model",
        "wrong id: there is no application 'x'",
        hard=True,
    ),
    "writer-knowledge-graph": Case(
        'kind = "writer"\nbase_url = "URL/writer/v1"\nendpoint = "knowledge-graph"\n'
        'graph_ids = ["ID"]',
        GRAPH,
        "2 Knowledge Graphs",
        "does not know this address or model",
        "wrong id: there is no Knowledge Graph 'x'",
        hard=True,
    ),
    "fal": Case(
        'kind = "fal"\nrun_url = "URL/fal/run"\nqueue_url = "URL/fal/queue"\nmodel = "ID"',
        "fal-ai/flux/dev",
        "the queue answers and did not refuse the key, the apps' server answers",
        "",  # what is not there looks like a request that is not there
        "'x' is not the id of a fal app",
        hard=True,
    ),
    "anthropic": Case(
        'kind = "anthropic"\nbase_url = "URL/anthropic"\nmodel = "ID"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "gemini": Case(
        'kind = "gemini"\nbase_url = "URL/gemini"\nmodel = "ID"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "ollama": Case(
        'kind = "ollama"\nbase_url = "URL/ollama"\nmodel = "ID"',
        "demo",
        "3 models",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "get3w": Case(
        'kind = "get3w"\nbase_url = "URL/api/v3"\nmodel = "ID"',
        "get3w/flux-dev",
        "5 models, balance 42.50 USD",
        "does not know this address or model",
        "'x' is not among them",
    ),
    "get3w-v1": Case(
        'kind = "get3w"\nbase_url = "URL/get3w/v1"\nmodel = "ID"',
        "google/nano-banana-pro/text-to-image",
        "it answers, without a list of models",
        "",  # without a list there is nothing to miss
        "it answers, without a list of models",
    ),
}

KEYED = {name: case for name, case in CASES.items() if case.key_at_check}
FROM_ENV = 'api_key = { env = "CHAT_TUI_CANARY" }'


async def checked(
    user: User, url: str, *, wanted: str = "", key: str = FROM_ENV
) -> dict[str, tuple[str, str]]:
    """State and reason of a provider of each kind."""
    tables = [
        f"[providers.{name}]\n{case.table}\n{key}\n".replace("URL", url).replace(
            "ID", wanted or case.good
        )
        for name, case in CASES.items()
    ]
    user.configure("".join(tables))
    ran = await user.run("providers", "--check", "--json")
    assert ran.code == 0, ran
    assert KEY not in ran.out + ran.err
    return {one["name"]: (one["state"], one["reason"]) for one in json.loads(ran.out)}


async def test_good_providers_are_ready(user: User) -> None:
    user.environ["CHAT_TUI_CANARY"] = KEY
    async with Simulator(key=KEY) as simulator:
        found = await checked(user, simulator.url)
    for name, case in CASES.items():
        state, reason = found[name]
        assert (name, state) == (name, "ready")
        assert case.said in reason


async def test_a_wrong_id_is_said_to_be_one(user: User) -> None:
    user.environ["CHAT_TUI_CANARY"] = KEY
    async with Simulator(key=KEY) as simulator:
        found = await checked(user, simulator.url, wanted="x")
    for name, case in CASES.items():
        state, reason = found[name]
        assert (name, state) == (name, "not reachable" if case.hard else "ready")
        assert case.missing in reason


async def test_a_wrong_path_is_not_reachable_and_says_where_to_look(user: User) -> None:
    user.environ["CHAT_TUI_CANARY"] = KEY
    async with Simulator(key=KEY) as simulator:
        found = await checked(user, f"{simulator.url}/no")
    for name, case in CASES.items():
        if case.moved:
            state, reason = found[name]
            assert (name, state) == (name, "not reachable")
            assert case.moved in reason
            assert "base_url" in reason


async def test_nothing_at_the_address_is_not_reachable(user: User) -> None:
    user.environ["CHAT_TUI_CANARY"] = KEY
    async with Simulator() as simulator:
        url = simulator.url
    found = await checked(user, url)
    for name in CASES:
        state, reason = found[name]
        assert (name, state) == (name, "not reachable")
        assert "nothing is listening" in reason
        assert ("queue_url" if name == "fal" else "base_url") in reason


async def test_a_source_without_a_key_needs_one_and_nothing_is_asked(user: User) -> None:
    async with Simulator(key=KEY) as simulator:
        found = await checked(user, simulator.url)
        assert simulator.calls == []
    for name in CASES:
        assert found[name] == ("needs a key", "CHAT_TUI_CANARY is not set")


@pytest.mark.parametrize("key", [FROM_ENV, ""], ids=["wrong", "none"])
async def test_a_key_that_is_refused_is_needed(user: User, key: str) -> None:
    user.environ["CHAT_TUI_CANARY"] = "wrong-0123456789abcdef"
    async with Simulator(key=KEY) as simulator:
        found = await checked(user, simulator.url, key=key)
    for name in KEYED:
        state, reason = found[name]
        assert (name, state) == (name, "needs a key")
        assert "wrong-0123456789abcdef" not in reason
        assert ("variable CHAT_TUI_CANARY" if key else "no key was sent") in reason
