"""Fewer wake-ups: pieces that come fast are gathered for a frame, and then taken all at once.

With one token in a packet, waking up costs more than what is in it. While we wait, the socket has
to be read on, or a connection that is reset would take along what had already come. Only asyncio's
transport can do that, which httpcore and anyio keep to themselves: where it is not found, nothing
is gathered. This module is the only one that looks for it (httpcore 1.0, anyio 4).
"""

import asyncio
import time
from collections.abc import Sized
from typing import Any

FRAME_S = 1 / 60
_WAITED_S = 0.0005
"""A piece that took longer was not there yet when it was asked for."""
_FEW_PIECES = 16
_SMALL_BYTES = 4096


class Pacer:
    """Decides when to wait for more, for one response."""

    def __init__(self, network_stream: object) -> None:
        """Pace a response.

        Args:
            network_stream: What httpcore names so among a response's extensions.
        """
        self._transport = transport_of(network_stream)
        protocol = self._transport.get_protocol() if self._transport is not None else None
        self._queue: Sized | None = getattr(protocol, "read_queue", None)
        """What has come and has not been taken."""
        self._woken = 0.0
        """When a piece that had to be waited for was last handed out."""
        self._pieces = 0
        """How many came since then."""

    async def gather(self, piece: bytes, *, asked: float) -> None:
        """Let small pieces add up; the first after a pause, large ones and bursts do not wait.

        Args:
            piece: What has come.
            asked: When it was asked for, by `time.monotonic`.
        """
        if self._transport is None or self._queue is None:
            return
        self._pieces += 1
        now = time.monotonic()
        if now - asked < _WAITED_S:
            return
        early_s = self._woken + FRAME_S - now
        few = self._pieces <= _FEW_PIECES and len(piece) < _SMALL_BYTES
        if early_s > 0 and few and not self._queue:
            self._transport.resume_reading()
            await asyncio.sleep(early_s)
        self._woken = time.monotonic()
        self._pieces = 0


def transport_of(network_stream: object) -> asyncio.Transport | None:
    """Find the transport of a connection; null where it is not what we know."""
    stream: Any = getattr(network_stream, "_stream", None)
    stream = getattr(stream, "transport_stream", stream)  # below TLS
    transport = getattr(stream, "_transport", None)
    return transport if isinstance(transport, asyncio.Transport) else None
