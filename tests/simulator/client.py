"""A raw HTTP client, and a reader of event streams that shares no code with the package."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx

from chat_tui.simulator.server import Simulator

ASK = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        found = json.loads(self.body)
        assert set(found) == {"error"}
        assert set(found["error"]) == {"message", "type", "param", "code"}
        error: dict[str, Any] = found["error"]
        return error


class Wire:
    """One TCP connection, written and read by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def post(self, body: object = None, *, path: str = "/v1/chat/completions") -> None:
        data = json.dumps({**ASK, "stream": True} if body is None else body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(data)}\r\n\r\n"
        await self.send(head.encode() + data)

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): v.strip() for name, _, v in fields}

    async def chunk(self) -> bytes:
        size = int(await self.reader.readline(), 16)
        data = await self.reader.readexactly(size)
        assert await self.reader.readexactly(2) == b"\r\n"
        return data

    async def chunks(self) -> list[bytes]:
        chunks: list[bytes] = []
        while chunk := await self.chunk():
            chunks.append(chunk)
        return chunks

    async def response(self) -> Response:
        status, headers = await self.head()
        if headers.get("transfer-encoding") == "chunked":
            return Response(status, headers, b"".join(await self.chunks()))
        length = int(headers["content-length"])
        return Response(status, headers, await self.reader.readexactly(length))


@contextlib.asynccontextmanager
async def wire(simulator: Simulator) -> AsyncGenerator[Wire, None]:
    url = httpx.URL(simulator.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def payloads(body: bytes) -> list[Any]:
    """The JSON of each event; the end mark as the word itself."""
    assert body.endswith(b"\n\n")
    found: list[Any] = []
    for block in body.decode().split("\n\n")[:-1]:
        if block.startswith(":"):
            continue
        assert block.startswith("data: ")
        assert "\n" not in block
        data = block.removeprefix("data: ")
        found.append(data if data == "[DONE]" else json.loads(data))
    return found


def said(body: bytes) -> str:
    deltas = [
        choice["delta"].get("content")
        for event in payloads(body)
        if event != "[DONE]"
        for choice in event.get("choices", [])
    ]
    return "".join(delta for delta in deltas if delta)
