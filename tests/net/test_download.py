"""Files that a server names, fetched over real sockets."""

import asyncio
import gzip
import ipaddress
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from chat_tui.errors import (
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    Rejected,
    Stalled,
    Unreachable,
)
from chat_tui.net.addresses import Address, is_public
from chat_tui.net.download import Downloader
from chat_tui.net.limits import Limits
from tests.net.server import CERTS, Connection, Script, answer, answering, chunk, serve, stream_head

HERE = ipaddress.ip_address("127.0.0.1")
ELSEWHERE = ipaddress.ip_address("127.0.0.2")
"""Also this machine, but not what the tests take for the internet."""
SIGNATURE = "canary-0123456789"
FILE = b"\x89PNG, for all that is known here"


def here_is_public(address: Address) -> bool:
    """The servers of these tests are on loopback, and stand for those of the internet."""
    return address == HERE or is_public(address)


class Names:
    """A resolver that answers by its table, a lookup after the other."""

    def __init__(self, **answers: Sequence[Address]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers = {name: list(found) for name, found in answers.items()}

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append((host, port))
        found = self._answers[host.partition(".")[0]]
        return [found.pop(0) if len(found) > 1 else found[0]]


def downloader(**given: object) -> Downloader:
    return Downloader(**{"public": here_is_public, **given})  # type: ignore[arg-type]  # a test's short form


async def fetch(url: str, max_bytes: int = 1 << 20, **given: object) -> bytes:
    return await downloader(**given).get(url, max_bytes=max_bytes)


def redirect(location: str, **headers: str) -> bytes:
    return answer(b"", "302 Found", location=location, **headers)


async def test_a_file_comes_as_it_is_and_nothing_of_ours_goes_along() -> None:
    async with serve(answering(answer(FILE))) as server:
        url = f"http://user:{SIGNATURE}@127.0.0.1:{server.port}/a.png?sig=1#part"
        assert await fetch(url) == FILE
    [request] = server.requests
    assert (request.method, request.target, request.body) == ("GET", "/a.png?sig=1", b"")
    assert request.headers.keys() == {"host", "user-agent", "accept", "accept-encoding"}
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


async def test_redirects_are_followed_and_cookies_are_not_kept() -> None:
    async with AsyncExitStack() as stack:
        last = await stack.enter_async_context(serve(answering(answer(FILE))))
        first = await stack.enter_async_context(
            serve(answering(redirect(f"{last.url}/b?sig=2", set_cookie="a=b; path=/")))
        )
        assert await fetch(first.url) == FILE
    assert last.requests[0].target == "/b?sig=2"
    assert last.requests[0].headers["host"] == f"127.0.0.1:{last.port}"
    assert "cookie" not in last.requests[0].headers
    assert "referer" not in last.requests[0].headers


async def test_a_redirect_may_be_relative() -> None:
    async with serve(once_then_file("../c.png")) as server:
        assert await fetch(f"{server.url}/a/b.png") == FILE
    assert [request.target for request in server.requests] == ["/a/b.png", "/c.png"]


def once_then_file(location: str) -> Script:
    seen: list[str] = []

    async def script(connection: Connection) -> None:
        request = await connection.request()
        seen.append(request.target)
        await connection.send(redirect(location) if len(seen) == 1 else answer(FILE))

    return script


async def test_a_server_that_redirects_for_ever_is_given_up() -> None:
    async with serve(answering(redirect("/again"))) as server:
        with pytest.raises(ProtocolViolation, match=r"127\.0\.0\.1 redirects more than 5 times"):
            await fetch(server.url)
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "place", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "[::1]", "localhost", "0x7f000002"]
)
async def test_a_redirect_into_a_private_network_is_refused(place: str) -> None:
    async with serve(answering(redirect(f"http://{place}/{SIGNATURE}?sig={SIGNATURE}"))) as server:
        with pytest.raises(Rejected, match="is not on the public internet") as raised:
            await fetch(server.url)
    assert SIGNATURE not in str(raised.value)
    assert place.strip("[]") in str(raised.value)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://x.test/a", "//[", "//a%20b/"])
