"""TCP and TLS for httpcore, read ahead of it: what comes fast is taken a frame at a time.

With one token in a packet, waking up costs more than what is in it. So a reader is woken at once by
the first bytes after a pause, and then once for each frame of the screen. Meanwhile the socket is
read on, so that a sender who writes much and then resets the connection has nothing left that would
be lost with it; only what has trickled in for a while is left to the system between two frames.

`Wire` is an httpcore network backend (https://www.encode.io/httpcore/network-backends/). It hands
out the head of an answer apart from the body, so that `Wire.take` may read the body past httpcore,
which spends more on each small chunk than all of our own work with it.
"""

import asyncio
import os
import re
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, cast

import aiohappyeyeballs
import httpcore

FRAME_S: Final = 1 / 60
FULL_FRAME_S: Final = 1 / 40
"""Where each frame brings several tokens: nobody sees one more in it, and a third is saved."""
_SEVERAL_BYTES: Final = 900
"""Four tokens or more, as servers wrap them."""
_MANY_BYTES: Final = 4096
"""A reader is not kept waiting for a frame when so much has come, nor is a sender after that."""
_CALM_READS: Final = 30
"""So many reads with less in them, half a second of frames, and what comes next is taken for a trickle,
too."""
_LAST_CHUNK: Final = b"0\r\n\r\n"
"""How a chunked body ends: nothing comes after it that a reader could wait for."""
_AHEAD_BYTES: Final = 256 << 10
"""More is left in the socket until it is asked for."""
_STAGGER_S: Final = 0.25
"""Between two addresses of one host (RFC 8305)."""
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
"""Where h11 sees the end of a head."""
_ERRNO: Final = re.compile(r"\[Errno (\d+)\]")


