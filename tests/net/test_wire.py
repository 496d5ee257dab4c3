"""The wires beneath httpx, over real sockets."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpcore
import httpx
import pytest

from chat_tui.errors import ConnectionLost, Unreachable
from chat_tui.net import wire as wires
from chat_tui.net.client import HttpClient
from chat_tui.net.transport import WireTransport
from chat_tui.net.wire import Wire, WireBackend
from tests.builders import loop_turn, patiently
from tests.net.server import (
    CERTS,
    END,
    Connection,
    Script,
    Server,
    answer,
    answering,
    chunk,
    serve,
    stream_head,
    streaming,
)

HEAD = stream_head()
FRAMES = [b"data: %d\n\n" % number for number in range(5)]
BODY = b"".join(FRAMES)
STREAM = HEAD + b"".join(map(chunk, FRAMES)) + END


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTS / "localhost.pem"))


def named(server: Server) -> str:
    """Its address with a name, which is what its certificate is for."""
    return server.url.replace("127.0.0.1", "localhost")


def proxy_tls(proxy: Server) -> ssl.SSLContext | None:
    return trusting() if proxy.url.startswith("https") else None


@asynccontextmanager
async def transport(
    tls: ssl.SSLContext | None = None, proxy: httpx.Proxy | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    made = WireTransport(tls=tls or ssl.create_default_context(), proxy=proxy, keepalive_s=30)
    async with httpx.AsyncClient(transport=made, trust_env=False, timeout=10) as client:
        yield client


@asynccontextmanager
async def wired(server: Server) -> AsyncIterator[Wire]:
    """A bare connection, with a request sent."""
    wire = await WireBackend().connect_tcp("127.0.0.1", server.port, timeout=5)
    try:
        await wire.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        yield wire
    finally:
        await wire.aclose()


def sending(*pieces: bytes, closing: bool = False) -> Script:
    """Send bytes as they are to one request."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(*pieces)
        if not closing:
            await connection.gone()

    return script


async def taken(wire: Wire) -> AsyncGenerator[bytes, None]:
    while piece := await wire.take():
        yield piece


def at_body(wire: Wire) -> bool:
    return wire.at_body  # which changes behind the back of a type checker


async def read(url: str) -> bytes:
    """A body as our client reads it."""
    client = HttpClient(url)
    try:
        async with client.open("GET", "/") as reply:
            return await reply.body()
    finally:
        await client.aclose()


@pytest.mark.parametrize("at", range(1, len(HEAD) + 12))
async def test_a_head_may_be_cut_anywhere(at: int) -> None:
    apart = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(STREAM[:at])
        apart.set()
        await connection.reader.readexactly(1)
        await connection.send(STREAM[at:])
        await connection.gone()

    async with serve(script) as server, wired(server) as wire:
        head = b""
        if at < len(HEAD):
            while len(head) < at:
                head += await wire.read(1 << 16)
                assert not wire.at_body
        await apart.wait()
        wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
        while not wire.at_body:
            head += await wire.read(1 << 16)
        assert head == HEAD
        body = b""
        while not body.endswith(END):
            body += await wire.take()
        assert body == STREAM[len(HEAD) :]


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n", b"\r\n\n", b"\n\r\n"])
async def test_a_head_ends_where_h11_sees_its_end(end: bytes) -> None:
    head = HEAD.rstrip().replace(b"\r\n", b"\n") + end
    async with serve(sending(head + chunk(BODY) + END)) as server:
        assert await read(server.url) == BODY
    async with serve(sending(head + b"body")) as server, wired(server) as wire:
        found = b""
        while not wire.at_body:
            found += await wire.read(7)
        assert (found, await wire.take()) == (head, b"body")


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n",
    ],
)
@pytest.mark.parametrize("together", [True, False])
async def test_a_head_that_announces_another_is_passed_over(before: bytes, together: bool) -> None:
    pieces = (before + STREAM,) if together else (before, STREAM)
    async with serve(sending(*pieces)) as server:
        assert await read(server.url) == BODY


async def test_many_requests_share_a_connection() -> None:
    async with serve(streaming(*FRAMES)) as server:
        client = HttpClient(server.url)
        for _ in range(50):
            async with client.open("POST", "/", json={}) as reply:
                assert await reply.body() == BODY
        await client.aclose()
    assert (len(server.requests), server.connections) == (50, 1)


