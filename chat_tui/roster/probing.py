"""Looking for servers of models on this machine: their usual ports on loopback, and no others.

A port says little by itself, so that each server is asked for what only it would answer, and
whatever answers otherwise is left alone. Requests are HTTP/1.0: no framing comes back.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chat_tui.roster.offers import Offer

LIMIT_S: Final = 0.3
"""For all of them together."""
MAX_BYTES: Final = 512 * 1024
LOOPBACK: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """A port where a server usually listens."""

    name: str
    title: str
    port: int
    path: str
    table: Mapping[str, Any]
    """What a provider's file for it says, but for the address."""
    owner: str = ""
    """What `owned_by` of its models says, where that tells it from others on the same port."""
    suffix: str = ""
    """Of the base URL."""


PLACES: Final = (
    Place("ollama", "Ollama", 11434, "/api/tags", {"kind": "ollama"}),
    Place("lmstudio", "LM Studio", 1234, "/v1/models", {"preset": "lmstudio"}, suffix="/v1"),
    Place("llamacpp", "llama.cpp", 8080, "/v1/models", {"preset": "llamacpp"}, "llamacpp", "/v1"),
    Place("localai", "LocalAI", 8080, "/v1/models", {"preset": "localai"}, suffix="/v1"),
    Place("vllm", "vLLM", 8000, "/v1/models", {"preset": "vllm"}, suffix="/v1"),
    Place("jan", "Jan", 1337, "/v1/models", {"preset": "jan"}, suffix="/v1"),
    Place("flowise", "Flowise", 3000, "/api/v1/ping", {"kind": "flowise"}),
)
"""Of several on one port, the first that the answer fits."""


async def find_servers(
    places: Sequence[Place] = PLACES, *, limit_s: float = LIMIT_S
) -> list[Offer]:
    """Ask all places at the same time, and say who answered, in their order.

    Args:
        places: Where to look; only on loopback.
        limit_s: What is not there by then is not there.
    """
    questions = dict.fromkeys((place.port, place.path) for place in places)
    tasks = {
        asked: asyncio.create_task(_ask(*asked), name=f"look at port {asked[0]}")
        for asked in questions
    }
    try:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=limit_s)
    finally:
        for task in tasks.values():
            task.cancel()
        ended = await asyncio.gather(*tasks.values(), return_exceptions=True)
    answers = dict(zip(tasks, ended, strict=True))
    found: dict[int, Offer] = {}
    for place in places:
        answer = answers[place.port, place.path]
        if isinstance(answer, tuple) and place.port not in found:
            offer = _offer(place, *answer)
            if offer is not None:
                found[place.port] = offer
    return list(found.values())


def _offer(place: Place, host: str, status: int, body: bytes) -> Offer | None:
    """Make an offer of an answer that fits; a server that wants a key says no more than that."""
    address = f"http://[{host}]" if ":" in host else f"http://{host}"
    table = {**place.table, "base_url": f"{address}:{place.port}{place.suffix}"}
    if place.name == "flowise":
        fits = status == 200 and body.strip() == b"pong"
        return Offer(place.name, place.title, table, "is running") if fits else None
    if status in (401, 403) and place.name == "jan":
        return Offer(place.name, place.title, table, "is running, and wants a key")
    models = _models(body, place.owner) if status == 200 else None
    if models is None:
        return None
    count = "1 model" if len(models) == 1 else f"{len(models)} models"
    return Offer(place.name, place.title, table, f"is running with {count}", models)


def _models(body: bytes, owner: str) -> list[str] | None:
    """Read a list of models; null where it is none, or of another server."""
    import msgspec

    try:
        answer: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    match answer:
        case {"data": [*entries]} | {"models": [*entries]}:
            pass
        case _:
            return None
    if owner and not any(isinstance(one, dict) and one.get("owned_by") == owner for one in entries):
        return None
    names = [one.get("id") or one.get("name") for one in entries if isinstance(one, dict)]
    return [name for name in names if isinstance(name, str)]


async def _ask(port: int, path: str) -> tuple[str, int, bytes] | None:
    """Ask one server, by whichever loopback address it listens on."""
    for host in LOOPBACK:
        with contextlib.suppress(OSError, ValueError, EOFError):
            return host, *await _get(host, port, path)
    return None


async def _get(host: str, port: int, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(host, port, limit=MAX_BYTES)
    try:
        request = f"GET {path} HTTP/1.0\r\nHost: localhost:{port}\r\nAccept: */*\r\n\r\n"
        writer.write(request.encode())
        received = bytearray()
        while len(received) < MAX_BYTES and (part := await reader.read(64 * 1024)):
            received += part
    finally:
        writer.transport.abort()
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    version, _, rest = head.partition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise ValueError("no answer of a web server")
    return int(rest[:3]), body
