"""Fetching a file from an address that a server named: without any key, and not from inside.

Nothing of the user goes along: no key, no configured header, no cookie. The address may lead
anywhere, so that each hop is looked up once and checked, and the connection is made to the very
address that was checked. A signed address is a secret: only its host is ever told or logged.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from chat_tui import __version__
from chat_tui.errors import (
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    Rejected,
    Stalled,
    Unreachable,
)
from chat_tui.net.addresses import (
    Address,
    Resolve,
    is_local_name,
    is_metadata,
    is_private_host,
    is_public,
    literal,
    resolve,
)
from chat_tui.net.body import Body
from chat_tui.net.connect_errors import Peer, peer_of
from chat_tui.net.limits import MIB, Limits
from chat_tui.net.request import check_proxy
from chat_tui.net.tls import no_tls_context, tls_context
from chat_tui.net.translate import translate

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

MAX_REDIRECTS: Final = 5
DOWNLOAD_LIMITS: Final = Limits(idle_s=30.0)
TOTAL_S: Final = 300.0

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_FIRST_TRIES_S: Final = 3.0
"""For an address that is not the host's last one; a network without IPv6 may not say so."""
_CLOSE_S: Final = 1.0
_HOST: Final = re.compile(rb"[-._0-9a-z]+|[0-9a-f:.]+")
"""As httpx writes it: in lower case, and in letters of ASCII."""


class Downloader:
    """Fetches files, each by a connection of its own, also several at the same time."""

    def __init__(
        self,
        *,
        proxy: Callable[[str], str | None] = lambda _url: None,
        ca_file: str | None = None,
        limits: Limits = DOWNLOAD_LIMITS,
        total_s: float = TOTAL_S,
        resolve: Resolve = resolve,
        public: Callable[[Address], bool] = is_public,
    ) -> None:
        """Say how the internet is reached; nothing is opened.

        Args:
            proxy: The proxy for a URL, or null to go there directly. A proxy looks up names
                itself, so that behind one only a host that is an address can be checked.
            ca_file: A PEM file to trust instead of the bundled authorities.
            limits: How long to wait; the sizes in it are not used.
            total_s: For one whole file, with all redirects.
            resolve: Finds the addresses of a host.
            public: Tells which addresses anybody may send us to.
        """
        self._proxy = proxy
        self._ca_file = ca_file
        self._limits = limits
        self._total_s = total_s
        self._resolve = resolve
        self._public = public

    async def get(self, url: str, *, max_bytes: int, allow_private: bool = False) -> bytes:
        """Fetch a file.

        Args:
            url: Where a server says it is.
            max_bytes: Of the file, decompressed.
            allow_private: It may be on this machine or in its network.

        Raises:
            ProviderError: the address may not be followed, or the way there failed.
        """
        began = time.monotonic()
        target = _checked_url(url)
        whole = asyncio.timeout(self._total_s)
        try:
            async with whole:
                for _ in range(MAX_REDIRECTS + 1):
                    outcome = await self._hop(target, max_bytes, allow_private)
                    if isinstance(outcome, bytes):
                        took_ms = (time.monotonic() - began) * 1000
                        size = len(outcome)
                        log.info("fetched %d bytes from %s in %.0f ms", size, target.host, took_ms)
                        return outcome
                    target = outcome
        except TimeoutError:
            if whole.expired():
                raise Stalled(
                    f"{target.host} did not send it all within {self._total_s:g} s"
                ) from None
            raise
        raise ProtocolViolation(f"{target.host} redirects more than {MAX_REDIRECTS} times")

    async def _hop(
        self, url: "httpx.URL", max_bytes: int, allow_private: bool
    ) -> "bytes | httpx.URL":
        proxy = self._proxy(str(url))
        if proxy is not None:
            check_proxy(proxy)
            itself = literal(url.host)
            if not allow_private and is_private_host(url.host):
                raise _not_public(url.host)
            if itself is not None and is_metadata(itself):
                raise _not_public(url.host)
            return await self._ask(url, url, proxy, max_bytes, self._limits.connect_s)
        *others, last = await self._addresses(url, allow_private)
        first_s = min(_FIRST_TRIES_S, self._limits.connect_s)
        for address in others:
            try:
                at = url.copy_with(host=str(address))
                return await self._ask(url, at, None, max_bytes, first_s)
            except Unreachable as error:
                log.info("trying the next address: %s", error)
        at = url.copy_with(host=str(last))
        return await self._ask(url, at, None, max_bytes, self._limits.connect_s)

    async def _addresses(self, url: "httpx.URL", allow_private: bool) -> Sequence[Address]:
        """Look up a host, once: what is returned is what is connected to.

        Raises:
            Rejected: one of its addresses is not for everybody.
            Unreachable: it has none.
        """
        itself = literal(url.host)
        if itself is not None:
            found: Sequence[Address] = [itself]
        elif is_local_name(url.host) and not allow_private:
            raise _not_public(url.host)
        else:
            host = url.raw_host.decode("ascii")
            try:
                async with asyncio.timeout(self._limits.connect_s):
                    found = await self._resolve(host, url.port or _default_port(url))
            except (OSError, UnicodeError):
                found = []
            if not found:
                raise Unreachable(f"cannot find the host {url.host}", retryable=True)
        if any(map(is_metadata, found)):
            raise _not_public(url.host)
        if not allow_private and not all(map(self._public, found)):
            raise _not_public(url.host)
        return found

    async def _ask(
        self,
        url: "httpx.URL",
        at: "httpx.URL",
        proxy: str | None,
        max_bytes: int,
        connect_s: float,
    ) -> "bytes | httpx.URL":
        """Ask for one URL.

        Args:
            url: What the server is asked for, and what its certificate must name.
            at: The same, with the address to connect to as its host.
            proxy: What to go through; `at` is not used then.
            max_bytes: Of the file.
            connect_s: For the connection, and again for its TLS handshake.

        Returns:
            The file, or where it is said to be.
        """
        import httpx

        peer = peer_of(str(url), proxy)
        limits = self._limits
        request = httpx.Request(
            "GET",
            at,
            headers={
                "host": url.netloc.decode("ascii"),
                "user-agent": f"chat-tui/{__version__}",
                "accept": "image/*",
                "accept-encoding": "identity",
            },
            extensions={
                "timeout": {
                    "connect": connect_s,
                    "write": limits.write_s,
                    "pool": limits.pool_s,
                    "read": None,
                },
                "sni_hostname": url.raw_host.decode("ascii").rstrip("."),
            },
        )
        async with self._transport(url.scheme, proxy) as transport:
            patience = asyncio.timeout(limits.idle_s)
            try:
                async with patience:
                    # Not by a client, which would keep cookies and write whole URLs to the log.
                    response = await transport.handle_async_request(request)
            except (httpx.HTTPError, httpx.InvalidURL) as exc:
                raise _for_downloads(translate(exc, peer)) from exc
            except TimeoutError:
                if patience.expired():
                    raise _silent(peer, limits.idle_s) from None
                raise
            body = Body(response, peer, max_bytes)
            try:
                location = response.headers.get("location", "")
                if response.status_code in _REDIRECTS and location:
                    return _target(url, location)
                _check_head(response, peer, max_bytes)
                return await _read(body, peer, limits.idle_s)
            finally:
                await body.close()

    @asynccontextmanager
    async def _transport(
        self, scheme: str, proxy: str | None
    ) -> "AsyncGenerator[httpx.AsyncHTTPTransport, None]":
        try:
            transport = await asyncio.to_thread(self._make_transport, scheme, proxy)
        except OSError as exc:
            raise Unreachable(
                f"the certificates in {self._ca_file!r} cannot be read", hint="check SSL_CERT_FILE"
            ) from exc
        try:
            yield transport
        finally:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await transport.aclose()
            except TimeoutError:
                pass  # the socket is closed, only the farewell took too long

    def _make_transport(self, scheme: str, proxy: str | None) -> "httpx.AsyncHTTPTransport":
        import httpx

        secure_proxy = (proxy or "").startswith("https")
        tls = tls_context(self._ca_file) if scheme == "https" or secure_proxy else no_tls_context()
        through = None
        if proxy is not None:
            through = httpx.Proxy(proxy, ssl_context=tls if secure_proxy else None)
        return httpx.AsyncHTTPTransport(verify=tls, trust_env=False, proxy=through)


