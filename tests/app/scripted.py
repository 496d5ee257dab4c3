"""A provider that says what a test tells it, in a desk's application."""

from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import ClassVar

from chat_tui.app.chat_app import ChatApp
from chat_tui.events import Finished, StreamEvent, Terminal
from chat_tui.providers.base import Capabilities, ModelInfo, Request


class ScriptedProvider:
    """Answers each request with the next list of events."""

    name = "sim"
    base_url = ""
    model = "agent"
    parameters: ClassVar[Mapping[str, object]] = {}
    capabilities = Capabilities()

    def __init__(self) -> None:
        self.replies: deque[Sequence[StreamEvent]] = deque()
        self.requests: list[Request] = []

    def enqueue(self, *events: StreamEvent, outcome: Terminal | None = None) -> None:
        self.replies.append([*events, outcome or Finished("stop")])

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        self.requests.append(request)
        for event in self.replies.popleft():
            yield event

    async def models(self) -> list[ModelInfo]:
        return []

    async def check(self) -> str:
        return "here"

    async def aclose(self) -> None:
        pass


def scripted(app: ChatApp) -> ScriptedProvider:
    """Put a scripted provider into the place of `sim`."""
    provider = ScriptedProvider()
    app._wiring.roster._built[provider.name] = provider
    return provider
