"""Requests and answers over real sockets."""

import asyncio
import gzip
import json

import pytest

from chat_tui import __version__
from chat_tui.net.auth import KeyAuth
from chat_tui.net.client import HttpClient
from chat_tui.net.frames import Frame
from tests.net.server import (
    END,
    Connection,
    answer,
    answering,
    chunk,
    serve,
    stream_head,
    streaming,
)

KEY = "canary-0123456789"


async def frames_of(client: HttpClient, path: str = "/chat") -> list[Frame]:
    async with client.open("POST", path, json={}) as reply:
        return [frame async for frame in reply.frames()]


async def test_a_request_is_sent_as_it_is_meant() -> None:
    async with serve(answering(answer(b"{}"))) as server:
        client = HttpClient(
            f"{server.url}/v1/?version=1",
            auth=KeyAuth(KEY, origin=server.url),
            headers={"x-extra": "1", "x-both": "client"},
        )
        async with client.open(
            "POST", "/chat?a=b", json={"q": "é"}, params={"p": "x y"}, headers={"x-both": "request"}
        ) as reply:
            assert reply.status == 200
        await client.aclose()
    [request] = server.requests
    assert request.method == "POST"
    assert request.target in {"/v1/chat?version=1&a=b&p=x+y", "/v1/chat?version=1&a=b&p=x%20y"}
    assert request.body == '{"q":"é"}'.encode()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"] == f"chat-tui/{__version__}"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["x-extra"] == "1"
    assert request.headers["x-both"] == "request"


async def test_a_large_body_arrives_whole_and_is_not_chunked() -> None:
    text = "x" * 300_000
    async with serve(answering(answer(b"{}"))) as server:
        client = HttpClient(server.url)
        async with client.open("POST", "/", json=text):
            pass
        await client.aclose()
    assert json.loads(server.requests[0].body) == text
    assert "transfer-encoding" not in server.requests[0].headers


async def test_neither_key_nor_headers_go_to_another_origin() -> None:
    async with serve(answering(answer(b"{}"))) as server, serve(answering(answer(b"{}"))) as other:
        client = HttpClient(
            server.url, auth=KeyAuth(KEY, origin=server.url), headers={"x-api-key": KEY}
        )
        assert await client.get_json("/") == {}
        assert await client.get_json(f"{other.url}/picture") == {}
        await client.aclose()
    assert KEY in str(server.requests)
    assert KEY not in str(other.requests)


async def test_a_request_can_bring_its_own_key() -> None:
    async with serve(answering(answer(b"{}"))) as server, serve(answering(answer(b"{}"))) as queue:
        client = HttpClient(server.url, auth=KeyAuth(KEY, origin=server.url))
        own = KeyAuth("another-key", origin=queue.url, scheme="Key")
        await client.get_json(f"{queue.url}/status", auth=own)
        await client.aclose()
    assert queue.requests[0].headers["authorization"] == "Key another-key"


@pytest.mark.parametrize("status", ["307 Temporary", "308 Permanent"])
async def test_a_redirect_at_the_same_origin_repeats_the_request(status: str) -> None:
    moved = answer(status=status, location="/v2/chat?x=1")
    async with serve(answering(moved, answer(b"{}"))) as server:
        client = HttpClient(server.url, auth=KeyAuth(KEY, origin=server.url))
        async with client.open("POST", "/chat", json={"a": 1}, params={"p": "1"}) as reply:
            assert reply.status == 200
        await client.aclose()
    first, second = server.requests
    assert (second.method, second.target) == ("POST", "/v2/chat?x=1")
    assert second.body == first.body == b'{"a":1}'
    assert second.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "content_type", ["text/event-stream", "application/json", "text/plain", "Text/Event-Stream;x=y"]
)
async def test_an_event_stream_is_one_whatever_it_is_called(content_type: str) -> None:
    script = streaming(b"\xef\xbb", b"\xbf\n: hi\n", b"data: {}\n\n", content_type=content_type)
    async with serve(script) as server:
        client = HttpClient(server.url)
        assert await frames_of(client) == [Frame("message", "{}")]
        await client.aclose()


async def test_a_frame_is_handed_out_while_the_stream_goes_on() -> None:
    more = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"))
        await more.wait()
        await connection.send(chunk(b"data: 2\n\n"), END)

    async with serve(script) as server:
        client = HttpClient(server.url)
        async with client.open("POST", "/", json={}) as reply:
            frames = reply.frames()
            assert await anext(frames) == Frame("message", "1")
            more.set()
            assert await anext(frames) == Frame("message", "2")
            await frames.aclose()
        await client.aclose()


async def test_json_in_answer_to_a_stream_request_is_named_and_read() -> None:
    body = b'\n\n\n{"choices":[]}'
    async with serve(answering(answer(body, content_type="text/event-stream"))) as server:
        client = HttpClient(server.url)
        async with client.open("POST", "/", json={"stream": True}) as reply:
            assert reply.kind == "json"
            assert reply.headers["content-type"] == "text/event-stream"
            assert await reply.json() == {"choices": []}
        await client.aclose()


async def test_json_after_minutes_of_blank_lines_is_still_read() -> None:
    script = streaming(b"\xef\xbb\xbf", *[b"\r\n" * 20_000] * 4, b" ", b'{"a":1}')
    async with serve(script) as server:
        client = HttpClient(server.url)
        assert await client.get_json("/") == {"a": 1}
        await client.aclose()


async def test_large_json_is_read() -> None:
    body = json.dumps(["x" * (2 << 20)]).encode()
    async with serve(answering(answer(body))) as server:
        client = HttpClient(server.url)
        assert await client.get_json("/") == ["x" * (2 << 20)]
        await client.aclose()


