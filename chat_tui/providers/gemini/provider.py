"""Kind `gemini`: Google's Gemini API.

Vendor page: https://ai.google.dev/api/generate-content (read 2026-11-20).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final
from urllib.parse import quote

from chat_tui.events import StreamEvent
from chat_tui.providers.base import ModelInfo, Request
from chat_tui.providers.connection import Connection
from chat_tui.providers.gemini.dialect import (
    NOT_GEMINI_HINT,
    GeminiDecoder,
    decode_page,
    encode,
)
from chat_tui.providers.kinds import Kind, Services
from chat_tui.providers.model_list import check_models
from chat_tui.providers.native_provider import NativeOptions, NativeProvider
from chat_tui.providers.posted import posted

GEMINI_URL: Final = "https://generativelanguage.googleapis.com"
MAX_PAGES: Final = 10
"""Of the list of models, with up to 1000 on each."""


class GeminiOptions(NativeOptions, frozen=True, kw_only=True):
    """The keys of a `gemini` provider."""

    base_url: str = GEMINI_URL
    """Without a version."""


class GeminiProvider(NativeProvider):
    """Talks to the Gemini API."""

    def __init__(self, name: str, options: GeminiOptions, services: Services) -> None:
        connection = Connection(
            name,
            options.base_url,
            options,
            services,
            header="x-goog-api-key",
            scheme="",
            url_hint=NOT_GEMINI_HINT,
        )
        super().__init__(name, options, connection, images_out=True)

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Ask for content; see `Provider.stream`."""
        asked = await self._asked(request)
        model = asked.model.removeprefix("models/")
        decoder = GeminiDecoder(provider=self.name, model=model)
        path = f"/v1beta/{_resource(model)}:streamGenerateContent?alt=sse"
        async with aclosing(posted(self._connection, path, encode(asked), decoder)) as events:
            async for event in events:
                yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the models that answer; see `Provider.models`."""
        found: list[ModelInfo] = []
        mark = ""
        for _ in range(MAX_PAGES):
            more = f"&pageToken={quote(mark, safe='')}" if mark else ""
            page = await self._connection.get_json(f"/v1beta/models?pageSize=1000{more}")
            models, mark = decode_page(page)
            found += models
            if not mark:
                break
        return found

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        return check_models(await self.models(), self.model.removeprefix("models/"))


def _resource(model: str) -> str:
    """Where a model is; one with a folder of its own, such as `tunedModels/x`, says so."""
    return quote(model if "/" in model else f"models/{model}", safe="/")


GEMINI: Final = Kind(
    name="gemini",
    options=GeminiOptions,
    key_env="GEMINI_API_KEY",
    default_base_url=GEMINI_URL,
    build=GeminiProvider,
)
