"""What tests of replies are built from: real providers on the simulator, and short waits."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from chat_tui.events import StreamEvent, TextDelta
from chat_tui.keys.secrets import NoKey
from chat_tui.providers.kinds import Services
from chat_tui.providers.openai.options import OpenAIOptions
from chat_tui.providers.openai.provider import ChatProvider
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker

T = TypeVar("T")

MODEL = "sim-model"
NO_RETRY = RetryPolicy(tries=1)
AT_ONCE = RetryPolicy(jitter=lambda low, high: 0.0)
"""The usual policy, without its waits."""


@asynccontextmanager
async def chat_provider(
    simulator: Simulator,
    *,
    name: str = "sim",
    parameters: Mapping[str, object] | None = None,
    idle_timeout_s: float = 5,
) -> AsyncGenerator[ChatProvider, None]:
    """Open a provider that talks to the simulator."""
    options = OpenAIOptions(
        kind="openai",
        base_url=f"{simulator.url}/v1",
        model=MODEL,
        parameters=dict(parameters or {}),
    )
    services = Services(
        key=NoKey(), idle_timeout_s=idle_timeout_s, max_event_bytes=1 << 20, proxy=lambda url: None
    )
    provider = ChatProvider(name, options, services)
    try:
        yield provider
    finally:
        await provider.aclose()


async def patiently(attempt: Callable[[float], Awaitable[T]], well: Callable[[T], bool]) -> T:
    """Try what has to end in a silence, and once more where the machine itself stood still.

    Args:
        attempt: Is given how many seconds a silence may last.
        well: Whether it came as far as it should before.
    """
    outcome = await attempt(0.2)
    return outcome if well(outcome) else await attempt(5.0)


async def loop_turn() -> None:
    """Let every task that can go on now do so once."""
    loop = asyncio.get_running_loop()
    turned = loop.create_future()
    loop.call_soon(turned.set_result, None)
    await turned


async def read_all(worker: StreamWorker) -> list[StreamEvent]:
    """Read the events of a worker up to its end."""
    events: list[StreamEvent] = []
    async with aclosing(worker.subscribe()) as batches:
        async for batch in batches:
            events.extend(batch)
    return events


async def text_seen(worker: StreamWorker) -> None:
    """Wait until the first text is in the log."""
    async with aclosing(worker.subscribe()) as batches:
        async for batch in batches:
            if any(isinstance(event, TextDelta) for event in batch):
                return


def text_of(events: list[StreamEvent]) -> str:
    """Join the text of the answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))
