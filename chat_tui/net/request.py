"""What goes out: checked addresses, headers and bodies."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from urllib.parse import urlsplit, urlunsplit

import msgspec

from chat_tui.errors import Rejected, Unreachable
from chat_tui.net.proxies import masked_proxy

_PIECE_BYTES = 64 << 10
_HEADER_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_HEADER_VALUE = re.compile(r"[!-~](?:[ \t!-~]*[!-~])?|")


class Outgoing(msgspec.Struct, frozen=True):
    """One request, to be sent again as it is when the server redirects it to itself."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Without the key, and without those of the client."""
    body: bytes | None

    def content(self) -> bytes | AsyncIterator[bytes] | None:
        """Return the body as httpx wants it: large ones in pieces, so that each has its timeout."""
        if self.body is None or len(self.body) <= _PIECE_BYTES:
            return self.body
        return _pieces(self.body)


def joined(base_url: str, url_or_path: str) -> str:
    """Append a path to a base URL, whose own query is kept; a whole URL stays as it is."""
    if url_or_path.startswith(("http://", "https://")):
        return url_or_path
    base = urlsplit(base_url)
    path, _, query = url_or_path.lstrip("/").partition("?")
    whole_path = f"{base.path.rstrip('/')}/{path}" if path else base.path
    query = "&".join(part for part in (base.query, query) if part)
    return urlunsplit((base.scheme, base.netloc, whole_path, query, ""))


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse what HTTP cannot carry, naming the header but not its value.

    Raises:
        Rejected: a name or a value has characters that are not allowed.
    """
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise Rejected(f"{name!r} cannot be the name of a header", hint="check headers")
        if not _HEADER_VALUE.fullmatch(value):
            raise Rejected(
                f"the header {name!r} has a value that HTTP cannot carry",
                hint="a value is ASCII without line ends, and without spaces around it",
            )


def check_proxy(proxy: str) -> None:
    """Refuse a proxy that we cannot speak to.

    Raises:
        Unreachable: it is not an http or https proxy.
    """
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Unreachable(
            f"the proxy {masked_proxy(proxy)} cannot be used",
            hint="HTTPS_PROXY, HTTP_PROXY and ALL_PROXY take http:// and https:// proxies",
        )


async def _pieces(body: bytes) -> AsyncGenerator[bytes, None]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]
