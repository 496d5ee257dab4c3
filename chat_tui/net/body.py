"""A response's body: decompressed, counted, and able to be looked at before it is read."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from chat_tui.errors import ProtocolViolation, ProviderError
from chat_tui.net.chunked import Dechunker
from chat_tui.net.compression import check_encoding, inflated
from chat_tui.net.connect_errors import Peer
from chat_tui.net.translate import translate

if TYPE_CHECKING:
    import httpx

    from chat_tui.net.wire import Wire

_DRAIN_BYTES = 64 << 10
_DRAIN_S = 0.5
_CLOSE_S = 1.0
_TURN_S = 0.01
_WAITED_S = 0.001
"""Bytes that took longer were waited for, and others had their turn."""


class Body:
    """Iterates over the body's pieces.

    Unlike a generator it stays open when the iteration over it is left, so that `finish` can read
    what is left and the connection can serve the next request.
    """

    def __init__(self, response: "httpx.Response", peer: Peer, max_bytes: int) -> None:
        """Take over a response that was sent with `stream=True`."""
        self._response = response
        self._peer = peer
        self._max_bytes = max_bytes
        self._held: list[bytes] = []
        self._raw = self._read()
        self._source: AsyncGenerator[bytes, None] | None = None
        self._bytes = 0
        self._gave_way = time.monotonic()

    def __aiter__(self) -> "Body":
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece.

        Raises:
            ConnectionLost: it broke off.
            ProtocolViolation: it is larger than allowed, or compressed in a way that we cannot
                read.
        """
        if self._held:
            return self._held.pop()
        await self._give_way()
        if self._source is None:
            encoding = self._response.headers.get("content-encoding", "")
            packed = check_encoding(encoding, self._peer.host)
            self._source = inflated(self._raw, self._peer.host) if packed else self._raw
        piece = await anext(self._source)
        self._bytes += len(piece)
        if self._bytes > self._max_bytes:
            raise ProtocolViolation(
                f"the answer of {self._peer.host} is larger than {self._max_bytes} bytes"
            )
        return piece

    def push_back(self, piece: bytes) -> None:
        """Put a piece back, to be read first."""
        if piece:
            self._held.append(piece)

    async def finish(self) -> None:
        """Read a small rest, so that the connection can be used again; then close."""
        left = _DRAIN_BYTES
        try:
            async with asyncio.timeout(_DRAIN_S), aclosing(self._raw) as pieces:
                async for piece in pieces:
                    left -= len(piece)
                    if left < 0:
                        break
        except (TimeoutError, ProviderError):
            pass  # the caller has all it wanted
        finally:
            await self.close()

    async def close(self) -> None:
        """Close at once; the connection with it, if there is more to read."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._response.aclose()
                if self._source is not None:
                    await self._source.aclose()
                await self._raw.aclose()
        except TimeoutError:
            pass  # the socket is closed, only the farewell took too long

    async def _give_way(self) -> None:
        # One network read may hold thousands of tiny chunks, which come without a real wait:
        # the screen and the timers must have their turn in between.
        now = time.monotonic()
        if now - self._gave_way > _TURN_S:
            await asyncio.sleep(0)
            self._gave_way = time.monotonic()

    async def _taken(self, wire: "Wire") -> AsyncGenerator[bytes, None]:
        """Yield what comes, up to the end of the connection or to what h11 has to see."""
        chunked = "transfer-encoding" in self._response.headers
        dechunker = Dechunker()
        while not dechunker.ended:
            asked = time.monotonic()
            if not (data := await wire.take()):
                break
            now = time.monotonic()
            if now - asked > _WAITED_S:
                self._gave_way = now
            if not chunked:
                yield data
            elif piece := dechunker.feed(data):
                yield piece
        wire.put_back(dechunker.rest)

    async def _read(self) -> AsyncGenerator[bytes, None]:
        import httpx

        try:
            if (wire := _wire_of(self._response)) is not None:
                async with aclosing(self._taken(wire)) as pieces:
                    async for piece in pieces:
                        yield piece
            # All of it, or the end: httpcore has to see that before the next request.
            async for piece in self._response.aiter_raw():
                yield piece
        except (httpx.HTTPError, httpx.StreamError, OSError) as exc:
            raise translate(exc, self._peer) from exc


def _wire_of(response: "httpx.Response") -> "Wire | None":
    """Find the connection of a body that may be read past httpcore; null for any other."""
    from chat_tui.net.wire import Wire

    wire = response.extensions.get("network_stream")
    if not isinstance(wire, Wire) or not wire.at_body or response.status_code != 200:
        return None
    if response.request.method == "HEAD" or "content-length" in response.headers:
        return None
    coding = response.headers.get("transfer-encoding", "chunked").lower()
    return wire if coding == "chunked" else None
