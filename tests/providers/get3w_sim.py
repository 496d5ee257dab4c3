"""A get3w provider that talks to a simulator, in no hurry but ours."""

from typing import Any

from chat_tui.keys.secrets import KeySource
from chat_tui.providers.get3w.provider import Get3wOptions, Get3wProvider
from chat_tui.simulator.server import Simulator
from tests.providers.asking import services

MODEL = "get3w/flux-dev"
V3 = "/api/v3"
V1 = "/get3w/v1"


def get3w(
    simulator: Simulator,
    key: KeySource | None = None,
    *,
    api: str = V3,
    model: str = MODEL,
    idle_timeout_s: float = 20.0,
    **options: Any,
) -> Get3wProvider:
    chosen = Get3wOptions(kind="get3w", base_url=f"{simulator.url}{api}", model=model, **options)
    given = services(key, idle_timeout_s=idle_timeout_s)
    return Get3wProvider("sim", chosen, given, first_wait_s=0.001, longest_wait_s=0.01)


def asked_for(simulator: Simulator) -> list[str]:
    """What was called, in turn."""
    return [f"{call.method} {call.path}" for call in simulator.calls]
