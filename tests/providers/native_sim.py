"""Providers of the vendors' own dialects that talk to a simulator."""

from typing import Any

from chat_tui.keys.secrets import KeySource
from chat_tui.providers.anthropic.provider import AnthropicOptions, AnthropicProvider
from chat_tui.providers.gemini.provider import GeminiOptions, GeminiProvider
from chat_tui.providers.ollama.provider import OllamaOptions, OllamaProvider
from chat_tui.simulator.server import Simulator
from tests.providers.asking import services


def anthropic(
    simulator: Simulator, key: KeySource | None = None, **given: Any
) -> AnthropicProvider:
    chosen = {"base_url": f"{simulator.url}/anthropic", "model": "demo", **given}
    return AnthropicProvider("sim", AnthropicOptions(kind="anthropic", **chosen), services(key))


def gemini(simulator: Simulator, key: KeySource | None = None, **given: Any) -> GeminiProvider:
    chosen = {"base_url": f"{simulator.url}/gemini", "model": "demo", **given}
    return GeminiProvider("sim", GeminiOptions(kind="gemini", **chosen), services(key))


def ollama(simulator: Simulator, key: KeySource | None = None, **given: Any) -> OllamaProvider:
    chosen = {"base_url": f"{simulator.url}/ollama", "model": "demo", **given}
    return OllamaProvider("sim", OllamaOptions(kind="ollama", **chosen), services(key))


def sent(simulator: Simulator, at: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = simulator.calls[at].json
    return body
