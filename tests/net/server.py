"""A raw HTTP server on loopback whose every byte is scripted."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

CERTS = Path(__file__).with_name("certs")


@dataclass
class Received:
    """One request, as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    """One connection; the script reads requests from it and writes bytes to it."""

    server: "Server"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> Received:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        pairs = (line.split(":", 1) for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, value in pairs}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        received = Received(method, target, headers, body)
        self.server.requests.append(received)
        return received

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def gone(self) -> None:
        """Wait until the other side has closed."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(1 << 16):
                pass

    def reset(self) -> None:
        """Close with a RST instead of a FIN."""
        linger = struct.pack("ii", 1, 0)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Script = Callable[[Connection], Awaitable[None]]


@dataclass
class Server:
    """What the server has seen."""

    url: str
    port: int
    requests: list[Received] = field(default_factory=list)
    connections: int = 0


@contextlib.asynccontextmanager
async def serve(script: Script, *, certificate: str = "") -> AsyncGenerator[Server, None]:
    """Run a script for each connection; an error in it fails the test.

    Args:
        script: Closing the connection is not its duty.
        certificate: A file of `certs`, without its ending, to speak TLS with.
    """
    server = Server("", 0)
    tasks: list[asyncio.Task[None]] = []

    async def run(connection: Connection) -> None:
        try:
            await script(connection)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client left, which is what most tests are about
        finally:
            connection.writer.close()
            with contextlib.suppress(ConnectionError):
                await connection.writer.wait_closed()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        tasks.append(asyncio.create_task(run(Connection(server, reader, writer))))

    tls = None
    if certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(CERTS / f"{certificate}.pem")
    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Write a whole answer; `content_type="x"` is the header `content-type: x`."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def stream_head(content_type: str = "text/event-stream", **headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", "transfer-encoding: chunked", f"content-type: {content_type}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


END = b"0\r\n\r\n"


def answering(*answers: bytes) -> Script:
    """Give the same answers on each connection, one a request."""

    async def script(connection: Connection) -> None:
        for each in answers:
            await connection.request()
            await connection.send(each)
        await connection.gone()

    return script


def streaming(*pieces: bytes, content_type: str = "text/event-stream") -> Script:
    """Stream the pieces as chunks to each request, with a proper end."""

    async def script(connection: Connection) -> None:
        while True:
            await connection.request()
            await connection.send(stream_head(content_type), *map(chunk, pieces), END)

    return script
