"""Which proxy the environment asks for."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """Choose the proxy for a URL, by the variables that curl and others read.

    `HTTPS_PROXY` or `HTTP_PROXY` by the scheme of the URL, then `ALL_PROXY`, unless `NO_PROXY`
    names the host; each in lower case first. This machine itself is never reached by a proxy.

    Args:
        url: Where the request goes.
        environ: The environment; only read.

    Returns:
        The proxy's URL, with its password if it has one: show it through `masked_proxy` only.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None
    if _is_loopback(host) or _excluded(host, port, _read(environ, "NO_PROXY")):
        return None
    proxy = _read(environ, f"{parts.scheme.upper()}_PROXY") or _read(environ, "ALL_PROXY")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def masked_proxy(proxy: str) -> str:
    """Return a proxy's URL without the user and the password in it."""
    scheme, separator, rest = proxy.rpartition("://")
    userinfo, at, place = rest.rpartition("@")
    return f"{scheme}{separator}{'***@' if at and userinfo else ''}{place}"


def _read(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name.lower()) or environ.get(name) or "").strip()


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _excluded(host: str, port: int, no_proxy: str) -> bool:
    return any(_matches(host, port, entry) for entry in no_proxy.lower().replace(",", " ").split())


def _matches(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, colon, entry_port = entry.rpartition(":")
    if colon and entry_port.isascii() and entry_port.isdigit():
        if int(entry_port) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").removeprefix(".")
    return bool(entry) and (host == entry or host.endswith(f".{entry}"))