class _Receiver(asyncio.Protocol):
    """What has come and was not taken, and who waits for it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.socket: asyncio.Transport | None = None
        """The lowest one: itself, but for encrypted connections."""
        self.held = bytearray()
        self.ended = False
        """Nothing more will come."""
        self.error: Exception | None = None
        """Why; null for an end in order."""
        self.gone = asyncio.Event()
        """The socket is closed."""
        self._wanted_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.socket = self.socket or self.transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        size = len(self.held)
        if size >= self._wanted_bytes or data.endswith(_LAST_CHUNK):
            self._wake()
        if size > _AHEAD_BYTES and self.transport is not None and not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self.ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self.error = self.error or exc
        self._wake()
        self._writable.set()
        self.gone.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def wait(self, size_bytes: int = 1, *, until: float | None = None) -> None:
        """Wait for so many bytes or the end, at the longest until a time of the loop."""
        if self.ended or len(self.held) >= size_bytes:
            return
        loop = asyncio.get_running_loop()
        self._wanted_bytes = size_bytes
        self._waiter = loop.create_future()
        timer = None if until is None else loop.call_at(until, self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    async def rest(self, until: float) -> None:
        """Leave to the system what comes until a time of the loop.

        It is the socket that waits, below any encryption: what asyncio has read and not decrypted
        it throws away when the connection is reset.
        """
        sock = self.socket
        if self.ended or sock is None:
            return
        loop = asyncio.get_running_loop()
        sock.pause_reading()
        self._waiter = loop.create_future()
        timer = loop.call_at(until, self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            timer.cancel()
            sock.resume_reading()

    def take(self, size_bytes: int | None = None) -> bytes:
        """Take what has come, or the first part of it; blank at the end."""
        if not self.held and self.error is not None:
            raise self.error
        taken = bytes(self.held[:size_bytes])
        del self.held[:size_bytes]
        if self._paused and len(self.held) <= _AHEAD_BYTES and self.transport is not None:
            self._paused = False
            if not self.transport.is_closing():
                self.transport.resume_reading()
        return taken

    async def drained(self) -> None:
        """Wait until more may be written."""
        await self._writable.wait()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Wire(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, receiver: _Receiver) -> None:
        self._receiver = receiver
        self.at_body = False
        """httpcore has read a whole head, and nothing behind it."""
        self._in_head = True
        self._tail = b""
        """The last bytes that httpcore read: a blank line may be cut in two."""
        self._taken_s = 0.0
        """When `take` last handed something out, by `time.monotonic`."""
        self._taken_bytes = 0
        """How much that was."""
        self._calm_reads = 0
        """How many have brought little, one after another."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  # as httpcore has it
        """Read for httpcore: not beyond the end of the head that answers a request."""
        with _raising({TimeoutError: httpcore.ReadTimeout, OSError: httpcore.ReadError}):
            async with asyncio.timeout(timeout):
                await self._receiver.wait()
            if not self._in_head:
                self.at_body = False
                return self._receiver.take(max_bytes)
            ahead = self._tail + bytes(self._receiver.held[:max_bytes])
            end = _BLANK_LINE.search(ahead)
            taken = self._receiver.take(end.end() - len(self._tail) if end else max_bytes)
        self.at_body = end is not None
        self._in_head = end is None
        self._tail = (self._tail + taken)[-2:]
        return taken

    async def take(self) -> bytes:
        """Read on for the body: all that has come, a frame's worth at a time; blank at the end.

        Raises:
            OSError: the connection broke, and all that came before it was taken.
        """
        receiver = self._receiver
        if not receiver.held:
            several = self._taken_bytes >= _SEVERAL_BYTES
            frame_s = FULL_FRAME_S if several else FRAME_S
            early_s = self._taken_s + frame_s - time.monotonic()
            if early_s > 0:
                until = asyncio.get_running_loop().time() + early_s
                if self._calm_reads >= _CALM_READS:
                    await receiver.rest(until)
                else:
                    await receiver.wait(_MANY_BYTES, until=until)
            await receiver.wait()
            self._taken_s = time.monotonic()
        data = receiver.take()
        self._taken_bytes = len(data)
        self._calm_reads = self._calm_reads + 1 if len(data) < _MANY_BYTES else 0
        return data

    def put_back(self, data: bytes) -> None:
        """Return bytes that were taken too much, to be read first."""
        self._receiver.held[:0] = data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write all of it."""
        receiver = self._receiver
        transport = receiver.transport
        with _raising({TimeoutError: httpcore.WriteTimeout, OSError: httpcore.WriteError}):
            if transport is None or receiver.gone.is_set() or transport.is_closing():
                raise receiver.error or BrokenPipeError("the connection is closed")
            self._in_head, self._tail = True, b""
            self._calm_reads = 0
            transport.write(buffer)
            async with asyncio.timeout(timeout):
                await receiver.drained()
            if receiver.gone.is_set():
                raise receiver.error or BrokenPipeError("the connection is closed")

    async def aclose(self) -> None:
        """Close at once, without the farewell of TLS: the answer was read, or is not wanted."""
        receiver = self._receiver
        if receiver.transport is not None:
            if not receiver.gone.is_set():  # one that is gone cannot be aborted (CPython 3.11)
                receiver.transport.abort()
            await receiver.gone.wait()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> "Wire":
        """Go on encrypted, over another wire; there is nothing left of this one to close."""
        loop = asyncio.get_running_loop()
        plain, self._receiver.transport = self._receiver.transport, None
        inner = _Receiver()
        inner.socket = self._receiver.socket
        failures: Mapping[type[Exception], type[Exception]] = {
            TimeoutError: httpcore.ConnectTimeout,
            ssl.SSLError: httpcore.ConnectError,
            OSError: httpcore.ConnectError,
        }
        with _raising(failures):
            try:
                async with asyncio.timeout(timeout):
                    if plain is None or plain.is_closing():
                        raise self._receiver.error or ConnectionResetError("it is closed")
                    encrypted = await loop.start_tls(
                        plain,
                        inner,
                        ssl_context,
                        server_hostname=server_hostname,
                        ssl_handshake_timeout=timeout,
                    )
            except BaseException:
                if plain is not None:
                    plain.abort()
                    await asyncio.sleep(0)  # the socket is closed in the next turn of the loop
                raise
        if encrypted is None:
            raise httpcore.ConnectError("the connection closed")
        inner.connection_made(encrypted)
        return Wire(inner)

    def get_extra_info(self, info: str) -> Any:
        """Answer httpcore's questions about the connection."""
        transport = self._receiver.transport
        match info:
            case "is_readable":  # an idle connection on which something comes is of no more use
                return bool(self._receiver.held) or self._receiver.ended
            case "client_addr" if transport is not None:
                return transport.get_extra_info("sockname")
            case "server_addr" if transport is not None:
                return transport.get_extra_info("peername")
            case "ssl_object" | "socket" if transport is not None:
                return transport.get_extra_info(info)
            case _:
                return None


class WireBackend(httpcore.AsyncNetworkBackend):
    """Makes wires."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Wire:
        """Connect to the first address of a host that answers."""
        del local_address, socket_options
        with _raising({TimeoutError: httpcore.ConnectTimeout, OSError: httpcore.ConnectError}):
            async with asyncio.timeout(timeout):
                return Wire(await _connected(host, port))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _connected(host: str, port: int) -> _Receiver:
    loop = asyncio.get_running_loop()
    try:
        addresses = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host!r} is no name of a host") from error
    if not addresses:
        raise OSError(f"{host!r} has no address")
    try:
        # In early releases of Python 3.12 and 3.13 asyncio's own race of addresses breaks under
        # the eager tasks of Textual (https://github.com/python/cpython/issues/124309).
        connected = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=_STAGGER_S, interleave=1
        )
    except OSError as error:
        raise _one_of(error) from error
    try:
        _, receiver = await loop.create_connection(_Receiver, sock=connected)
    except BaseException:
        connected.close()
        raise
    return receiver


def _one_of(error: OSError) -> OSError:
    """Say in the system's words what failed; of several addresses, told in one text, the last."""
    numbers = [int(number) for number in _ERRNO.findall(error.strerror or str(error))]
    number = numbers[-1] if numbers else error.errno
    return error if number is None else OSError(number, os.strerror(number))


@contextmanager
def _raising(failures: Mapping[type[Exception], type[Exception]]) -> Iterator[None]:
    """Raise in the terms of httpcore; the first type that fits decides."""
    try:
        yield
    except tuple(failures) as error:
        for known, ours in failures.items():
            if isinstance(error, known):
                raise ours(str(error)) from error
        raise
