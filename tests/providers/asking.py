"""Providers that talk to a simulator, and what came of it."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageResult,
    Notice,
    ReasoningDelta,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.ids import ConversationId
from chat_tui.keys.secrets import KeySource, NoKey
from chat_tui.message import Message, user_message
from chat_tui.providers.base import Provider, Request
from chat_tui.providers.kinds import Services
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.providers.openai.provider import OPENAI
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker
from tests.builders import NO_RETRY

P = TypeVar("P", bound=Provider)


def services(key: KeySource | None = None, *, idle_timeout_s: float = 20.0) -> Services:
    return Services(
        key=key or NoKey(),
        idle_timeout_s=idle_timeout_s,
        max_event_bytes=1 << 20,
        proxy=lambda _url: None,
    )


def openai(simulator: Simulator, key: KeySource | None = None, **options: Any) -> Provider:
    chosen = OpenAIOptions(kind="openai", base_url=f"{simulator.url}/v1", **options)
    return OPENAI.build("sim", chosen, services(key))


def request(*messages: Message, **fields: Any) -> Request:
    turns = messages or (user_message("hi", parent=None),)
    return Request(conversation=ConversationId("c"), messages=turns, **fields)


@asynccontextmanager
async def closing(provider: P) -> AsyncGenerator[P, None]:
    try:
        yield provider
    finally:
        await provider.aclose()


async def ask(
    provider: Provider, asked: Request | None = None, *, retry: RetryPolicy = NO_RETRY
) -> list[StreamEvent]:
    """All events of one reply, with the provider still open."""
    asked = asked or request()
    worker = StreamWorker(lambda: provider.stream(asked), retry=retry)
    worker.start()
    events: list[StreamEvent] = []
    async with aclosing(worker.subscribe()) as batches:
        async for batch in batches:
            events += batch
    return events


async def ask_once(provider: Provider, asked: Request | None = None) -> list[StreamEvent]:
    async with closing(provider):
        return await ask(provider, asked)


@dataclass(slots=True)
class Heard:
    """A reply, told apart."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    notices: list[str] = field(default_factory=list)
    tools: dict[str, ToolCall] = field(default_factory=dict)
    previews: list[ImagePreview] = field(default_factory=list)
    pictures: list[ImageResult] = field(default_factory=list)
    usage: Usage | None = None
    finish: str | None = None
    error: StreamError | None = None


def heard(events: Iterable[StreamEvent]) -> Heard:
    found = Heard()
    for event in events:
        match event:
            case TextDelta(text=text, refusal=True):
                found.refusal += text
            case TextDelta(text=text):
                found.text += text
            case ReasoningDelta(text=text):
                found.reasoning += text
            case Notice(text=text):
                found.notices.append(text)
            case ToolCall():
                found.tools[event.id] = event
            case ImagePreview():
                found.previews.append(event)
            case ImageResult():
                found.pictures.append(event)
            case Usage():
                found.usage = event
            case Finished(reason=reason):
                found.finish = reason
            case StreamError():
                found.error = event
            case _:
                pass
    return found


def terminals(events: Sequence[StreamEvent]) -> list[int]:
    """Where the terminal events stand, counted from the end."""
    return [
        at - len(events)
        for at, event in enumerate(events)
        if isinstance(event, Finished | StreamError)
    ]
