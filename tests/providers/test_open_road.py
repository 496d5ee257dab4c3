"""A key stays here where everybody on the way could read it, unless the user says otherwise."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType

import pytest

from chat_tui.errors import AuthFailed, ProviderError
from chat_tui.keys.secrets import EnvKey, KeyRing, NoKey
from chat_tui.providers.connection import Connection
from chat_tui.providers.kinds import ProviderOptions, Services
from chat_tui.simulator.server import Simulator

KEY = "sk-canary-4f1d0b"


@asynccontextmanager
async def connected(
    simulator: Simulator,
    *,
    key: bool,
    allow_insecure: bool = False,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> AsyncGenerator[Connection, None]:
    """A way to a name that is another machine's, through a proxy that is the simulator."""
    services = Services(
        key=EnvKey("K") if key else NoKey(),
        idle_timeout_s=10,
        max_event_bytes=1 << 20,
        proxy=lambda _url: simulator.url,
        keys=KeyRing({"K": KEY}),
    )
    connection = Connection(
        "lan",
        "http://llm.test/v1",
        ProviderOptions(kind="openai", allow_insecure=allow_insecure, headers=dict(headers)),
        services,
    )
    try:
        yield connection
    finally:
        await connection.aclose()


async def test_a_key_is_kept_back_and_nothing_is_sent() -> None:
    async with Simulator() as simulator, connected(simulator, key=True) as connection:
        with pytest.raises(AuthFailed, match=r"not sent over plain http to llm\.test") as raised:
            await connection.get_json("/models")
        assert simulator.connections == 0
    assert "allow_insecure = true in providers.lan" in raised.value.hint
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("key", [True, False])
async def test_with_leave_the_key_goes_and_without_a_key_nobody_is_asked(key: bool) -> None:
    async with (
        Simulator() as simulator,
        connected(simulator, key=key, allow_insecure=key) as connection,
    ):
        with suppress(ProviderError):  # what the simulator says of the path is not the point
            await connection.get_json("/models")
        [call] = simulator.calls
        assert call.headers.get("authorization") == (f"Bearer {KEY}" if key else None)


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "x-goog-token"])
async def test_a_header_that_holds_a_key_is_kept_back_like_one(name: str) -> None:
    held = {name: KEY}
    async with Simulator() as simulator:
        async with connected(simulator, key=False, headers=held) as connection:
            with pytest.raises(AuthFailed, match="not sent over plain http"):
                await connection.get_json("/models")
        assert simulator.connections == 0
        async with connected(simulator, key=False, headers=held, allow_insecure=True) as connection:
            with suppress(ProviderError):
                await connection.get_json("/models")
        assert simulator.calls[0].headers[name.lower()] == KEY


async def test_other_headers_go_by_plain_http() -> None:
    async with (
        Simulator() as simulator,
        connected(simulator, key=False, headers={"X-Title": "chat"}) as connection,
    ):
        with suppress(ProviderError):
            await connection.get_json("/models")
        assert simulator.calls[0].headers["x-title"] == "chat"
