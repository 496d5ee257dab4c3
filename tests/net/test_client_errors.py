"""What goes wrong between us and a server, over real sockets."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from chat_tui.errors import (
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
    Stalled,
    Unreachable,
)
from chat_tui.net.auth import KeyAuth
from chat_tui.net.client import HttpClient
from chat_tui.net.frames import Frame
from chat_tui.net.limits import DEFAULT_LIMITS, Limits
from tests.builders import patiently
from tests.net.pieces import collect
from tests.net.server import (
    CERTS,
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
HASTY = Limits(idle_s=0.2)


@asynccontextmanager
async def client_of(
    url: str, *, keyed: bool = False, limits: Limits = DEFAULT_LIMITS, ca_file: str | None = None
) -> AsyncGenerator[HttpClient, None]:
    auth = KeyAuth(KEY, origin=url) if keyed else None
    client = HttpClient(url, auth=auth, limits=limits, ca_file=ca_file)
    try:
        yield client
    finally:
        await client.aclose()


async def frames_until_error(
    client: HttpClient,
) -> tuple[list[Frame], ProviderError | None]:
    frames: list[Frame] = []
    try:
        async with client.open("POST", "/chat", json={}) as reply:
            await collect(reply.frames(), frames)
    except ProviderError as exc:
        return frames, exc
    return frames, None


async def error_from(
    url: str, *, keyed: bool = False, limits: Limits = DEFAULT_LIMITS
) -> ProviderError:
    async with client_of(url, keyed=keyed, limits=limits) as client:
        _, error = await frames_until_error(client)
    assert error is not None
    return error


async def free_port_url(scheme: str = "http") -> str:
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    return f"{scheme}://127.0.0.1:{port}"


async def test_a_refused_connection_names_the_address() -> None:
    url = await free_port_url()
    error = await error_from(url)
    assert isinstance(error, Unreachable)
    assert error.message == f"nothing is listening at {url.removeprefix('http://')}"
    assert not error.retryable


async def test_a_host_that_does_not_exist_is_named() -> None:
    error = await error_from("http://no-such-host.invalid/v1")
    assert isinstance(error, Unreachable)
    assert error.message == "cannot find the host no-such-host.invalid"


async def test_a_proxy_that_is_not_there_is_named() -> None:
    proxy = await free_port_url()
    client = HttpClient("http://api.invalid/", proxy=proxy.replace("//", "//user:canary@"))
    _, error = await frames_until_error(client)
    await client.aclose()
    assert isinstance(error, Unreachable)
    assert error.message == f"nothing is listening at {proxy.removeprefix('http://')}"


async def test_a_proxy_that_wants_a_password_is_named() -> None:
    refusal = answer(status="407 Proxy Authentication Required")
    async with serve(answering(refusal)) as proxy:
        client = HttpClient("https://api.invalid/", proxy=proxy.url)
        _, error = await frames_until_error(client)
        await client.aclose()
    assert isinstance(error, Unreachable)
    assert error.message.startswith(f"the proxy 127.0.0.1:{proxy.port} does not let")


@pytest.mark.parametrize("proxy", ["socks5://h:1", "http://", "nonsense", "http://u:canary@:99999"])
def test_a_proxy_that_cannot_be_used_is_refused_masked(proxy: str) -> None:
    with pytest.raises(Unreachable, match="cannot be used") as caught:
        HttpClient("http://api.invalid/", proxy=proxy)
    assert "canary" not in caught.value.message


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("localhost", False, "is self-signed"),
        ("expired", True, "has expired"),
        ("other_host", True, "is for another host"),
    ],
)
async def test_a_bad_certificate_is_refused_by_its_fault(
    certificate: str, trusted: bool, reason: str
) -> None:
    ca_file = str(CERTS / f"{certificate}.pem") if trusted else None
    async with (
        serve(answering(answer(b"{}")), certificate=certificate) as server,
        client_of(server.url, ca_file=ca_file) as client,
    ):
        with pytest.raises(Unreachable, match=reason):
            await client.get_json("/")
    assert server.requests == []


async def test_a_trusted_certificate_is_taken() -> None:
    async with (
        serve(answering(answer(b"[1]")), certificate="localhost") as server,
        client_of(server.url, ca_file=str(CERTS / "localhost.pem")) as client,
    ):
        assert await client.get_json("/") == [1]


async def test_certificates_that_cannot_be_read_are_named() -> None:
    async with client_of("https://127.0.0.1:1", ca_file="/nowhere/ca.pem") as client:
        with pytest.raises(Unreachable, match=r"/nowhere/ca\.pem"):
            await client.get_json("/")


async def test_plain_http_behind_an_https_address_is_named() -> None:
    async def script(connection: Connection) -> None:
        await connection.reader.read(1)
        await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serve(script) as server:
        error = await error_from(server.url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert "does not speak TLS" in error.message
    assert "http://" in error.hint


async def test_tls_behind_an_http_address_is_named() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"\x15\x03\x03\x00\x02\x02\x0a")

    async with serve(script) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "does not speak HTTP" in error.message
    assert "https://" in error.hint


async def test_closing_without_an_answer_is_a_lost_connection() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()

    async with serve(script) as server:
        error = await error_from(server.url)
    assert type(error) is ConnectionLost
    assert "without answering" in error.message
    assert error.retryable


async def test_a_reset_before_the_answer_is_a_lost_connection() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        connection.reset()

    async with serve(script) as server:
        error = await error_from(server.url)
    assert type(error) is ConnectionLost


@pytest.mark.parametrize("rest", [b"", b"data: {", b'data: {"b":1}', b'data: {"b":1}\n'])
@pytest.mark.parametrize("reset", [True, False])
async def test_a_break_inside_an_event_keeps_what_came_before(rest: bytes, reset: bool) -> None:
    seen = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n" + rest))
        await seen.wait()
        if reset:
            connection.reset()

    async with (
        serve(script) as server,
        client_of(server.url) as client,
        client.open("POST", "/", json={}) as reply,
    ):
        frames = reply.frames()
        assert await anext(frames) == Frame("message", "1")
        seen.set()
        with pytest.raises(ConnectionLost):
            await anext(frames)


async def test_broken_chunking_is_a_lost_connection_after_the_good_events() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"), b"zz\r\n")
        await connection.gone()

    async with serve(script) as server, client_of(server.url) as client:
        frames, error = await frames_until_error(client)
    assert frames == [Frame("message", "1")]
    assert isinstance(error, ConnectionLost)


async def test_a_web_page_instead_of_a_stream_shows_its_title() -> None:
    page = b"<!doctype html><title>Welcome to Wi-Fi</title>"
    async with serve(answering(answer(page, content_type="text/html"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "web page" in error.message
    assert "Welcome to Wi-Fi" in error.message
    assert "base_url" in error.hint


@pytest.mark.parametrize(
    "empty",
    [
        answer(),
        answer(b"\n\n"),
        b"HTTP/1.1 204 No Content\r\n\r\n",
        stream_head() + END,
    ],
)
async def test_an_empty_answer_is_an_error(empty: bytes) -> None:
    async with serve(answering(empty)) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "empty answer" in error.message


async def test_a_json_error_instead_of_a_stream_is_the_providers() -> None:
    async with serve(answering(answer(b'{"error":{"message":"boom"}}'))) as server:
        error = await error_from(server.url)
    assert type(error) is ProviderFailed
    assert "boom" in error.message


async def test_text_instead_of_a_stream_is_shown() -> None:
    async with serve(answering(answer(b"model  is\nloading"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "model is loading" in error.message


async def test_a_422_shows_the_servers_words() -> None:
    body = b'{"detail":[{"loc":["body","prompt"],"msg":"field required"}]}'
    async with serve(answering(answer(body, "422 Unprocessable"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, Rejected)
    assert "body.prompt: field required" in error.message
    assert error.status == 422


async def test_a_401_never_shows_the_key_it_repeats() -> None:
    body = f'{{"error":{{"message":"no such key: {KEY}"}}}}'.encode()
    async with serve(answering(answer(body, "401 Unauthorized"))) as server:
        error = await error_from(server.url, keyed=True)
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert isinstance(error, AuthFailed)
    assert "did not accept the key" in error.message
    assert KEY not in f"{error!r} {error.message} {error.hint}"


async def test_a_429_says_how_long_to_wait() -> None:
    async with serve(answering(answer(b"", "429 Slow Down", retry_after="3"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 3


async def test_an_error_as_an_event_stream_is_read() -> None:
    body = b'event: error\ndata: {"error":{"message":"boom"}}\n\n'
    failing = answer(body, "500 Oops", content_type="text/event-stream")
    async with serve(answering(failing)) as server:
        error = await error_from(server.url)
    assert type(error) is ProviderFailed
    assert "boom" in error.message


async def test_a_giant_error_body_is_not_read_to_its_end() -> None:
    written = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 500 Oops\r\n\r\n", b"boom " * 10_000)
        await connection.gone()
        written.set()

    async with serve(script) as server:
        error = await error_from(server.url)
        await written.wait()
    assert "boom" in error.message
    assert len(error.message) < 400


async def test_an_error_whose_body_breaks_off_still_has_its_status() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 503 Busy\r\ncontent-length: 99\r\n\r\nbusy")

    async with serve(script) as server:
        error = await error_from(server.url)
    assert error.status == 503
    assert "busy" in error.message


async def test_an_error_in_an_unknown_compression_still_has_its_status() -> None:
    async with serve(answering(answer(b"\x00", "401 No", content_encoding="br"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, AuthFailed)


async def test_an_unknown_compression_is_refused_by_name() -> None:
    async with serve(answering(answer(b"\x00", content_encoding="zstd"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "zstd" in error.message


async def test_a_gzip_that_breaks_off_is_a_lost_connection() -> None:
    packed = gzip.compress(b"data: 1\n\n")[:-4]
    async with serve(answering(answer(packed, content_encoding="gzip"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ConnectionLost)


async def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(b": x\n" * (1 << 20))
    async with serve(answering(answer(bomb, content_encoding="gzip"))) as server:
        error = await error_from(server.url, limits=Limits(max_reply_bytes=1 << 20))
    assert isinstance(error, ProtocolViolation)
    assert "larger than 1048576 bytes" in error.message


async def test_a_giant_event_is_an_error_that_names_the_limit() -> None:
    script = streaming(b"data: 1\n\n", b"data: " + b"x" * 5000)
    limits = Limits(max_event_bytes=4096)
    async with serve(script) as server, client_of(server.url, limits=limits) as client:
        frames, error = await frames_until_error(client)
    assert frames == [Frame("message", "1")]
    assert isinstance(error, ProtocolViolation)
    assert "4096" in error.message


async def test_an_endless_stream_is_stopped_at_the_limit() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head())
        while True:
            await connection.send(chunk(b"data: x\n\n" * 100))

    async with serve(script) as server:
        error = await error_from(server.url, limits=Limits(max_reply_bytes=100_000))
    assert isinstance(error, ProtocolViolation)


@pytest.mark.parametrize("keepalive", [b": ping\n\n", b"event: ping\ndata: {}\n\n", b"data:\n\n"])
async def test_endless_keepalives_are_a_stall(keepalive: bytes) -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(b"data: 1\n\n"))
        while True:
            await connection.send(chunk(keepalive * 100))

    async def stalled(idle_s: float) -> tuple[list[Frame], ProviderError | None]:
        limits = Limits(idle_s=idle_s)
        async with serve(script) as server, client_of(server.url, limits=limits) as client:
            return await frames_until_error(client)

    frames, error = await patiently(stalled, lambda outcome: bool(outcome[0]))
    assert isinstance(error, Stalled)
    assert frames[0] == Frame("message", "1")


@pytest.mark.parametrize(
    "sent", [b"", b"HTTP/1.1 200 OK\r\n", answer(b"x" * 9)[:-9], stream_head()]
)
async def test_silence_before_the_first_content_is_a_stall(sent: bytes) -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(sent)
        await connection.gone()

    async with serve(script) as server:
        error = await error_from(server.url, limits=HASTY)
    assert isinstance(error, Stalled)
    assert error.message == "nothing came from 127.0.0.1 for 0.2 s"


async def test_blank_lines_before_json_do_not_hold_off_the_stall() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head("application/json"))
        while True:
            await connection.send(chunk(b"\n" * 10))

    async with serve(script) as server:
        error = await error_from(server.url, limits=HASTY)
    assert isinstance(error, Stalled)


async def test_silence_inside_json_is_a_stall() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head("application/json"), chunk(b'{"a":'))
        await connection.gone()

    async with serve(script) as server, client_of(server.url, limits=HASTY) as client:
        with pytest.raises(Stalled):
            await client.get_json("/")


async def test_a_body_over_the_limit_is_refused() -> None:
    limits = Limits(max_body_bytes=100)
    async with (
        serve(
            answering(answer(b'"' + b"x" * 200 + b'"', content_type="application/json"))
        ) as server,
        client_of(server.url, limits=limits) as client,
    ):
        with pytest.raises(ProtocolViolation, match="larger than 100 bytes"):
            await client.get_json("/")


@pytest.mark.parametrize(
    ("body", "match"),
    [(b"data: 1\n\n", "something else than JSON"), (b"<html>", "web page"), (b"{", "broken JSON")],
)
async def test_another_body_instead_of_json_is_refused(body: bytes, match: str) -> None:
    async with serve(answering(answer(body))) as server, client_of(server.url) as client:
        with pytest.raises(ProtocolViolation, match=match):
            await client.get_json("/")


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_to_another_server_is_never_followed(status: str) -> None:
    async with serve(answering(answer(b"{}"))) as thief:
        moved = answer(status=status, location=f"{thief.url}/chat")
        async with serve(answering(moved)) as server:
            error = await error_from(server.url, keyed=True)
    assert thief.connections == 0
    assert isinstance(error, ProtocolViolation)
    assert f"redirects to {thief.url}/chat" in error.message
    assert "base_url" in error.hint


@pytest.mark.parametrize("location", ["file:///etc/passwd", "http://[broken", "ftp://h/", ""])
async def test_a_redirect_to_nonsense_is_refused(location: str) -> None:
    moved = answer(status="307 Temporary", location=location)
    async with serve(answering(moved)) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "redirects to" in error.message
    assert len(server.requests) == 1


async def test_an_address_that_no_url_can_be_is_refused() -> None:
    async with client_of("http://127.0.0.1:1") as client:
        with pytest.raises(Rejected, match="cannot be used"):
            await client.get_json("/a\x00b")


async def test_a_stream_asked_for_lines_of_json_is_refused() -> None:
    async with (
        serve(answering(answer(b"data: 1\n\n"))) as server,
        client_of(server.url) as client,
        client.open("GET", "/") as reply,
    ):
        with pytest.raises(ProtocolViolation, match="something else than lines of JSON"):
            await anext(reply.lines())


@pytest.mark.parametrize("body", [b'{"choices":[]}', b'{"error":'])
async def test_json_without_an_error_is_no_stream_either(body: bytes) -> None:
    async with serve(answering(answer(body))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "something else than an event stream" in error.message


async def test_a_redirect_to_itself_ends_after_five_times() -> None:
    moved = answer(status="307 Temporary", location="/chat")
    async with serve(answering(*[moved] * 10)) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "headers", [{"x": "a\nb"}, {"x": "é"}, {"x y": "1"}, {"": "1"}, {"x": " canary"}]
)
async def test_a_header_that_cannot_be_sent_is_refused_without_its_value(
    headers: dict[str, str],
) -> None:
    with pytest.raises(Rejected) as caught:
        HttpClient("http://127.0.0.1", headers=headers)
    assert "canary" not in caught.value.message
