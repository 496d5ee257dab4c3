"""Faults of networks and servers that need a machine of their own to happen."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat_tui.errors import ProtocolViolation, RateLimited, Stalled, Unreachable
from chat_tui.net.client import HttpClient
from chat_tui.net.frames import Frame
from chat_tui.net.limits import Limits
from chat_tui.net.proxies import masked_proxy, proxy_for
from tests.builders import patiently
from tests.net.server import (
    Connection,
    answer,
    answering,
    chunk,
    serve,
    stream_head,
)
from tests.net.test_client_errors import KEY, client_of, error_from, frames_until_error

ROOT = Path(__file__).parents[2]
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"
"""TLS: fatal, protocol_version."""


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that takes no more connections: its backlog is full, and packets are dropped."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", port))
            yield port
        finally:
            for each in waiting:
                each.close()


async def test_a_server_that_takes_no_connection_is_given_up() -> None:
    with deaf_port() as port:
        error = await error_from(f"http://127.0.0.1:{port}", limits=Limits(connect_s=0.3))
    assert isinstance(error, Unreachable)
    assert error.message == f"127.0.0.1:{port} did not take the connection in time"
    assert error.retryable


async def test_waiting_for_a_connection_is_cancelled_at_once() -> None:
    with deaf_port() as port:
        url, patient = f"http://127.0.0.1:{port}", Limits(connect_s=3600)
        async with client_of(url, limits=patient) as client:
            asking = asyncio.create_task(frames_until_error(client))
            done, _ = await asyncio.wait({asking}, timeout=0.2)
            assert not done
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking


async def test_a_server_of_another_version_of_tls_is_named() -> None:
    async def script(connection: Connection) -> None:
        await connection.reader.read(1 << 16)
        await connection.send(ALERT)
        await connection.gone()

    async with serve(script) as server:
        error = await error_from(server.url.replace("http:", "https:"))
    assert isinstance(error, Unreachable)
    assert f"127.0.0.1:{server.port}" in error.message
    assert "protocol version" in error.message


async def test_neither_netrc_nor_cookies_go_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login user password {KEY}\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    first = answer(b"{}", set_cookie=f"a={KEY}", content_type="application/json")
    async with serve(answering(first, first)) as server, client_of(server.url) as client:
        await client.get_json("/")
        await client.get_json("/")
    sent = [name for each in server.requests for name in each.headers]
    assert not {"authorization", "cookie"} & set(sent)


def test_the_environments_proxy_is_taken_and_shown_without_its_password() -> None:
    environ = {
        "HTTPS_PROXY": f"http://user:{KEY}@proxy.example:3128",
        "NO_PROXY": ".inside.example",
    }
    proxy = proxy_for("https://api.example/v1", environ)
    assert proxy == environ["HTTPS_PROXY"]
    assert masked_proxy(proxy) == "http://***@proxy.example:3128"
    assert proxy_for("https://a.inside.example/v1", environ) is None


async def test_the_password_goes_to_the_proxy_and_into_no_error() -> None:
    async with serve(answering(answer(status="502 Bad Gateway"))) as proxy:
        client = HttpClient("http://api.invalid/", proxy=proxy.url.replace("//", f"//user:{KEY}@"))
        _, error = await frames_until_error(client)
        await client.aclose()
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")
    assert error is not None
    assert KEY not in error.message + error.hint


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
async def test_a_redirect_that_would_lose_the_request_names_its_target(status: str) -> None:
    async with serve(answering(answer(status=status, location="/elsewhere"))) as server:
        error = await error_from(server.url)
    assert isinstance(error, ProtocolViolation)
    assert "/elsewhere" in error.message
    assert len(server.requests) == 1


async def test_a_redirect_into_a_metadata_service_is_refused() -> None:
    moved = answer(status="307 Temporary", location="http://169.254.169.254/latest")
    async with serve(answering(moved)) as server:
        error = await error_from(server.url, keyed=True)
    assert isinstance(error, ProtocolViolation)
    assert "169.254.169.254" in error.message


@pytest.mark.parametrize(
    ("value", "wait_s"),
    [("7", 7.0), ("-5", None), ("1000000000", 1e9), ("soon", None), ("", None)],
)
async def test_the_wait_that_a_server_asks_for_is_read_over_a_socket(
    value: str, wait_s: float | None
) -> None:
    busy = answer(b"{}", status="429 Too Many Requests", retry_after=value)
    async with serve(answering(busy)) as server:
        error = await error_from(server.url)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == wait_s


async def test_events_that_come_again_are_shown_as_sent_and_never_asked_for_again() -> None:
    event = b'id: 1\nretry: 1\ndata: {"again": 1}\n\n'

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head(), chunk(event), chunk(event))
        connection.reset()

    async with serve(script) as server, client_of(server.url) as client:
        frames, error = await frames_until_error(client)
    assert [frame.data for frame in frames] == ['{"again": 1}'] * 2
    assert error is not None
    assert server.connections == 1
    assert "last-event-id" not in server.requests[0].headers


async def test_a_clock_that_jumps_ends_no_stream_and_holds_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = time.time
    skew_s = [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + skew_s[0])

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(stream_head())
        for jump_s in (86_400.0, -86_400.0):
            skew_s[0] = jump_s
            await connection.send(chunk(b"data: 1\n\n"))
        await connection.gone()

    async def stalled(idle_s: float) -> list[Frame]:
        limits = Limits(idle_s=idle_s)
        async with serve(script) as server, client_of(server.url, limits=limits) as client:
            began_s = time.monotonic()
            frames, error = await frames_until_error(client)
        assert isinstance(error, Stalled)
        assert idle_s <= time.monotonic() - began_s < idle_s + 10
        return frames

    frames = await patiently(stalled, lambda outcome: len(outcome) == 2)
    assert len(frames) == 2


async def test_a_machine_that_sleeps_is_noticed_and_what_came_is_kept() -> None:
    program = (
        "import socket\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "print(listener.getsockname()[1], flush=True)\n"
        "connection, _ = listener.accept()\n"
        "connection.recv(65536)\n"
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-type: text/event-stream\\r\\n\\r\\n"
        "data: first\\n\\n')\n"
        "while connection.recv(65536): pass\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220  # it says its port at once
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        kept: list[str] = []

        async def read(client: HttpClient) -> None:
            async with client.open("POST", "/", json={}) as reply:
                async for frame in reply.frames():
                    kept.append(frame.data)
                    os.kill(server.pid, signal.SIGSTOP)

        try:
            async with client_of(url, limits=Limits(idle_s=1.5)) as client:
                with pytest.raises(Stalled):
                    await read(client)
        finally:
            server.kill()
    assert kept == ["first"]


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_a_machine_without_a_network_is_told_from_a_wrong_name() -> None:
    program = (
        "import asyncio\n"
        "from chat_tui.errors import ProviderError\n"
        "from chat_tui.net.client import HttpClient\n"
        "async def main():\n"
        "    client = HttpClient('http://api.example.com/v1')\n"
        "    try:\n"
        "        await client.get_json('/models')\n"
        "    except ProviderError as error:\n"
        "        print(error.message, '|', error.hint)\n"
        "    await client.aclose()\n"
        "asyncio.run(main())\n"
    )
    offline = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*offline, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("network namespaces are not permitted here")
    done = subprocess.run(
        [*offline, sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.stdout == (
        "cannot look up the host api.example.com: no name server answers"
        " | check the network connection\n"
    )
