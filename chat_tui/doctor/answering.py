"""Providers: where their keys come from, whether they answer, and how fast."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

from chat_tui.config.model import Config
from chat_tui.doctor.finding import Finding, State, finding
from chat_tui.errors import ConfigError
from chat_tui.keys.secrets import describe, probe
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
    found = await asyncio.gather(*(_look(roster, name, environ) for name in names))
    chosen = config.app.provider
    return [_weighed(one, chosen) for one in found]


async def _look(
    roster: Roster, name: str, environ: Mapping[str, str]
) -> tuple[str, State, str, str]:
    """Ask one server; gives its name, how it is, words and a remedy."""
    try:
        key = roster.entry(name).key
    except ConfigError as error:
        return name, "problem", str(error), error.hint
    if not roster.asks_nobody(name):
        return name, "note", f"not asked, since its key comes from a {describe(key)}", ""
    source = (await probe(key, environ)).reason
    began = time.monotonic()
    listing = await roster.check(name, LIMIT_S)
    took_ms = (time.monotonic() - began) * 1000
    if listing.state == "ready":
        return name, "ok", f"{listing.reason}, {took_ms:.0f} ms; key: {source}", ""
    if listing.state == "needs a key":
        remedy = f"chat-tui keys set {name}"
        return name, "warning", f"needs a key: {listing.reason}", remedy
    if listing.lacks_its_model:
        remedy = f"F2 in chat-tui, and then {name!r}, lists what there is"
        return name, "warning", listing.reason, remedy
    remedy = "check its base_url and that the server runs"
    return name, "warning", f"not reachable: {listing.reason}", remedy


def _weighed(found: tuple[str, State, str, str], chosen: str | None) -> Finding:
    name, state, text, remedy = found
    if state == "warning" and name == chosen:
        state = "problem"
    return finding(AREA, name, state, text, remedy)