def _checked_url(url: "str | httpx.URL") -> "httpx.URL":
    """Read an address, without the user and the password in it.

    Raises:
        Rejected: it cannot be followed.
    """
    import httpx

    try:
        parsed = httpx.URL(url)
        usable = parsed.scheme in {"http", "https"} and parsed.port != 0
        usable = usable and _HOST.fullmatch(parsed.raw_host) is not None
        # Also refuses what only the standard library finds wrong with it.
        peer_of(str(parsed))
    except (httpx.InvalidURL, ValueError, Rejected):
        usable = False
        parsed = httpx.URL()
    if not usable:
        raise Rejected("the address is not an http or https URL with a host")
    return parsed.copy_with(username="", password="")


def _target(url: "httpx.URL", location: str) -> "httpx.URL":
    import httpx

    try:
        return _checked_url(url.join(location))
    except (httpx.InvalidURL, ValueError, Rejected):
        raise ProtocolViolation(
            f"{url.host} redirects to something that is not an http or https URL"
        ) from None


def _check_head(response: "httpx.Response", peer: Peer, max_bytes: int) -> None:
    status = response.status_code
    if status != 200:
        failed = ProviderFailed if status >= 500 or status == 408 else Rejected
        raise failed(f"{peer.host} answered with status {status}", status=status)
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and len(length) < 19 and int(length) > max_bytes:
        raise ProtocolViolation(
            f"{peer.host} has {int(length) >> 20} MiB to send; up to {max_bytes // MIB} are taken"
        )


async def _read(body: Body, peer: Peer, idle_s: float) -> bytes:
    pieces: list[bytes] = []
    while True:
        patience = asyncio.timeout(idle_s)
        try:
            async with patience:
                pieces.append(await anext(body))
        except StopAsyncIteration:
            return b"".join(pieces)
        except TimeoutError:
            if patience.expired():
                raise _silent(peer, idle_s) from None
            raise
        except ProviderError as error:
            _for_downloads(error)
            raise


def _not_public(host: str) -> Rejected:
    return Rejected(f"{host} is not on the public internet")


def _silent(peer: Peer, idle_s: float) -> Stalled:
    return Stalled(f"nothing came from {peer.host} for {idle_s:g} s", retryable=True)


def _for_downloads(error: ProviderError) -> ProviderError:
    """Take off advice about a configuration that has no part in this."""
    if "base_url" in error.hint:
        error.hint = ""
    return error


def _default_port(url: "httpx.URL") -> int:
    return 443 if url.scheme == "https" else 80
