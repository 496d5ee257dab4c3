"""One request from its frames to its events, for the kinds whose replies are plain streams."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Final, Protocol

from chat_tui.errors import ProviderError
from chat_tui.events import StreamEvent
from chat_tui.net.frames import Frame
from chat_tui.net.reply import Reply
from chat_tui.providers.connection import Connection, frames_of
from chat_tui.providers.finished_last import finished_last

TRAILER_S: Final = 3.0
"""How long we wait for the token counts after the server said that the reply is complete."""


class Decoder(Protocol):
    """Frames to events."""

    @property
    def finish_seen(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    def decode(self, frame: Frame) -> Iterable[StreamEvent]: ...

    def whole(self, body: object) -> Iterable[StreamEvent]: ...

    def end(self) -> Iterable[StreamEvent]: ...

    def broken_off(self) -> Iterable[StreamEvent]: ...


def posted(
    connection: Connection,
    path: str,
    body: dict[str, object],
    decoder: Decoder,
    *,
    lines: bool = False,
) -> AsyncGenerator[StreamEvent, None]:
    """Send a request and yield what comes.

    Args:
        connection: The way to the server.
        path: What is asked.
        body: The request.
        decoder: Of this one reply.
        lines: The dialect is lines of JSON, also where the server calls them one document.

    Raises:
        ProviderError: the way to the server or its answer failed.
    """
    return finished_last(_posted(connection, path, body, decoder, lines=lines))


async def _posted(
    connection: Connection, path: str, body: dict[str, object], decoder: Decoder, *, lines: bool
) -> AsyncGenerator[StreamEvent, None]:
    async with connection.open("POST", path, json=body) as reply:
        try:
            async with aclosing(_decoded(reply, decoder, lines=lines)) as events:
                async for event in events:
                    yield event
        except ProviderError:
            for event in decoder.broken_off():
                yield event
            raise


async def _decoded(
    reply: Reply, decoder: Decoder, *, lines: bool
) -> AsyncGenerator[StreamEvent, None]:
    if reply.kind == "json" and not lines:
        for event in decoder.whole(await reply.json()):
            yield event
        return
    if reply.kind == "empty":  # the decoder knows what that means in its dialect
        for event in decoder.end():
            yield event
        return
    trailer_until: float | None = None
    async with aclosing(frames_of(reply, lines=lines)) as frames:
        while (frame := await _next_frame(frames, trailer_until)) is not None:
            for event in decoder.decode(frame):
                yield event
            if decoder.ended:
                return
            if decoder.finish_seen and trailer_until is None:
                trailer_until = asyncio.get_running_loop().time() + TRAILER_S
    for event in decoder.end():
        yield event


async def _next_frame(
    frames: AsyncGenerator[Frame, None], trailer_until: float | None
) -> Frame | None:
    """Wait for a frame; once the reply is complete, not for long, and no fault counts."""
    if trailer_until is None:
        return await anext(frames, None)
    try:
        async with asyncio.timeout_at(trailer_until):
            return await anext(frames, None)
    except (ProviderError, TimeoutError):
        return None