async def test_answers_of_every_framing_share_a_connection() -> None:
    answers = [STREAM, answer(b"{}"), answer(status="204 No Content"), STREAM, answer(b"x" * 9999)]
    async with serve(answering(*answers)) as server:
        client = HttpClient(server.url)
        bodies = []
        for _ in answers:
            async with client.open("GET", "/") as reply:
                bodies.append(await reply.body())
        await client.aclose()
    assert bodies == [BODY, b"{}", b"", BODY, b"x" * 9999]
    assert server.connections == 1


async def test_trailers_are_read_to_their_end() -> None:
    with_trailers = STREAM.removesuffix(END) + b"0\r\nx-a: 1\r\n\r\n"
    async with serve(answering(with_trailers, STREAM)) as server:
        client = HttpClient(server.url)
        for _ in range(2):
            async with client.open("GET", "/") as reply:
                assert await reply.body() == BODY
        await client.aclose()
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    closed = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(STREAM)
        connection.writer.write_eof()
        await connection.gone()  # it has been seen
        closed.set()

    async with serve(script) as server:
        client = HttpClient(server.url)
        for _ in range(3):
            async with client.open("GET", "/") as reply:
                assert await reply.body() == BODY
            await closed.wait()
            closed.clear()
        await client.aclose()
    assert server.connections == 3


@pytest.mark.parametrize("wrong", [b"5\r\nhello5\r\nworld\r\n", b"x\r\n"])
async def test_a_body_that_is_wrongly_framed_breaks_off(wrong: bytes) -> None:
    async with serve(sending(HEAD + chunk(BODY) + wrong + END)) as server:
        with pytest.raises(ConnectionLost, match="broke off"):
            await read(server.url)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_body_without_a_length_ends_with_the_connection(reset: bool) -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n", b"so far")
        if reset:
            await connection.reader.readexactly(1)
            connection.reset()

    async with serve(script) as server, transport() as client:  # noqa: SIM117  # in this order
        async with client.stream("GET", server.url) as response:
            wire = response.extensions["network_stream"]
            assert isinstance(wire, Wire)
            assert wire.at_body
            assert await wire.take() == b"so far"
            if not reset:
                assert await wire.take() == b""
                assert [piece async for piece in response.aiter_raw()] == []
                return
            wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
            with pytest.raises(OSError, match="reset"):
                await wire.take()


async def test_a_reset_keeps_what_came_before_it() -> None:
    sent = b"x" * 100_000

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(sent)
        await connection.reader.readexactly(1)
        connection.reset()

    async with serve(script) as server, wired(server) as wire:
        await wire._receiver.wait(len(sent))
        wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
        await wire._receiver.gone.wait()
        assert b"".join([await wire.take()]) == sent
        with pytest.raises(ConnectionResetError):
            await wire.take()
        with pytest.raises(httpcore.WriteError):
            await wire.write(b"more")
        with pytest.raises(httpcore.ReadError):
            await wire.read(10)


async def test_what_is_read_ahead_is_bounded() -> None:
    size = 16 << 20
    stuck = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        connection.writer.write(b"x" * size)
        stuck.set()
        await connection.writer.drain()
        connection.writer.close()

    async with serve(script) as server, wired(server) as wire:
        await stuck.wait()
        receiver = wire._receiver
        await receiver.wait(wires._AHEAD_BYTES + 1)
        assert receiver.transport is not None
        assert not receiver.transport.is_reading()
        held = len(receiver.held)
        assert held <= wires._AHEAD_BYTES + (256 << 10)
        total = 0
        async with aclosing(taken(wire)) as pieces:
            async for piece in pieces:
                total += len(piece)
        assert total == size


async def test_a_small_read_leaves_the_rest_and_pauses_no_longer_than_needed() -> None:
    async with serve(sending(b"a: b\n\n" + b"x" * 600_000)) as server, wired(server) as wire:
        await wire._receiver.wait(wires._AHEAD_BYTES + 1)
        assert await wire.read(3) == b"a: "
        assert await wire.read(1 << 20) == b"b\n\n"
        assert wire.at_body
        total = 0
        while total < 600_000:
            total += len(await wire.take())
        assert not wire._receiver.held


async def test_what_was_taken_too_much_is_read_first() -> None:
    async with serve(sending(HEAD + b"one")) as server, wired(server) as wire:
        while not wire.at_body:
            await wire.read(1 << 16)
        assert await wire.take() == b"one"
        wire.put_back(b"one")
        assert await wire.read(2) == b"on"
        assert not at_body(wire)
        assert await wire.take() == b"e"


