"""Kind `ollama`: models on the user's own machine, by Ollama's own dialect.

Vendor page: https://docs.ollama.com/api/chat (read 2026-11-20).
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Final

from chat_tui.errors import Rejected, Unreachable
from chat_tui.events import StreamEvent
from chat_tui.providers.base import ModelInfo, Request
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import Kind, Services
from chat_tui.providers.model_list import check_models, decode_models
from chat_tui.providers.native_provider import NativeOptions, NativeProvider
from chat_tui.providers.ollama.dialect import NOT_OLLAMA_HINT, OllamaDecoder, encode
from chat_tui.providers.posted import posted

OLLAMA_URL: Final = "http://localhost:11434"


class OllamaOptions(NativeOptions, frozen=True, kw_only=True):
    """The keys of an `ollama` provider."""

    base_url: str = OLLAMA_URL
    """Without `/api`."""


class OllamaProvider(NativeProvider):
    """Talks to one Ollama."""

    def __init__(self, name: str, options: OllamaOptions, services: Services) -> None:
        connection = Connection(name, options.base_url, options, services, url_hint=NOT_OLLAMA_HINT)
        super().__init__(name, options, connection)

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Chat; see `Provider.stream`."""
        asked = await self._asked(request)
        decoder = OllamaDecoder(provider=self.name, model=asked.model)
        with _helped(asked.model):
            reply = posted(self._connection, "/api/chat", encode(asked), decoder, lines=True)
            async with aclosing(reply) as events:
                async for event in events:
                    yield event

    async def models(self) -> Sequence[ModelInfo]:
        """List the models on that machine; see `Provider.models`."""
        with _helped():
            return decode_models(await self._connection.get_json("/api/tags"))

    async def check(self) -> str:
        """Ask for the models; see `Provider.check`."""
        models = await self.models()
        model = self.model
        if any(one.id == f"{model}:latest" for one in models):
            model = f"{model}:latest"  # what a name without a tag means
        return check_models(models, model)


@contextmanager
def _helped(model: str = "") -> Iterator[None]:
    """Say in hints what helps with Ollama."""
    try:
        yield
    except Unreachable as error:
        if "nothing is listening" in error.message:
            error.hint = "is Ollama running? ollama serve; base_url says where it should be"
        raise
    except Rejected as error:
        if error.status == 404 and model:
            error.hint = f"ollama pull {model}"
        raise


OLLAMA: Final = Kind(
    name="ollama",
    options=OllamaOptions,
    key_env=None,
    default_base_url=OLLAMA_URL,
    build=OllamaProvider,
    key_required=False,
)
