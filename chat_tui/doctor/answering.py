"""Providers: where their keys come from, whether they answer, and how fast."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from chat_tui.config.model import Config
from chat_tui.doctor.finding import Finding, State, finding
from chat_tui.errors import ConfigError, ProviderError
from chat_tui.keys.secrets import describe, probe
from chat_tui.providers.model_list import NOT_LISTED, near_models
from chat_tui.roster.roster import DEMO, Roster

AREA: Final = "providers"
LIMIT_S: Final = 10.0


async def look_at_providers(
    config: Config, roster: Roster, environ: Mapping[str, str]
) -> list[Finding]:
    """Ask all servers at the same time.

    Only the provider that new conversations start with is a problem where it does not answer. No
    key command is run, since it may ask for a password.
    """
    names = [name for name in roster.names() if name in config.providers]
    if not names:
        return [
            finding(
                AREA,
                DEMO,
                "note",
                "no provider is configured: the demo answers",
                "F2, then Ctrl+N, adds one",
            )
        ]
    chosen = config.app.provider
    looks = (_look(roster, name, environ, chosen=name == chosen) for name in names)
    return list(await asyncio.gather(*looks))


async def _look(roster: Roster, name: str, environ: Mapping[str, str], *, chosen: bool) -> Finding:
    """Ask one server."""
    silent: State = "problem" if chosen else "warning"
    try:
        key = roster.entry(name).key
    except ConfigError as error:
        return finding(AREA, name, "problem", str(error), error.hint)
    if not roster.asks_nobody(name):
        words = f"not asked, since its key comes from a {describe(key)}"
        return finding(AREA, name, "note", words)
    source = (await probe(key, environ)).reason
    began = time.monotonic()
    listing = await roster.check(name, LIMIT_S)
    took_ms = (time.monotonic() - began) * 1000
    listed = f"F2 in chat-tui, and then {name!r}, lists what there is"
    if listing.state == "ready":
        words = f"{listing.reason}, {took_ms:.0f} ms; key: {source}"
        if NOT_LISTED not in listing.reason:
            return finding(AREA, name, "ok", words)
        # No more than a warning: many a server answers for models that it does not list.
        near = await _near(roster, name, listing.model)
        return finding(AREA, name, "warning", words, near or listed)
    if listing.state == "needs a key":
        remedy = f"chat-tui keys set {name}"
        return finding(AREA, name, silent, f"needs a key: {listing.reason}", remedy)
    if listing.lacks_its_model:
        return finding(AREA, name, silent, listing.reason, listed)
    remedy = "check its base_url and that the server runs"
    return finding(AREA, name, silent, f"not reachable: {listing.reason}", remedy)


async def _near(roster: Roster, name: str, model: str) -> str:
    """Name the models that are spelt nearly like the configured one; empty where there is none."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return near_models(await roster.provider(name).models(), model)
    except (ProviderError, TimeoutError):
        return ""
