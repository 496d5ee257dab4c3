"""Flowise providers that talk to a simulator, or to a server that repeats recorded answers."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.keys.secrets import KeySource
from chat_tui.providers.flowise.options import FlowiseOptions
from chat_tui.providers.flowise.provider import HEAD_S, MODE_S, QUICK_S, FlowiseProvider
from chat_tui.simulator.flowise import CHATFLOW
from chat_tui.simulator.server import Simulator
from tests.net.pieces import cut
from tests.net.server import Connection, Server, serve
from tests.providers.asking import services

CAPTURES = Path(__file__).parents[1] / "captures/flowise"


def flowise(
    where: Simulator | Server,
    key: KeySource | None = None,
    *,
    idle_timeout_s: float = 20.0,
    mode_s: float = MODE_S,
    quick_s: float = QUICK_S,
    head_s: float = HEAD_S,
    **options: Any,
) -> FlowiseProvider:
    given = {"base_url": where.url, "chatflow_id": CHATFLOW, **options}
    chosen = FlowiseOptions(kind="flowise", **given)
    around = services(key, idle_timeout_s=idle_timeout_s)
    return FlowiseProvider("sim", chosen, around, mode_s=mode_s, quick_s=quick_s, head_s=head_s)


def asked(simulator: Simulator) -> list[dict[str, Any]]:
    """The bodies of the predictions that were asked for, oldest first."""
    return [call.json for call in simulator.calls if "/prediction/" in call.path]


def called(simulator: Simulator) -> list[str]:
    """What was called, in turn, without the place of the API and the id of the flow."""
    return [
        f"{call.method} {call.path.removeprefix('/api/v1/').partition('/')[0]}"
        for call in simulator.calls
    ]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer."""

    head: bytes
    """Status line and headers, without the blank line."""
    body: bytes
    """Without the chunks of HTTP."""

    @property
    def is_chunked(self) -> bool:
        return b"chunked" in self.head

    async def send(self, connection: Connection, size: int | None) -> None:
        """Send it with the recorded head, the body in pieces of so many bytes."""
        await connection.send(self.head + b"\r\n\r\n")
        for piece in cut(self.body, size or len(self.body)):
            await connection.send(
                b"%x\r\n%b\r\n" % (len(piece), piece) if self.is_chunked else piece
            )
        if self.is_chunked:
            await connection.send(b"0\r\n\r\n")


def recorded(name: str) -> Recorded:
    head, _, body = (CAPTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    return Recorded(head, body)


@asynccontextmanager
async def repeating(
    answers: Mapping[str, str], *, size: int | None = None
) -> AsyncGenerator[Server, None]:
    """Run a server that repeats recordings.

    Args:
        answers: The names of recordings, by a part of the address that asks for them; the first
            that fits is taken.
        size: The size of the pieces of each body; whole when null.
    """

    async def converse(connection: Connection) -> None:
        while True:
            request = await connection.request()
            name = next(name for part, name in answers.items() if part in request.target)
            await recorded(name).send(connection, size)

    async with serve(converse) as server:
        yield server
