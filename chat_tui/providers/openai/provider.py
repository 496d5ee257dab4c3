"""Kinds `openai` and `flowapi`: every server that speaks the OpenAI chat-completions dialect.

Vendor pages: https://platform.openai.com/docs/api-reference/chat and https://docs.flowapi.net
(read 2026-11-20).
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from chat_tui.errors import ProviderError, Rejected
from chat_tui.events import StreamEvent
from chat_tui.providers.base import Capabilities, ModelInfo, Provider, Request
from chat_tui.providers.chat.dialect import ChatDecoder
from chat_tui.providers.chat.request import encode
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.model_list import check_models, decode_models, near_models
from chat_tui.providers.not_chosen import LIST_S
from chat_tui.providers.openai.options import OPENAI_URL, URL_HINT, OpenAIOptions
from chat_tui.providers.openai.presets import lists_models
from chat_tui.providers.posted import posted

FLOWAPI_URL: Final = "https://api.flowapi.net/v1"


class FlowapiOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `flowapi` provider."""

    base_url: str = FLOWAPI_URL
    """Where the service is."""
    model: str = ""
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""


class ChatProvider:
    """Talks to one server of the dialect."""

    def __init__(
        self, name: str, options: OpenAIOptions | FlowapiOptions, services: Services
    ) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(images_in=True, tools=True)
        self.parameters = options.parameters
        self._connection = Connection(name, options.base_url, options, services, url_hint=URL_HINT)
        self._takes_stream_options = True
        self._lists_models = lists_models(getattr(options, "preset", ""))

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for a chat completion; see `Provider.stream`."""
        parameters = {**self.parameters, **request.parameters}
        body = encode(msgspec.structs.replace(request, parameters=parameters), model=self.model)
        # The user's own are never left out; without a stream they are an error.
        optional = "stream_options" not in parameters
        if optional and not (self._takes_stream_options and body["stream"] is True):
            del body["stream_options"]
        model = str(body["model"])
        try:
            async with aclosing(self._stream(body, model)) as events:
                async for event in events:
                    yield event
        except Rejected as error:
            if error.status == 404:
                error.hint = await self._near(model) or error.hint
                raise
            # Some servers refuse what they do not know, and say so.
            if not optional or "stream_options" not in body or "stream_options" not in str(error):
                raise
            self._takes_stream_options = False
            del body["stream_options"]
            async with aclosing(self._stream(body, model)) as events:
                async for event in events:
                    yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the server's models; see `Provider.models`."""
        if not self._lists_models:
            return ()
        return decode_models(await self._connection.get_json("/models"))

    async def _near(self, model: str) -> str:
        """Say which models the server has that one of another name may stand for."""
        try:
            async with asyncio.timeout(LIST_S):
                return near_models(await self.models(), model)
        except (ProviderError, TimeoutError):
            return ""

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        if not self._lists_models:
            return "not asked: this service has no list of models"
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        await self._connection.aclose()

    def _stream(self, body: dict[str, object], model: str) -> AsyncGenerator[StreamEvent, None]:
        decoder = ChatDecoder(provider=self.name, model=model)
        return posted(self._connection, "/chat/completions", body, decoder)


def _build(name: str, options: OpenAIOptions, services: Services) -> Provider:
    if options.endpoint == "images":
        from chat_tui.providers.openai.images import ImagesProvider

        return ImagesProvider(name, options, services)
    return ChatProvider(name, options, services)


OPENAI: Final = Kind(
    name="openai",
    options=OpenAIOptions,
    key_env="OPENAI_API_KEY",
    default_base_url=OPENAI_URL,
    build=_build,
)
FLOWAPI: Final = Kind(
    name="flowapi",
    options=FlowapiOptions,
    key_env="FLOW_API_KEY",
    default_base_url=FLOWAPI_URL,
    build=ChatProvider,
)
