"""A server in the OpenAI dialect that streams so many tokens at such a rate, and says when."""

import argparse
import asyncio
import itertools
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec

from benchmarks import corpus

MODEL = "harbour"
START_S = 0.2
"""Between the head of the reply and its first delta, as a model thinks for a while."""
WRITES_BETWEEN_DRAINS = 64
BURST_DELTAS = 50
"""How many deltas go into one write when there is no rate."""
STEP_TIMEOUT_S = 60.0


class Streamed(msgspec.Struct, frozen=True):
    """One reply that was sent; times are `time.monotonic`, which all processes share."""

    number: int
    """Counts from 0; the reply's last mark has it."""
    deltas: int
    first_s: float
    """Just before the first delta was written."""
    last_s: float
    """Just before the last delta was written."""


class Server:
    """The server, from outside of its process."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._buffer = b""
        self.port = int(self._line(STEP_TIMEOUT_S))

    def url(self, tokens: int, rate: float) -> str:
        """Return a base URL at which replies have so many tokens, at so many a second.

        Args:
            tokens: Of `corpus.TOKEN_CHARS` characters each, one in a delta.
            rate: 0 is as fast as the socket takes them.
        """
        return f"http://127.0.0.1:{self.port}/{tokens}/{rate:g}/v1"

    def streamed(self, timeout_s: float) -> Streamed | None:
        """Wait for the next reply to be sent; null when that takes longer."""
        line = self._line(timeout_s)
        return msgspec.json.decode(line, type=Streamed) if line else None

    def _line(self, timeout_s: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._buffer:
            left_s = max(0.0, deadline - time.monotonic())
            if not select.select([self._process.stdout], [], [], left_s)[0]:
                return b""
            piece = os.read(self._process.stdout.fileno(), 65_536)
            if not piece:
                raise ConnectionError("the benchmark's server ended")
            self._buffer += piece
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server in a process of its own, so that its work counts for nobody."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield Server(process)
        finally:
            process.terminate()


class Replies:
    """Answers requests, one connection after another or many at once."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        try:
            while True:
                target = await _read_request(reader)
                await self._answer(target, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has what it wanted
        finally:
            writer.close()

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        match target.strip("/").split("/"):
            case [tokens, rate, "v1", "chat", "completions"]:
                await self._stream(writer, int(tokens), float(rate))
            case [_, _, "v1", "models"]:
                model = {"id": MODEL, "object": "model", "created": 1, "owned_by": "benchmark"}
                _send_json(writer, "200 OK", {"object": "list", "data": [model]})
            case _:
                _send_json(writer, "404 Not Found", {"error": {"message": f"nothing at {target}"}})
        await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter, tokens: int, rate: float) -> None:
        number = next(self._numbers)
        frames = [_frame({"content": text}) for text in corpus.deltas(tokens, stream=number)]
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
            b"transfer-encoding: chunked\r\n\r\n" + _frame({"role": "assistant", "content": ""})
        )
        await writer.drain()
        await asyncio.sleep(START_S)
        first_s = time.monotonic()
        send = _send_paced if rate else _send_burst
        last_s = await send(writer, frames, rate)
        writer.write(_frame({}, finish="stop") + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
        await writer.drain()
        done = Streamed(number, len(frames), first_s, last_s)
        sys.stdout.buffer.write(msgspec.json.encode(done) + b"\n")
        sys.stdout.buffer.flush()


async def _send_paced(writer: asyncio.StreamWriter, frames: list[bytes], rate: float) -> float:
    """Write each delta when it is due, and return when the last one was."""
    began_s = last_s = time.monotonic()
    for index, frame in enumerate(frames):
        early_s = began_s + index / rate - time.monotonic()
        if early_s > 0:
            await asyncio.sleep(early_s)
        last_s = time.monotonic()
        writer.write(frame)
        if index % WRITES_BETWEEN_DRAINS == 0:
            await writer.drain()
        if writer.is_closing():
            raise ConnectionResetError("the client is gone")
    return last_s


async def _send_burst(writer: asyncio.StreamWriter, frames: list[bytes], _rate: float) -> float:
    """Write as fast as the socket takes it, and return when the last piece was written."""
    last_s = time.monotonic()
    for at in range(0, len(frames), BURST_DELTAS):
        last_s = time.monotonic()
        writer.write(b"".join(frames[at : at + BURST_DELTAS]))
        await writer.drain()
        if writer.is_closing():
            raise ConnectionResetError("the client is gone")
    return last_s


async def _read_request(reader: asyncio.StreamReader) -> str:
    """Read one request with its body, and return its target."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
    }
    await reader.readexactly(int(fields.get("content-length", "0")))
    return head[0].split(" ")[1]


def _frame(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": [choice],
    }
    return _chunk(b"data: " + json.dumps(body).encode() + b"\n\n")


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def _send_json(writer: asyncio.StreamWriter, status: str, body: object) -> None:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(text)}"
    writer.write(head.encode() + b"\r\n\r\n" + text)


async def main() -> None:
    """Serve on loopback until terminated, after printing the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    options = parser.parse_args()
    replies = Replies()
    server = await asyncio.start_server(replies.serve, "127.0.0.1", options.port, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
