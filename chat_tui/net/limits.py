"""How long we wait, and how much we take, before a server is given up."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeVar

import msgspec

from chat_tui.errors import Stalled
from chat_tui.net.frames import Frame, is_keepalive

MIB = 1 << 20

T = TypeVar("T")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds and decoded bytes."""

    connect_s: float = 10.0
    """For the connection, and again for its TLS handshake."""
    write_s: float = 30.0
    """For each 64 KiB of a request's body."""
    pool_s: float = 10.0
    """For a free connection."""
    idle_s: float = 120.0
    """For the answer's head, its first content, and each frame after it."""
    max_event_bytes: int = 64 * MIB
    """One frame: a picture as base64 fits."""
    max_body_bytes: int = 128 * MIB
    """One JSON document or file: several pictures as base64 fit."""
    max_reply_bytes: int = 512 * MIB
    """One whole stream: a series of previews and its pictures fit, an endless stream does not."""
    max_error_bytes: int = 16 << 10
    """How much of an error's body is read."""


DEFAULT_LIMITS = Limits()


def stalled(host: str, idle_s: float) -> Stalled:
    """Describe a server that went silent."""
    return Stalled(
        f"nothing came from {host} for {idle_s:g} s",
        hint="try again, or raise idle_timeout_s in [app]",
        retryable=True,
    )


def keepalive_frame(item: object) -> bool:
    return isinstance(item, Frame) and is_keepalive(item)


async def idle_guard(
    items: AsyncGenerator[T, None],
    idle_s: float,
    *,
    host: str = "the server",
    keepalive: Callable[[T], bool] = keepalive_frame,
) -> AsyncGenerator[T, None]:
    """Pass everything on, and give up when nothing real comes for `idle_s` seconds.

    The time that the reader takes between two items does not count. The inner generator is closed
    when this one is.

    Args:
        items: What is guarded; this generator owns it.
        idle_s: The patience, started anew by every item that is not a keepalive.
        host: Who is waited for, for the message.
        keepalive: Tells which items do not count as a sign of progress.

    Raises:
        Stalled: the patience ran out.
    """
    loop = asyncio.get_running_loop()
    async with aclosing(items):
        deadline = loop.time() + idle_s
        while True:
            patience = asyncio.timeout_at(deadline)
            try:
                async with patience:
                    item = await anext(items)
            except StopAsyncIteration:
                return
            except TimeoutError:
                if patience.expired():
                    raise stalled(host, idle_s) from None
                raise
            real = not keepalive(item)
            yield item
            if real:
                deadline = loop.time() + idle_s