async def test_cancelling_a_reader_leaves_the_wire_whole() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.reader.readexactly(1)
        await connection.send(b"late")
        await connection.gone()

    async with serve(script) as server, wired(server) as wire:
        reading = asyncio.create_task(wire.take())
        await loop_turn()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
        assert await wire.take() == b"late"


@pytest.mark.parametrize("certificate", ["", "localhost"])
async def test_closing_closes_the_socket_at_once(certificate: str) -> None:
    left = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(HEAD, chunk(BODY))
        await connection.gone()
        left.set()

    async with serve(script, certificate=certificate) as server, transport(trusting()) as client:
        url = server.url.replace("127.0.0.1", "localhost")
        async with client.stream("GET", url) as response:
            wire = response.extensions["network_stream"]
            assert await wire.take() == chunk(BODY)
        await left.wait()
        await wire.aclose()  # a second time, too


async def test_the_first_bytes_are_handed_out_at_once_and_then_a_frame_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"one ")
        await first.wait()
        for word in (b"two ", b"three ", b"four "):
            await connection.send(word)
        await connection.gone()

    async def taken(frame_s: float) -> tuple[bytes, float, bytes, float]:
        monkeypatch.setattr(wires, "FRAME_S", frame_s)
        first.clear()
        async with serve(script) as server, wired(server) as wire:
            loop = asyncio.get_running_loop()
            began = loop.time()
            one, one_s = await wire.take(), (loop.time() - began) / frame_s
            first.set()
            rest, rest_s = await wire.take(), (loop.time() - began) / frame_s
        return one, one_s, rest, rest_s

    first = asyncio.Event()
    one, one_frames, rest, rest_frames = await patiently(
        taken, lambda outcome: outcome[1] < 1 and outcome[2] == b"two three four "
    )
    assert (one, rest) == (b"one ", b"two three four ")
    assert one_frames < 1
    assert rest_frames > 0.9


async def test_much_at_once_does_not_wait_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "FRAME_S", 3600.0)
    monkeypatch.setattr(wires, "FULL_FRAME_S", 3600.0)
    first = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"one")
        await first.wait()
        await connection.send(b"x" * wires._MANY_BYTES)
        await connection.reader.readexactly(1)
        await connection.send(b"last")  # and the end, which waits for no frame either

    async with serve(script) as server, wired(server) as wire, asyncio.timeout(10):
        assert await wire.take() == b"one"
        first.set()
        assert len(await wire.take()) == wires._MANY_BYTES
        wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
        assert await wire.take() == b"last"
        assert await wire.take() == b""


async def test_the_last_chunk_does_not_wait_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "FRAME_S", 3600.0)
    first = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"3\r\none\r\n")
        await first.wait()
        await connection.send(b"3\r\ntwo\r\n0\r\n\r\n")
        await connection.gone()

    async with serve(script) as server, wired(server) as wire, asyncio.timeout(10):
        assert await wire.take() == b"3\r\none\r\n"
        first.set()
        assert await wire.take() == b"3\r\ntwo\r\n0\r\n\r\n"


async def test_only_what_trickles_for_a_while_is_left_to_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wires, "FRAME_S", 0.001)
    monkeypatch.setattr(wires, "FULL_FRAME_S", 0.001)
    little, much = b"x", b"x" * wires._MANY_BYTES
    pieces = [*[little] * wires._CALM_READS, much, *[little] * wires._CALM_READS]

    async def script(connection: Connection) -> None:
        await connection.request()
        for piece in pieces:
            await connection.send(piece)
            await connection.reader.readexactly(1)

    calm: list[int] = []
    async with serve(script) as server, wired(server) as wire:
        for piece in pieces:
            assert await wire.take() == piece
            calm.append(wire._calm_reads)
            wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
    rising = list(range(1, wires._CALM_READS + 1))
    assert calm == [*rising, 0, *rising]


