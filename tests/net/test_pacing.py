import asyncio
import time

import httpx
import pytest

from chat_tui.net.pacing import Pacer, transport_of
from tests.net.server import Connection, chunk, serve, stream_head


async def test_the_transport_of_a_connection_is_found() -> None:
    open_end = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"))
        await open_end.wait()

    async with (
        serve(script) as server,
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("GET", server.url) as response,
    ):
        transport = transport_of(response.extensions["network_stream"])
        assert transport is not None
        assert transport.get_extra_info("peername")[1] == int(server.url.rpartition(":")[2])
        open_end.set()


@pytest.mark.parametrize("stream", [None, object(), "socket"])
async def test_what_is_no_connection_has_no_transport(stream: object) -> None:
    assert transport_of(stream) is None


async def test_without_a_transport_nothing_is_gathered() -> None:
    gathering = Pacer(None).gather(b"x", asked=time.monotonic() - 1)
    with pytest.raises(StopIteration):
        gathering.send(None)


class Queue(asyncio.Protocol):
    """A protocol with what has come and was not taken yet."""

    def __init__(self) -> None:
        self.read_queue: list[bytes] = []


class Reading(asyncio.Transport):
    """A transport that counts how often it was told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.resumed = 0
        self.queue = Queue()

    def get_protocol(self) -> Queue:
        return self.queue

    def resume_reading(self) -> None:
        self.resumed += 1


class Stream:
    def __init__(self, transport: asyncio.Transport) -> None:
        self._stream = type("Socket", (), {"_transport": transport})()


async def gathered(pacer: Pacer, piece: bytes, *, waited_s: float) -> None:
    await pacer.gather(piece, asked=time.monotonic() - waited_s)


async def test_the_first_piece_does_not_wait() -> None:
    transport = Reading()
    await gathered(Pacer(Stream(transport)), b"x", waited_s=1)
    assert transport.resumed == 0


async def test_a_piece_soon_after_another_waits_while_the_socket_is_read() -> None:
    transport = Reading()
    pacer = Pacer(Stream(transport))
    await gathered(pacer, b"x", waited_s=1)
    await gathered(pacer, b"y", waited_s=0.003)
    assert transport.resumed == 1


async def test_a_piece_that_was_there_already_does_not_wait() -> None:
    transport = Reading()
    pacer = Pacer(Stream(transport))
    await gathered(pacer, b"x", waited_s=1)
    await gathered(pacer, b"y", waited_s=0)
    assert transport.resumed == 0


async def test_a_large_piece_does_not_wait() -> None:
    transport = Reading()
    pacer = Pacer(Stream(transport))
    await gathered(pacer, b"x", waited_s=1)
    await gathered(pacer, bytes(1 << 16), waited_s=0.003)
    assert transport.resumed == 0


async def test_a_burst_does_not_wait() -> None:
    transport = Reading()
    pacer = Pacer(Stream(transport))
    await gathered(pacer, b"x", waited_s=1)
    for _ in range(20):
        await gathered(pacer, b"y", waited_s=0)
    await gathered(pacer, b"z", waited_s=0.003)
    assert transport.resumed == 0


async def test_a_piece_with_others_behind_it_does_not_wait() -> None:
    transport = Reading()
    pacer = Pacer(Stream(transport))
    await gathered(pacer, b"x", waited_s=1)
    transport.queue.read_queue.append(b"z")
    await gathered(pacer, b"y", waited_s=0.003)
    assert transport.resumed == 0
