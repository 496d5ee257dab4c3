"""The end of a reply is told once its connection is free: whoever hears of it reads no further."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from chat_tui.events import Finished, StreamEvent


async def finished_last(
    events: AsyncGenerator[StreamEvent, None],
) -> AsyncGenerator[StreamEvent, None]:
    """Yield events as they come, but the end of the reply after their generator has ended.

    Args:
        events: What a connection brings; the generator closes it at its own end.

    Raises:
        ProviderError: as the generator does, and then there is no other end.
    """
    ending: list[Finished] = []
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Finished):
                ending.append(event)
            else:
                yield event
    for event in ending:
        yield event
