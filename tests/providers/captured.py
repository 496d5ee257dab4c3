"""Captured bodies through a decoder, in pieces of any size."""

from contextlib import aclosing
from typing import Any

from chat_tui.errors import ProviderError
from chat_tui.events import StreamError, StreamEvent
from tests.net.pieces import arriving, cut, sse_frames


async def through_decoder(decoder: Any, body: bytes, size: int) -> list[StreamEvent]:
    """The events of a stream that comes in pieces of so many bytes, and of its clean end."""
    events: list[StreamEvent] = []
    try:
        pieces = arriving(cut(body, size))
        async with aclosing(sse_frames(pieces, max_event_bytes=1 << 20, lenient=True)) as frames:
            async for frame in frames:
                events += decoder.decode(frame)
        events += decoder.end()
    except ProviderError as error:
        events += getattr(decoder, "broken_off", tuple)()
        events.append(StreamError(error.kind, error.message))
    return events
