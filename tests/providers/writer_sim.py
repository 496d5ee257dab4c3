"""A Writer provider that talks to a simulator."""

from typing import Any

from chat_tui.keys.secrets import KeySource
from chat_tui.providers.writer.options import Endpoint, WriterOptions
from chat_tui.providers.writer.provider import WriterProvider
from chat_tui.simulator.server import Simulator
from chat_tui.simulator.writer_account import GRAPH, RESEARCH
from tests.providers.asking import services

USUAL: dict[Endpoint, dict[str, Any]] = {
    "application": {"application_id": RESEARCH},
    "knowledge-graph": {"graph_ids": [GRAPH]},
}
"""What is asked where a test does not say."""


def options(simulator: Simulator, endpoint: Endpoint = "chat", **given: Any) -> WriterOptions:
    chosen = {**USUAL.get(endpoint, {}), **given}
    url = f"{simulator.url}/writer/v1"
    return WriterOptions(kind="writer", base_url=url, endpoint=endpoint, **chosen)


def writer(
    simulator: Simulator,
    endpoint: Endpoint = "chat",
    key: KeySource | None = None,
    **given: Any,
) -> WriterProvider:
    return WriterProvider("sim", options(simulator, endpoint, **given), services(key))


def sent(simulator: Simulator, at: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = simulator.calls[at].json
    return body


def called(simulator: Simulator) -> list[str]:
    """What was called, in turn, without the place of the API."""
    return [f"{call.method} {call.path.removeprefix('/writer/v1')}" for call in simulator.calls]
