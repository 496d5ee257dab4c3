"""Kind `anthropic`: the Messages API of Anthropic.

Vendor page: https://docs.anthropic.com/en/api/messages (read 2026-11-20).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import msgspec

from chat_tui.events import StreamEvent
from chat_tui.providers.anthropic.dialect import NOT_ANTHROPIC_HINT, AnthropicDecoder, encode
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import Kind, ProviderOptions, Services
from chat_tui.providers.model_list import check_models, decode_models
from chat_tui.providers.native_reply import names_model
from chat_tui.providers.not_chosen import not_chosen
from chat_tui.providers.posted import posted

ANTHROPIC_URL: Final = "https://api.anthropic.com"
VERSION: Final = "2023-06-01"
"""Of the API, which the vendor wants in a header."""


class AnthropicOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of an `anthropic` provider."""

    base_url: str = ANTHROPIC_URL
    """Without a version."""
    model: str = ""
    """Who answers when nothing else is chosen; empty is chosen in the F2 menu."""


class AnthropicProvider:
    """Talks to Anthropic, or to a server that speaks its dialect."""

    def __init__(self, name: str, options: AnthropicOptions, services: Services) -> None:
        self.name = name
        self.base_url = options.base_url
        self.model = options.model
        self.capabilities = Capabilities(images_in=True, tools=True)
        self.parameters = options.parameters
        named = {header.lower() for header in options.headers}
        version = {} if "anthropic-version" in named else {"anthropic-version": VERSION}
        self._connection = Connection(
            name,
            options.base_url,
            msgspec.structs.replace(options, headers={**version, **options.headers}),
            services,
            header="x-api-key",
            scheme="",
            url_hint=NOT_ANTHROPIC_HINT,
        )

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for a message; see `Provider.stream`."""
        parameters = {**self.parameters, **request.parameters}
        asked = msgspec.structs.replace(request, parameters=parameters)
        if not names_model(asked, self.model):
            raise await not_chosen("model", key="model", provider=self.name, models=self.models)
        body = encode(asked, model=self.model)
        decoder = AnthropicDecoder(provider=self.name, model=str(body["model"]))
        async with aclosing(posted(self._connection, "/v1/messages", body, decoder)) as events:
            async for event in events:
                yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the models; see `Provider.models`."""
        return decode_models(await self._connection.get_json("/v1/models?limit=1000"))

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        return check_models(await self.models(), self.model)

    async def aclose(self) -> None:
        await self._connection.aclose()


ANTHROPIC: Final = Kind(
    name="anthropic",
    options=AnthropicOptions,
    key_env="ANTHROPIC_API_KEY",
    default_base_url=ANTHROPIC_URL,
    build=AnthropicProvider,
)
