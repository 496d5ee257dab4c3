"""Kinds of the tests' own, so that the loader is tested without any provider's file."""

from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.events import Finished, StreamEvent
from chat_tui.providers.base import Capabilities, ModelInfo, Provider, Request
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.registry import Registry

Load = Callable[[str], Config]


class CloudOptions(ProviderOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    base_url: str = ""
    model: str = "small"
    endpoint: Literal["chat", "images"] = "chat"
    streaming: bool = True
    graph_ids: list[str] = msgspec.field(default_factory=list)


class FlowOptions(ProviderOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    chatflow_id: str
    base_url: str = "http://localhost:3000"

    def __post_init__(self) -> None:
        if not self.chatflow_id:
            raise ValueError("chatflow_id is empty")


class Silent:
    def __init__(self, name: str, options: ProviderOptions, services: Services) -> None:
        self.name = name
        self.base_url = ""
        self.model = ""
        self.parameters = options.parameters
        self.capabilities = Capabilities()
        self.options = options
        self.services = services

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        yield Finished("stop")

    async def models(self) -> Sequence[ModelInfo]:
        return ()

    async def check(self) -> str:
        return "nothing to ask"

    async def aclose(self) -> None:
        return None


def build(name: str, options: ProviderOptions, services: Services) -> Provider:
    return Silent(name, options, services)


def _kind(name: str, options: type[ProviderOptions], env: str | None, url: str) -> Kind:
    return Kind(
        name=name,
        options=options,
        key_env=env,
        default_base_url=url,
        build=build,
        key_required=name != "flow",
    )


@pytest.fixture
def registry() -> Registry:
    return Registry(
        {
            "cloud": _kind("cloud", CloudOptions, "CLOUD_API_KEY", "https://api.cloud.test/v1"),
            "flow": _kind("flow", FlowOptions, "FLOW_API_KEY", "http://localhost:3000"),
            "local": _kind("local", CloudOptions, None, "http://localhost:11434"),
            "plain": _kind("plain", ProviderOptions, None, ""),
        }
    )


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def loaded(config_file: Path, registry: Registry) -> Load:
    """Write a text as the main file, and load it."""

    def write_and_load(text: str) -> Config:
        config_file.write_text(text, encoding="utf-8")
        return load(config_file, registry=registry, explicit=True)

    return write_and_load