async def test_lines_of_json_are_read() -> None:
    script = streaming(b'{"a":1}\n{"a"', b":2}\r\n", content_type="application/x-ndjson")
    async with serve(script) as server:
        client = HttpClient(server.url)
        async with client.open("POST", "/", json={}) as reply:
            assert reply.kind == "ndjson"
            assert [line async for line in reply.lines()] == ['{"a":1}', '{"a":2}']
        await client.aclose()


async def test_gzip_is_undone_as_it_comes() -> None:
    packed = gzip.compress(b"data: 1\n\ndata: 2\n\n")
    async with serve(answering(answer(packed, content_encoding="gzip"))) as server:
        client = HttpClient(server.url)
        assert [frame.data for frame in await frames_of(client)] == ["1", "2"]
        await client.aclose()


async def test_a_status_can_be_left_to_the_caller() -> None:
    async with serve(answering(answer(b'{"a":1}', "404 Not Found"))) as server:
        client = HttpClient(server.url)
        async with client.open("GET", "/", raise_for_status=False) as reply:
            assert (reply.status, await reply.json()) == (404, {"a": 1})
        await client.aclose()


async def test_an_empty_success_is_named() -> None:
    async with serve(answering(answer(status="202 Accepted"))) as server:
        client = HttpClient(server.url)
        async with client.open("PUT", "/cancel") as reply:
            assert reply.kind == "empty"
            assert await reply.body() == b""
        await client.aclose()


async def test_leaving_early_keeps_the_connection() -> None:
    async with serve(streaming(b"data: [DONE]\n\n", b": bye\n\n")) as server:
        client = HttpClient(server.url)
        for _ in range(3):
            async with client.open("POST", "/", json={}) as reply:
                frames = reply.frames()
                await anext(frames)
                await frames.aclose()
        await client.aclose()
    assert len(server.requests) == 3
    assert server.connections == 1


async def test_a_refused_request_keeps_the_connection() -> None:
    refused = answer(b'{"error":"x"}', "404 Not Found")
    async with serve(answering(refused, answer(b"{}"))) as server:
        client = HttpClient(server.url)
        async with client.open("GET", "/", raise_for_status=False):
            pass
        assert await client.get_json("/") == {}
        await client.aclose()
    assert server.connections == 1


async def test_leaving_an_endless_stream_closes_it() -> None:
    closed = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head())
        try:
            while True:
                await connection.send(chunk(b"data: x\n\n" * 100))
        finally:
            closed.set()

    async with serve(script) as server:
        client = HttpClient(server.url)
        async with client.open("POST", "/", json={}) as reply:
            frames = reply.frames()
            await anext(frames)
            await frames.aclose()
        await closed.wait()
        await client.aclose()


async def test_an_answer_that_never_ends_is_left_within_its_bound() -> None:
    closed = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"))
        await connection.gone()
        closed.set()

    async with serve(script) as server:
        client = HttpClient(server.url)
        async with asyncio.timeout(30), client.open("POST", "/", json={}) as reply:
            frames = reply.frames()
            await anext(frames)
            await frames.aclose()
        await closed.wait()
        await client.aclose()


@pytest.mark.parametrize("sent", [b"", stream_head(), stream_head() + chunk(b"data: 1\n\n")])
async def test_cancelling_closes_the_socket_at_once(sent: bytes) -> None:
    async def closing_s() -> float:
        asked, closed = asyncio.Event(), asyncio.Event()

        async def script(connection: Connection) -> None:
            await connection.request()
            await connection.send(sent)
            asked.set()
            await connection.gone()
            closed.set()

        async with serve(script) as server:
            client = HttpClient(server.url)
            task = asyncio.create_task(frames_of(client))
            await asked.wait()
            task.cancel()
            loop = asyncio.get_running_loop()
            cancelled = loop.time()
            with pytest.raises(asyncio.CancelledError):
                await task
            await closed.wait()
            took_s = loop.time() - cancelled
            await client.aclose()
        return took_s

    # Far below the half second that a drain may take.
    assert min([await closing_s() for _ in range(5)]) < 0.3


async def test_an_error_of_the_reader_closes_the_socket() -> None:
    closed = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"))
        await connection.gone()
        closed.set()

    async with serve(script) as server:
        client = HttpClient(server.url)
        with pytest.raises(ZeroDivisionError):
            async with client.open("POST", "/", json={}):
                raise ZeroDivisionError
        await closed.wait()
        await client.aclose()


async def test_several_requests_run_at_the_same_time() -> None:
    both = asyncio.Barrier(2)

    async def script(connection: Connection) -> None:
        received = await connection.request()
        await both.wait()
        await connection.send(answer(f'"{received.target}"'.encode(), content_type="text/json"))

    async with serve(script) as server:
        client = HttpClient(server.url)
        first, second = await asyncio.gather(client.get_json("/a"), client.get_json("/b"))
        assert (first, second) == ("/a", "/b")
        await client.aclose()


async def test_a_proxy_is_used_when_given() -> None:
    async with serve(answering(answer(b"{}"))) as proxy:
        client = HttpClient("http://api.invalid/v1", proxy=proxy.url.replace("//", "//me:secret@"))
        assert await client.get_json("/models") == {}
        await client.aclose()
    assert proxy.requests[0].target == "http://api.invalid/v1/models"
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")


async def test_the_environment_is_not_asked_for_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    async with serve(answering(answer(b"{}"))) as server:
        client = HttpClient(server.url)
        assert await client.get_json("/") == {}
        await client.aclose()


async def test_closing_twice_is_fine_and_nothing_is_sent_after_it() -> None:
    client = HttpClient("http://127.0.0.1:1")
    await client.aclose()
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.get_json("/")