@asynccontextmanager
async def resting(*, reset: bool) -> AsyncIterator[asyncio.Task[bytes]]:
    """A reader that took a little, and rests while three more pieces and an end have come."""
    first, came = asyncio.Event(), asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"one")
        await first.wait()
        for piece in (b"two", b"three", b"four"):
            await connection.send(piece)
        if reset:
            connection.reset()
        came.set()
        if not reset:
            await connection.gone()

    async with serve(script) as server, wired(server) as wire:
        assert await wire.take() == b"one"
        wire._calm_reads = wires._CALM_READS
        reading = asyncio.create_task(wire.take())
        await loop_turn()
        transport = wire._receiver.transport
        assert transport is not None
        assert not transport.is_reading()
        first.set()
        await came.wait()
        assert not wire._receiver.held
        yield reading


@pytest.mark.parametrize("reset", [False, True])
async def test_what_trickles_in_is_read_once_a_frame_and_no_reset_takes_it_along(
    reset: bool,
) -> None:
    async with resting(reset=reset) as reading:
        assert await reading == b"twothreefour"


@pytest.mark.parametrize("reset", [False, True])
async def test_nothing_that_trickles_in_encrypted_is_lost_with_the_connection(reset: bool) -> None:
    began, rests, came = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(HEAD)
        await began.wait()
        await connection.send(b"one")
        await rests.wait()
        for piece in (b"two", b"three", b"four"):
            await connection.send(piece)
        if reset:
            connection.reset()
        came.set()

    async with serve(script, certificate="localhost") as server, transport(trusting()) as client:
        url = server.url.replace("127.0.0.1", "localhost")
        async with client.stream("GET", url) as response:
            wire = response.extensions["network_stream"]
            began.set()
            assert await wire.take() == b"one"
            wire._calm_reads = wires._CALM_READS
            reading = asyncio.create_task(wire.take())
            await loop_turn()
            sock = wire._receiver.socket
            assert sock is not None
            assert not sock.is_reading()
            rests.set()
            await came.wait()
            assert not wire._receiver.held
            assert await reading == b"twothreefour"
            if not reset:
                assert await wire.take() == b""


async def test_cancelling_a_reader_that_rests_loses_nothing() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"one")
        await connection.reader.readexactly(1)
        await connection.send(b"late")
        await connection.gone()

    async with serve(script) as server, wired(server) as wire:
        assert await wire.take() == b"one"
        wire._calm_reads = wires._CALM_READS
        reading = asyncio.create_task(wire.take())
        await loop_turn()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        wire._receiver.transport.write(b"!")  # type: ignore[union-attr]  # it is connected
        assert await wire.take() == b"late"


async def test_a_reader_may_wait_no_longer_than_it_wants_to() -> None:
    async with serve(sending()) as server, wired(server) as wire:
        with pytest.raises(httpcore.ReadTimeout):
            await wire.read(10, timeout=0.01)


async def test_streams_come_over_tls() -> None:
    async with serve(streaming(*FRAMES), certificate="localhost") as server:
        url = server.url.replace("127.0.0.1", "localhost")
        client = HttpClient(url, ca_file=str(CERTS / "localhost.pem"))
        for _ in range(3):
            async with client.open("GET", "/") as reply:
                assert await reply.body() == BODY
        await client.aclose()
    assert server.connections == 1


async def test_a_large_body_goes_and_comes_over_tls() -> None:
    text = "x" * 3_000_000

    async def script(connection: Connection) -> None:
        received = await connection.request()
        await connection.send(HEAD, chunk(received.body), END)
        await connection.gone()

    async with serve(script, certificate="localhost") as server:
        url = server.url.replace("127.0.0.1", "localhost")
        client = HttpClient(url, ca_file=str(CERTS / "localhost.pem"))
        async with client.open("POST", "/", json=text) as reply:
            assert await reply.body() == b'"%b"' % text.encode()
        await client.aclose()


