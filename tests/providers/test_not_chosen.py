"""Requests of providers for which no model is chosen, each through its own endpoint."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.errors import ProviderFailed
from chat_tui.events import StreamError
from chat_tui.providers.base import ModelInfo
from chat_tui.providers.not_chosen import MOST_NAMED, not_chosen
from chat_tui.simulator.flowise import CHATFLOW
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import GRAPH, RESEARCH
from tests.providers.asking import ask_once, heard
from tests.providers.fal_sim import fal
from tests.providers.flowise_sim import flowise
from tests.providers.get3w_sim import V1, get3w
from tests.providers.native_sim import anthropic, gemini, ollama
from tests.providers.writer_sim import writer


async def refused(provider: Any) -> StreamError:
    error = heard(await ask_once(provider)).error
    assert error is not None
    assert error.kind == "rejected"
    return error


@pytest.mark.parametrize(
    ("build", "message", "place", "there"),
    [
        (
            lambda it: flowise(it, chatflow_id=""),
            "no flow is chosen",
            "chatflow_id in providers.sim,",
            f"{CHATFLOW} (Support)",
        ),
        (
            lambda it: writer(it, "application", application_id=""),
            "no application is chosen",
            "application_id in providers.sim,",
            f"{RESEARCH} (Hotel research)",
        ),
        (
            lambda it: writer(it, "knowledge-graph", graph_ids=[]),
            "no Knowledge Graph is chosen",
            "graph_ids in providers.sim,",
            f"{GRAPH} (Products)",
        ),
        (lambda it: fal(it, model=""), "no app is chosen", "model in", "fal-ai/flux/schnell"),
        (lambda it: get3w(it, model=""), "no model is chosen", "model in", "get3w/flux-dev"),
        (lambda it: anthropic(it, model=""), "no model is chosen", "model in", "demo-slow"),
        (lambda it: gemini(it, model=""), "no model is chosen", "model in", "demo-slow"),
        (lambda it: ollama(it, model=""), "no model is chosen", "model in", "demo-slow"),
    ],
)
async def test_the_error_says_what_lacks_and_where_and_who_there_is(
    simulator: Simulator,
    build: Callable[[Simulator], Any],
    message: str,
    place: str,
    there: str,
) -> None:
    error = await refused(build(simulator))
    assert error.message == message
    assert error.hint.startswith(f"set {place}")
    assert there in error.hint
    assert "F2 or -m" in error.hint
    assert all(call.method == "GET" for call in simulator.calls)


async def test_a_server_that_lists_nobody_leaves_an_example(simulator: Simulator) -> None:
    error = await refused(get3w(simulator, api=V1, model=""))
    assert error.hint == (
        "set model in providers.sim, such as get3w/flux-dev, or choose one with F2 or -m"
    )


async def test_a_list_that_is_refused_is_not_told() -> None:
    async with Simulator(key="right") as guarded:
        error = await refused(flowise(guarded, chatflow_id=""))
    assert error.message == "no flow is chosen"
    assert error.hint == "set chatflow_id in providers.sim, or choose one with F2 or -m"


async def test_of_many_only_the_first_are_named_and_all_is_one_clean_line() -> None:
    async def models() -> list[ModelInfo]:
        first = ModelInfo(id="a\x1b[31m\nb", label="x" * 99)
        return [first, *(ModelInfo(id=f"m{number}") for number in range(MOST_NAMED + 1))]

    error = await not_chosen("model", key="model", provider="p", models=models)
    assert error.hint.endswith("m0, m1, m2 and 2 more")
    assert "\x1b" not in error.hint
    assert "\n" not in error.hint
    assert len(error.hint) < 300


async def test_a_list_that_fails_is_not_what_went_wrong() -> None:
    async def models() -> list[ModelInfo]:
        raise ProviderFailed("secret trouble")

    error = await not_chosen("model", key="model", provider="p", models=models)
    assert "secret" not in f"{error.message} {error.hint}"