async def test_a_redirect_to_something_else_is_refused(location: str) -> None:
    async with serve(answering(redirect(location))) as server:
        with pytest.raises(ProtocolViolation, match="not an http or https URL"):
            await fetch(server.url)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x.test/", "http://", "a", "http://x:99999/", "http://a b/"]
)
async def test_an_address_that_is_not_http_is_refused(url: str) -> None:
    with pytest.raises(Rejected, match="not an http or https URL"):
        await fetch(url)


async def test_without_leave_this_machine_is_not_asked() -> None:
    async with serve(answering(answer(FILE))) as server:
        with pytest.raises(Rejected, match="is not on the public internet"):
            await Downloader().get(server.url, max_bytes=100)
        assert server.connections == 0
        got = await Downloader().get(server.url, max_bytes=100, allow_private=True)
    assert got == FILE


@pytest.mark.parametrize(
    "place", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]"]
)
@pytest.mark.parametrize("proxy", [None, "http://127.0.0.1:9"], ids=["direct", "by proxy"])
async def test_where_a_cloud_keeps_secrets_is_never_asked(place: str, proxy: str | None) -> None:
    downloader = Downloader(proxy=lambda _: proxy)
    with pytest.raises(Rejected, match="is not on the public internet"):
        await downloader.get(f"http://{place}/x.png", max_bytes=100, allow_private=True)


async def test_a_name_that_leads_into_a_private_network_is_refused() -> None:
    names = Names(cdn=[ELSEWHERE])
    with pytest.raises(Rejected, match=r"cdn\.test is not on the public internet"):
        await fetch("http://cdn.test/", resolve=names)


async def test_a_name_with_one_private_address_among_others_is_refused() -> None:
    async def both(_host: str, _port: int) -> Sequence[Address]:
        return [HERE, ELSEWHERE]

    async with serve(answering(answer(FILE))) as server:
        with pytest.raises(Rejected):
            await fetch(f"http://cdn.test:{server.port}/", resolve=both)
    assert server.connections == 0


async def test_a_name_that_changes_its_mind_is_asked_only_once() -> None:
    names = Names(cdn=[HERE, ELSEWHERE])
    async with serve(answering(answer(FILE))) as server:
        assert await fetch(f"http://cdn.test:{server.port}/a", resolve=names) == FILE
    assert names.asked == [("cdn.test", server.port)]
    assert server.requests[0].headers["host"] == f"cdn.test:{server.port}"


async def test_a_name_is_checked_again_after_a_redirect() -> None:
    names = Names(cdn=[HERE, ELSEWHERE])
    async with serve(answering(redirect("/b"))) as server:
        with pytest.raises(Rejected, match=r"cdn\.test is not on the public internet"):
            await fetch(f"http://cdn.test:{server.port}/a", resolve=names)
    assert len(names.asked) == 2


async def test_the_next_address_is_tried_where_nobody_listens_at_the_first() -> None:
    async def both(_host: str, _port: int) -> Sequence[Address]:
        return [ELSEWHERE, HERE]

    async with serve(answering(answer(FILE))) as server:
        got = await fetch(
            f"http://cdn.test:{server.port}/", resolve=both, public=lambda address: True
        )
    assert got == FILE


async def test_a_certificate_is_checked_against_the_name() -> None:
    names = Names(localhost=[HERE], cdn=[HERE])
    ca_file = str(CERTS / "localhost.pem")
    async with serve(answering(answer(FILE)), certificate="localhost") as server:
        tls = Downloader(resolve=names, ca_file=ca_file, public=here_is_public)
        got = await tls.get(f"https://localhost:{server.port}/", max_bytes=100, allow_private=True)
        assert got == FILE
        with pytest.raises(Unreachable, match=r"certificate of cdn\.test:\d+ is for another host"):
            await tls.get(f"https://cdn.test:{server.port}/", max_bytes=100)


