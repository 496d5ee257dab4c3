"""A fal provider that talks to a simulator, in no hurry but ours."""

from typing import Any

from chat_tui.keys.secrets import KeySource
from chat_tui.providers.fal.provider import FalOptions, FalProvider
from chat_tui.simulator.dialect import Answer, Route
from chat_tui.simulator.server import Simulator
from tests.providers.asking import services

PICTURES = "fal-ai/flux/dev"
WORDS = "fal-ai/any-llm"


def fal(
    simulator: Simulator,
    key: KeySource | None = None,
    *,
    model: str = PICTURES,
    idle_timeout_s: float = 20.0,
    **options: Any,
) -> FalProvider:
    urls = {"run_url": f"{simulator.url}/fal/run", "queue_url": f"{simulator.url}/fal/queue"}
    chosen = FalOptions(kind="fal", model=model, **{**urls, **options})
    given = services(key, idle_timeout_s=idle_timeout_s)
    return FalProvider("sim", chosen, given, first_wait_s=0.001, longest_wait_s=0.01)


def refuse(simulator: Simulator, method: str, path: str, answer: Answer) -> None:
    """Answer all calls to a place in one way, whatever the dialect says."""
    route = Route(method, path, lambda _call, _names: answer)
    simulator._routes = (route, *simulator._routes)


def asked_for(simulator: Simulator) -> list[str]:
    """What was called, in turn; the id of a job is `ID`."""
    return [f"{call.method} {_without_id(call.path)}" for call in simulator.calls]


def _without_id(path: str) -> str:
    before, found, after = path.partition("/requests/")
    return f"{before}{found}ID{after[36:]}" if found else path
