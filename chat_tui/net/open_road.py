"""Roads on which a key can be read by everybody on the way: plain http to another machine."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from chat_tui.errors import AuthFailed

_SHORTEST: Final = 8
"""What is shorter is no key, but a number of tokens and the like."""
_SECRET: Final = re.compile("auth|cookie|key|passw|secret|token", re.IGNORECASE)


def is_open_road(url: str) -> bool:
    """Whether a URL is of plain http, and leads away from this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not _is_this_machine(parts.hostname or "")


def hold_a_key(headers: Iterable[str]) -> bool:
    """Whether one of these headers is, by its name, as good as a key."""
    return any(_SECRET.search(name) for name in headers)


def secrets_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What in headers is, by their names, as good as a key; a scheme before it does not count."""
    values = (value for name, value in headers.items() if hold_a_key([name]))
    parts = {part for value in values for part in (value, value.rpartition(" ")[2])}
    return tuple(part for part in parts if len(part) >= _SHORTEST)


def not_sent(url: str, provider: str) -> AuthFailed:
    """Say that a key is kept back, and what to do about it."""
    return AuthFailed(
        f"the key is not sent over plain http to {urlsplit(url).hostname}, where others can read it",
        hint=f"use https, or set allow_insecure = true in providers.{provider}",
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    import ipaddress  # not needed at a start without plain http

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