async def test_a_name_that_nobody_has_is_told() -> None:
    with pytest.raises(Unreachable, match=r"cannot find the host nobody\.invalid"):
        await fetch("http://nobody.invalid/a")


async def test_a_proxy_is_given_names_and_no_private_address() -> None:
    async with serve(answering(answer(FILE))) as proxy:
        through = downloader(proxy=lambda _url: proxy.url)
        assert await through.get("http://cdn.test/a?sig=1", max_bytes=100) == FILE
        assert proxy.requests[0].target == "http://cdn.test/a?sig=1"
        for host in ("10.0.0.1", "0x7f.1", "[::1]", "localhost"):
            with pytest.raises(Rejected, match="is not on the public internet"):
                await through.get(f"http://{host}/", max_bytes=100)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("404 Not Found", Rejected),
        ("403 No", Rejected),
        ("302 Nowhere", Rejected),
        ("503 Busy", ProviderFailed),
    ],
)
async def test_a_refusal_is_told_with_its_status(status: str, error: type[ProviderError]) -> None:
    async with serve(answering(answer(SIGNATURE.encode(), status))) as server:
        with pytest.raises(error, match=rf"127\.0\.0\.1 answered with status {status[:3]}"):
            await fetch(server.url)


async def test_a_file_that_says_it_is_too_large_is_not_read() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n")
        await connection.gone()

    async with serve(script) as server:
        with pytest.raises(ProtocolViolation, match="has 47 MiB to send; up to 1 are taken"):
            await fetch(server.url)


async def test_a_file_that_grows_too_large_is_left() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head("image/png"))
        while True:
            await connection.send(chunk(bytes(1 << 16)))

    async with serve(script) as server:
        with pytest.raises(ProtocolViolation, match="larger than"):
            await fetch(server.url)


async def test_a_file_that_inflates_too_far_is_left() -> None:
    packed = gzip.compress(bytes(4 << 20))
    async with serve(answering(answer(packed, content_encoding="gzip"))) as server:
        with pytest.raises(ProtocolViolation, match="larger than"):
            await fetch(server.url)


async def test_a_file_that_breaks_off_is_an_error() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")

    async with serve(script) as server:
        with pytest.raises(ConnectionLost):
            await fetch(server.url)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"])
async def test_a_server_that_goes_silent_is_given_up(head: bytes) -> None:
    left = asyncio.Event()

    async def script(connection: Connection) -> None:
        try:
            await connection.request()
            await connection.send(head)
            await connection.gone()
        finally:  # also where the patience ended before the request
            left.set()

    async with serve(script) as server:
        with pytest.raises(Stalled, match=r"nothing came from 127\.0\.0\.1 for 0\.1 s"):
            await fetch(server.url, limits=Limits(idle_s=0.1))
        await left.wait()


async def test_a_server_that_drips_is_given_up_too() -> None:
    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head("image/png"))
        while True:
            await connection.send(chunk(b"x"))
            await asyncio.to_thread(bytes)  # as fast as it likes: it is the whole that takes long

    async with serve(script) as server:
        with pytest.raises(Stalled, match="did not send it all within"):
            await fetch(server.url, 1 << 40, total_s=0.2)


async def test_a_cancelled_download_closes_its_socket() -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        begun.set()
        await connection.gone()
        left.set()

    async with serve(script) as server:
        task = asyncio.create_task(fetch(server.url))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await left.wait()


async def test_a_signed_address_is_never_written_down(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serve(answering(answer(FILE))) as server:
        await fetch(f"{server.url}/{SIGNATURE}?sig={SIGNATURE}")
    with pytest.raises(Unreachable) as raised:
        await fetch(f"{server.url}/{SIGNATURE}?sig={SIGNATURE}")
    assert "fetched 32 bytes from 127.0.0.1" in caplog.text
    assert SIGNATURE not in caplog.text
    assert SIGNATURE not in f"{raised.value} {raised.value.hint}"
    assert "base_url" not in raised.value.hint
