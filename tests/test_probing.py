"""Looking for servers on this machine: only what answers as it should is offered."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from chat_tui.roster.offers import Offer
from chat_tui.roster.probing import PLACES, Place, find_servers

MODELS = b'{"data": [{"id": "qwen", "owned_by": "%s"}, {"id": "llama"}]}'


def answer(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: x\r\n\r\n%s" % (status.encode(), body)


@asynccontextmanager
async def served(
    reply: Callable[[bytes], bytes | None], host: str = "127.0.0.1"
) -> AsyncGenerator[int, None]:
    """A server that answers each request head; null leaves it waiting until it hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = reply(await reader.readuntil(b"\r\n\r\n"))
        if said is None:
            await reader.read()
        else:
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(serve, host, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def at(port: int, *names: str) -> list[Place]:
    return [replace(place, port=port) for place in PLACES if place.name in names]


async def found(body: bytes, *names: str, status: str = "200 OK") -> list[Offer]:
    async with served(lambda _: answer(body, status)) as port:
        return await find_servers(at(port, *names), limit_s=5)


async def test_ollama_is_found_with_its_models() -> None:
    asked: list[bytes] = []

    def reply(head: bytes) -> bytes:
        asked.append(head)
        return answer(b'{"models": [{"name": "llama3:latest"}]}')

    async with served(reply) as port:
        (offer,) = await find_servers(at(port, "ollama"), limit_s=5)
        assert offer.table == {"kind": "ollama", "base_url": f"http://127.0.0.1:{port}"}
    assert (offer.name, offer.found, offer.models) == (
        "ollama",
        "is running with 1 model",
        ["llama3:latest"],
    )
    assert asked[0].startswith(b"GET /api/tags HTTP/1.0\r\n")


@pytest.mark.parametrize(("owner", "name"), [(b"llamacpp", "llamacpp"), (b"me", "localai")])
async def test_two_servers_of_one_port_are_told_apart_and_asked_once(
    owner: bytes, name: str
) -> None:
    (offer,) = await found(MODELS % owner, "llamacpp", "localai")
    assert (offer.name, offer.found) == (name, "is running with 2 models")


async def test_flowise_answers_a_ping_and_jan_may_want_a_key() -> None:
    assert [one.name for one in await found(b"pong", "flowise")] == ["flowise"]
    assert await found(b"<html>pong</html>", "flowise") == []
    (jan,) = await found(b"{}", "jan", status="401 Unauthorized")
    assert "wants a key" in jan.found
    assert await found(b"{}", "vllm", status="401 Unauthorized") == []


@pytest.mark.parametrize(
    "body",
    [b"<html>my own project</html>", b"{}", b"[]", b"", b"\xff" * 100, b"[" * 100_000,
     b'{"data":[{"id":"\xff"}]}'],
)  # fmt: skip
async def test_some_other_server_on_the_port_is_left_alone(body: bytes) -> None:
    assert await found(body, "vllm", "lmstudio", "ollama", "flowise") == []


async def test_what_is_no_web_server_is_left_alone() -> None:
    async with served(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n") as port:
        assert await find_servers(at(port, "vllm"), limit_s=5) == []


async def test_a_server_that_says_nothing_holds_nobody_up() -> None:
    async with served(lambda _: None) as silent, served(lambda _: answer(MODELS % b"x")) as quick:
        places = [*at(silent, "ollama"), *at(quick, "vllm")]
        async with asyncio.timeout(30):
            assert [one.name for one in await find_servers(places, limit_s=2)] == ["vllm"]


async def test_a_server_on_the_other_loopback_address_is_found() -> None:
    try:
        async with served(lambda _: answer(b"pong"), "::1") as port:
            (offer,) = await find_servers(at(port, "flowise"), limit_s=5)
            assert offer.table["base_url"] == f"http://[::1]:{port}"
    except OSError:
        pytest.skip("this machine has no IPv6")


async def test_nobody_is_there() -> None:
    async with served(lambda _: b"") as port:
        pass
    assert await find_servers(at(port, "ollama", "vllm", "flowise")) == []
    assert await find_servers(()) == []


def test_the_usual_ports_are_those_of_the_servers() -> None:
    assert {place.name: place.port for place in PLACES} == {
        "ollama": 11434,
        "lmstudio": 1234,
        "llamacpp": 8080,
        "localai": 8080,
        "vllm": 8000,
        "jan": 1337,
        "flowise": 3000,
    }


async def test_looking_that_is_cancelled_leaves_nothing_running() -> None:
    asked = asyncio.Event()

    def wait(_request: bytes) -> bytes | None:
        asked.set()
        return None

    async with served(wait) as port:
        before = asyncio.all_tasks()
        looking = asyncio.create_task(find_servers(at(port, "ollama"), limit_s=60))
        await asked.wait()
        looking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await looking
        assert not [one for one in asyncio.all_tasks() - before if "port" in one.get_name()]
