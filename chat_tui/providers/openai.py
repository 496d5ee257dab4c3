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
from chat_tui.events import Finished, StreamEvent
from chat_tui.net.frames import Frame
from chat_tui.net.reply import Reply
from chat_tui.providers.base import Capabilities, ModelInfo, Provider, Request
from chat_tui.providers.chat_dialect import ChatDecoder, encode
from chat_tui.providers.connection import Connection, frames_of
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.model_list import check_models, decode_models
from chat_tui.providers.openai_options import OPENAI_URL, OpenAIOptions

FLOWAPI_URL: Final = "https://api.flowapi.net/v1"
TRAILER_S: Final = 3.0
"""How long we wait for the token counts after the server said that the reply is complete."""


class FlowapiOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `flowapi` provider."""

    base_url: str = FLOWAPI_URL
    model: str = ""


class ChatProvider:
    """Talks to one server of the dialect."""

    def __init__(
        self, name: str, options: OpenAIOptions | FlowapiOptions, services: Services
    ) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(tools=True)
        self.parameters = options.parameters
        self._connection = Connection(name, options.base_url, options, services)
        self._takes_stream_options = True

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
        return decode_models(await self._connection.get_json("/models"))

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        await self._connection.aclose()

    async def _stream(
        self, body: dict[str, object], model: str
    ) -> AsyncGenerator[StreamEvent, None]:
        decoder = ChatDecoder(provider=self.name, model=model)
        ending: list[StreamEvent] = []
        async with self._connection.open("POST", "/chat/completions", json=body) as reply:
            try:
                async with aclosing(_decoded(reply, decoder)) as events:
                    async for event in events:
                        if isinstance(event, Finished):
                            ending.append(event)
                        else:
                            yield event
            except ProviderError:
                for event in decoder.broken_off():
                    yield event
                raise
        # Told out here, where the connection is ready for the next request: nobody reads on.
        for event in ending:
            yield event


async def _decoded(reply: Reply, decoder: ChatDecoder) -> AsyncGenerator[StreamEvent, None]:
    if reply.kind == "json":
        for event in decoder.whole(await reply.json()):
            yield event
        return
    if reply.kind == "empty":  # the decoder knows what that means in this dialect
        for event in decoder.end():
            yield event
        return
    trailer_until: float | None = None
    async with aclosing(frames_of(reply)) as frames:
        while (frame := await _next_frame(frames, trailer_until)) is not None:
            for event in decoder.decode(frame):
                yield event
            if decoder.ended:
                return
            if decoder.finish_seen and trailer_until is None:
                trailer_until = asyncio.get_running_loop().time() + TRAILER_S
    for event in decoder.end():
        yield event


async def _next_frame(
    frames: AsyncGenerator[Frame, None], trailer_until: float | None
) -> Frame | None:
    """Wait for a frame; once the reply is complete, not for long, and no fault counts."""
    if trailer_until is None:
        return await anext(frames, None)
    try:
        async with asyncio.timeout_at(trailer_until):
            return await anext(frames, None)
    except (ProviderError, TimeoutError):
        return None


def _build(name: str, options: OpenAIOptions, services: Services) -> Provider:
    if options.endpoint == "images":
        from chat_tui.providers.openai_images import ImagesProvider

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