def tunnelling(target: Server, *, answered: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Script:
    """A proxy that lets everything through to one server."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def script(connection: Connection) -> None:
        await connection.request()
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        try:
            await connection.send(answered)
            await asyncio.gather(pump(reader, connection.writer), pump(connection.reader, writer))
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    return script


@pytest.mark.parametrize(
    "answered",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0 200 Connection established\r\nvia: x\r\n\r\n"],
)
async def test_tls_goes_through_a_proxy(answered: bytes) -> None:
    async with (
        serve(streaming(*FRAMES), certificate="localhost") as server,
        serve(tunnelling(server, answered=answered)) as proxy,
    ):
        url = server.url.replace("127.0.0.1", "localhost")
        client = HttpClient(url, proxy=proxy.url, ca_file=str(CERTS / "localhost.pem"))
        for _ in range(3):
            async with client.open("GET", "/") as reply:
                assert await reply.body() == BODY
        await client.aclose()
    assert (proxy.connections, server.connections, len(server.requests)) == (1, 1, 3)
    assert proxy.requests[0].method == "CONNECT"
    assert "authorization" not in proxy.requests[0].headers


@pytest.mark.parametrize("certificate", ["", "localhost"])
async def test_what_trickles_through_a_proxy_rests_in_the_socket(certificate: str) -> None:
    began, rests, came = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(HEAD)
        await began.wait()
        await connection.send(b"one")
        await rests.wait()
        await connection.send(b"two")
        came.set()
        await connection.gone()

    async with (
        serve(script, certificate="localhost") as server,
        serve(tunnelling(server), certificate=certificate) as proxy,
        transport(trusting(), httpx.Proxy(named(proxy), ssl_context=proxy_tls(proxy))) as client,
        client.stream("GET", named(server)) as response,
    ):
        wire = response.extensions["network_stream"]
        began.set()
        assert await wire.take() == b"one"
        wire._calm_reads = wires._CALM_READS
        reading = asyncio.create_task(wire.take())
        await loop_turn()
        sock = wire._receiver.socket
        assert sock is not None
        assert not sock.is_reading()
        rests.set()
        await came.wait()
        assert await reading == b"two"
        assert sock.is_reading()


async def test_a_certificate_that_is_refused_behind_a_proxy_leaves_nothing_open() -> None:
    async with (
        serve(streaming(*FRAMES), certificate="expired") as server,
        serve(tunnelling(server)) as proxy,
    ):
        url = server.url.replace("127.0.0.1", "localhost")
        client = HttpClient(url, proxy=proxy.url, ca_file=str(CERTS / "expired.pem"))
        with pytest.raises(Unreachable, match="expired"):
            await client.get_json("/")
        async with asyncio.timeout(10):
            await client.aclose()


async def test_a_wire_whose_encryption_failed_can_be_closed() -> None:
    async with serve(sending(b"no TLS at all, but HTTP\r\n\r\n")) as server:
        wire = await WireBackend().connect_tcp("127.0.0.1", server.port, timeout=5)
        await wire.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        with pytest.raises(httpcore.ConnectError):
            await wire.start_tls(trusting(), "localhost", timeout=5)
        async with asyncio.timeout(10):
            await wire.aclose()


async def test_a_handshake_may_take_only_so_long() -> None:
    async with serve(sending()) as server:
        wire = await WireBackend().connect_tcp("127.0.0.1", server.port, timeout=5)
        await wire.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        with pytest.raises(httpcore.ConnectTimeout):
            await wire.start_tls(trusting(), "localhost", timeout=0.05)
        async with asyncio.timeout(10):
            await wire.aclose()


async def test_an_early_answer_to_a_long_request_is_read() -> None:
    async def script(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(answer(b'{"error": "too long"}', "413 Content Too Large"))
        connection.writer.write_eof()
        await connection.gone()

    async with serve(script) as server, transport() as client:
        response = await client.post(server.url, content=b"x" * 5_000_000)
        assert response.status_code == 413


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".invalid"])
async def test_a_host_that_is_not_there_is_a_failure_to_connect(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        await WireBackend().connect_tcp(host, 80, timeout=5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_tasks_that_start_at_once_change_nothing_about_connecting(host: str) -> None:
    # As in Textual, from Python 3.12 on: asyncio's own race of addresses broke there.
    if factory := getattr(asyncio, "eager_task_factory", None):
        asyncio.get_running_loop().set_task_factory(factory)
    async with serve(answering(STREAM)) as server:
        wire = await WireBackend().connect_tcp(host, server.port, timeout=30)
        await wire.aclose()
    with pytest.raises(httpcore.ConnectError, match="refused"):
        await WireBackend().connect_tcp(host, server.port, timeout=30)


async def test_a_wire_tells_where_it_leads() -> None:
    async with serve(sending()) as server, wired(server) as wire:
        assert wire.get_extra_info("server_addr") == ("127.0.0.1", server.port)
        assert wire.get_extra_info("client_addr")[0] == "127.0.0.1"
        assert wire.get_extra_info("ssl_object") is None
        assert wire.get_extra_info("is_readable") is False
        assert wire.get_extra_info("unknown") is None
