"""Kind `demo`: the built-in simulator, over a real loopback socket."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.events import Started, StreamEvent
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.model_list import check_models

if TYPE_CHECKING:
    from chat_tui.providers.fal.provider import FalProvider
    from chat_tui.providers.openai.provider import ChatProvider
    from chat_tui.simulator.server import Simulator

DEMO_MODEL: Final = "demo"
PICTURE_MODEL: Final = "demo-picture"
_PICTURE_APP: Final = "demo/picture"
"""What the simulator calls it in the dialect of fal, which tells the most of a picture's way."""


class DemoOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `demo` provider."""

    model: str = DEMO_MODEL
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""


class DemoProvider:
    """Starts the simulator with the first request, and talks to it as to any server."""

    def __init__(self, name: str, options: DemoOptions, services: Services) -> None:
        self.name = name
        self.base_url = ""
        self.model = options.model
        self.parameters = options.parameters
        self.capabilities = Capabilities(
            images_in=True, images_out=True, picture_model=PICTURE_MODEL
        )
        self._services = services
        self._server: _Server | None = None
        self._starting = asyncio.Lock()

    @cached_property
    def _simulator(self) -> "Simulator":
        from chat_tui.simulator.server import Simulator

        return Simulator()

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask the simulator; see `Provider.stream`."""
        server = await self._started()
        draws = (request.model or self.model) == PICTURE_MODEL
        if draws:
            stream = server.pictures.stream(msgspec.structs.replace(request, model=_PICTURE_APP))
        else:
            stream = server.chat.stream(request)
        async with aclosing(stream) as events:
            async for event in events:
                if draws and isinstance(event, Started):
                    event = msgspec.structs.replace(event, model=PICTURE_MODEL)
                yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the simulator's models; see `Provider.models`."""
        server = await self._started()
        return await server.chat.models()

    async def check(self) -> str:
        """Start the simulator; see `Provider.check`."""
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        async with self._starting:
            server, self._server = self._server, None
            if server is not None:
                await server.chat.aclose()
                await server.pictures.aclose()
                await self._simulator.stop()

    async def _started(self) -> "_Server":
        async with self._starting:
            if self._server is None:
                from chat_tui.providers.fal.provider import FalOptions, FalProvider
                from chat_tui.providers.openai.options import OpenAIOptions
                from chat_tui.providers.openai.provider import ChatProvider

                await self._simulator.start()
                options = OpenAIOptions(
                    kind="openai",
                    base_url=f"{self._simulator.url}/v1",
                    model=self.model,
                    parameters=self.parameters,
                )
                to_draw = FalOptions(
                    kind="fal",
                    run_url=f"{self._simulator.url}/fal/run",
                    transport="stream",
                    # Pictures come with the result: nothing is fetched from this machine.
                    parameters={**self.parameters, "sync_mode": True},
                )
                self._server = _Server(
                    ChatProvider(self.name, options, self._services),
                    FalProvider(self.name, to_draw, self._services),
                )
            return self._server


class _Server(msgspec.Struct, frozen=True):
    """The ways to the running simulator."""

    chat: "ChatProvider"
    pictures: "FalProvider"


DEMO: Final = Kind(
    name="demo",
    options=DemoOptions,
    key_env=None,
    default_base_url="",
    build=DemoProvider,
)
