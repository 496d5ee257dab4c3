"""Kind `anthropic`: the Messages API of Anthropic.

Vendor page: https://docs.anthropic.com/en/api/messages (read 2026-11-20).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from chat_tui.events import StreamEvent
from chat_tui.providers.anthropic.dialect import NOT_ANTHROPIC_HINT, AnthropicDecoder, encode
from chat_tui.providers.base import ModelInfo, Request
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import Kind, Services
from chat_tui.providers.model_list import decode_models
from chat_tui.providers.native_provider import NativeOptions, NativeProvider
from chat_tui.providers.posted import posted

ANTHROPIC_URL: Final = "https://api.anthropic.com"
VERSION: Final = "2023-06-01"
"""Of the API, which the vendor wants in a header."""


class AnthropicOptions(NativeOptions, frozen=True, kw_only=True):
    """The keys of an `anthropic` provider."""

    base_url: str = ANTHROPIC_URL
    """Without a version."""


class AnthropicProvider(NativeProvider):
    """Talks to Anthropic, or to a server that speaks its dialect."""

    def __init__(self, name: str, options: AnthropicOptions, services: Services) -> None:
        named = {header.lower() for header in options.headers}
        version = {} if "anthropic-version" in named else {"anthropic-version": VERSION}
        connection = Connection(
            name,
            options.base_url,
            msgspec.structs.replace(options, headers={**version, **options.headers}),
            services,
            header="x-api-key",
            scheme="",
            url_hint=NOT_ANTHROPIC_HINT,
        )
        super().__init__(name, options, connection)

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for a message; see `Provider.stream`."""
        asked = await self._asked(request)
        decoder = AnthropicDecoder(provider=self.name, model=asked.model)
        reply = posted(self._connection, "/v1/messages", encode(asked), decoder)
        async with aclosing(reply) as events:
            async for event in events:
                yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the models; see `Provider.models`."""
        return decode_models(await self._connection.get_json("/v1/models?limit=1000"))


ANTHROPIC: Final = Kind(
    name="anthropic",
    options=AnthropicOptions,
    key_env="ANTHROPIC_API_KEY",
    default_base_url=ANTHROPIC_URL,
    build=AnthropicProvider,
)
