"""One HTTP/1.1 connection, seen from the server: requests in, pieces of a response out."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate

import h11

from chat_tui.simulator.dialect import Answer, Call

MAX_BODY_BYTES = 64 * 1024 * 1024
MAX_HEAD_BYTES = 64 * 1024
MAX_EARLY_BYTES = 64 * 1024
"""What a client may send while it is being answered."""
LINGER_S = 5.0
READ_BYTES = 64 * 1024


class TooLarge(Exception):
    """The body of a request is over the limit."""


class Connection:
    """Owns the socket. Nothing is left in a user-space buffer when a send returns."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._method = b""
        self._broken = False
        writer.transport.set_write_buffer_limits(high=0)
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def receive(self) -> Call | None:
        """Read the next request.

        Returns:
            None when the client has closed the connection.

        Raises:
            TooLarge: its body is over the limit; what is left of it is not read.
            h11.RemoteProtocolError: it is not HTTP, or ends too early.
            OSError: the connection broke.
        """
        head = await self._next_event()
        if not isinstance(head, h11.Request):
            return None
        self._method = head.method
        headers: dict[str, str] = {}
        for raw_name, raw_value in head.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if int(headers.get("content-length", "0")) > MAX_BODY_BYTES:
            raise TooLarge
        body = bytearray()
        while isinstance(event := await self._next_event(), h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                raise TooLarge
        path, _, query = head.target.decode("latin-1").partition("?")
        return Call(head.method.decode("latin-1"), path, query, headers, bytes(body))

    async def gone(self) -> None:
        """Return when the client has left; run beside the reply, so that it is noticed at once.

        A client that floods the server meanwhile counts as gone: memory stays bounded.
        """
        early_bytes = 0
        with contextlib.suppress(OSError):
            while early_bytes <= MAX_EARLY_BYTES and (data := await self._reader.read(READ_BYTES)):
                early_bytes += len(data)
                self._http.receive_data(data)

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers; without a `content-length` the body is chunked."""
        response = h11.Response(
            status_code=status,
            headers=[
                ("server", "chat-tui-simulator"),
                ("date", formatdate(usegmt=True)),
                *headers.items(),
            ],
        )
        await self._write(self._http.send(response))

    async def send(self, data: bytes, *, framed: bool = True) -> None:
        """Send a piece of the body in one socket write.

        Raises:
            OSError: the client is gone.
        """
        if not framed or self._broken:
            self._broken = True
            await self._write(data)
            return
        try:
            await self._write(self._http.send(h11.Data(data=data)))
        except h11.LocalProtocolError:
            # A script may declare a content-length shorter than what it sends.
            self._broken = True
            await self._write(data)

    async def finish(self) -> None:
        """End the body. One that HTTP cannot end (its length is wrong) closes the connection."""
        if self._broken:
            return
        try:
            await self._write(self._http.send(h11.EndOfMessage()))
        except h11.LocalProtocolError:
            self._broken = True

    async def answer(self, answer: Answer) -> None:
        """Send a whole response; the body is left out where the request was HEAD."""
        headers = {"content-length": str(len(answer.body)), **answer.headers}
        await self.head(answer.status, {"content-type": answer.content_type, **headers})
        if self._method != b"HEAD":
            await self.send(answer.body)
        await self.finish()

    async def refuse(self, answer: Answer) -> None:
        """Answer a request that was not read to its end, so that the client gets to see it.

        Closing on unread bytes would reset the connection and take the answer along; they are
        read and thrown away until the client has closed its side too.
        """
        if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            await self.answer(replace(answer, headers={**answer.headers, "connection": "close"}))
            self._writer.write_eof()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LINGER_S):
                    while await self._reader.read(READ_BYTES):
                        pass

    def renew(self) -> bool:
        """Make ready for the next request; false when this one was the last."""
        if self._broken or self._http.our_state is not h11.DONE:
            return False
        if self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def drop(self, *, reset: bool) -> None:
        """Break the connection, with a reset or a plain close."""
        self._broken = True
        if reset:
            no_time = struct.pack("ii", 1, 0)
            self._socket().setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_time)
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()

    async def aclose(self) -> None:
        """Close and wait until the socket is gone. Idempotent."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _next_event(self) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self._http.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
                await self._write(self._http.send(go_on))
            self._http.receive_data(await self._reader.read(READ_BYTES))

    async def _write(self, data: bytes | None) -> None:
        if data:
            self._writer.write(data)
        await self._writer.drain()

    def _socket(self) -> socket.socket:
        # asyncio hands out a wrapper with the same methods, typed as nothing in particular.
        found: socket.socket = self._writer.get_extra_info("socket")
        return found
