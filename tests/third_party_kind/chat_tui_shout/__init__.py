"""A kind of provider that needs no server: it shouts back what it is told."""

from collections.abc import AsyncGenerator, Mapping, Sequence

from chat_tui.events import Finished, Started, StreamEvent, TextDelta
from chat_tui.providers.base import Capabilities, ModelInfo, Request
from chat_tui.providers.kinds import Kind, ProviderOptions, Services


class ShoutOptions(ProviderOptions, frozen=True, kw_only=True):
    """The keys of a `shout` provider."""

    mark: str = "!"
    model: str = "loud"


class ShoutProvider:
    """Answers from this machine, word by word."""

    def __init__(self, name: str, options: ShoutOptions, services: Services) -> None:
        del services  # whoever talks to a server makes a `Connection` of them
        self.name = name
        self.base_url = ""
        self.model = options.model
        self.parameters: Mapping[str, object] = options.parameters
        self.capabilities = Capabilities()
        self._mark = options.mark

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Shout the last turn."""
        yield Started(self.name, request.model or self.model)
        words = request.messages[-1].text.upper().split()
        for word in words[:-1]:
            yield TextDelta(f"{word} ")
        yield TextDelta(f"{''.join(words[-1:])}{self._mark}")
        yield Finished("stop")

    async def models(self) -> Sequence[ModelInfo]:
        """There is one."""
        return (ModelInfo(id="loud", label="Loud"),)

    async def check(self) -> str:
        """It always works."""
        return "1 model"

    async def aclose(self) -> None:
        """Nothing is open."""


SHOUT = Kind(
    name="shout",
    options=ShoutOptions,
    key_env=None,
    default_base_url="",
    build=ShoutProvider,
    key_required=False,
)
