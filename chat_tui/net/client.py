"""One server's HTTP client: keys stay at their origin, waits and sizes are bounded."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chat_tui import __version__
from chat_tui.errors import ProtocolViolation, Unreachable
from chat_tui.net.auth import KeyAuth, same_origin
from chat_tui.net.body import Body
from chat_tui.net.connect_errors import Peer, peer_of
from chat_tui.net.json import encode_json
from chat_tui.net.kinds import Kind
from chat_tui.net.limits import DEFAULT_LIMITS, Limits, stalled
from chat_tui.net.patience import HeadPatience
from chat_tui.net.reply import Reply, sniff
from chat_tui.net.request import Outgoing, check_headers, check_proxy, joined
from chat_tui.net.tls import no_tls_context, tls_context
from chat_tui.net.translate import status_error, translate

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

MAX_REDIRECTS = 5

_KEEPALIVE_S = 30.0
_CLOSE_S = 1.0


class HttpClient:
    """Sends requests to one server, also several at the same time.

    Nothing is imported or opened before the first request. The owner calls `aclose`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: KeyAuth | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        proxy: str | None = None,
        ca_file: str | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        """Describe the server.

        Args:
            base_url: What relative paths are appended to; a query in it is kept.
            auth: The key; None for none.
            headers: Sent with each request to the server's own origin, and to no other.
            limits: How long to wait and how much to take.
            proxy: An http or https proxy, from `proxy_for`.
            ca_file: A PEM file to trust instead of the bundled authorities.
            secrets: What must not be shown even if the server repeats it; the key is added.

        Raises:
            Rejected: a header cannot be sent, or `base_url` is not an http or https URL.
            Unreachable: the proxy cannot be used.
        """
        peer_of(base_url)
        check_headers(headers or {})
        if proxy is not None:
            check_proxy(proxy)
        self.base_url = base_url
        self._auth = auth
        self._headers = dict(headers or {})
        self._limits = limits
        self._proxy = proxy
        self._ca_file = ca_file
        self._secrets = tuple(secrets)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()
        self._closed = False

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url_or_path: str,
        *,
        json: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: KeyAuth | None = None,
        raise_for_status: bool = True,
        hint: str = "",
    ) -> AsyncIterator[Reply]:
        """Send a request, and hand out its answer once its first content has come.

        Leaving the block reads a small rest, so that the connection is used again; leaving it by
        an exception or a cancellation closes the connection at once.

        Args:
            method: In capitals.
            url_or_path: A whole URL, or what is appended to `base_url`.
            json: The body; None for none.
            params: Added to the query.
            headers: For this request, wherever it goes.
            auth: Instead of the client's own key.
            raise_for_status: Raise for a status outside 200-299; otherwise the reply has it.
            hint: What to tell the user when the key is not accepted.

        Raises:
            ProviderError: the way to the server or its answer failed.
        """
        url = joined(self.base_url, url_or_path)
        peer = peer_of(url, self._proxy)
        check_headers(headers or {})
        auth = auth or self._auth
        client = await self._client(urlsplit(url).scheme)
        outgoing = self._outgoing(method, url, json, params, headers)
        started = time.monotonic()
        patience = HeadPatience(self._limits.idle_s)
        try:
            async with patience:
                response = await self._send(client, outgoing, auth, peer, patience)
                log.info(
                    "%s %s -> %d in %.0f ms",
                    method,
                    peer.host,
                    response.status_code,
                    (time.monotonic() - started) * 1000,
                )
                if raise_for_status and not response.is_success:
                    patience.stop()
                    await self._refuse(response, auth, peer, hint)
                body, reply = await self._receive(response, auth, peer, patience)
        except TimeoutError:
            if patience.expired:
                raise stalled(peer.host, self._limits.idle_s) from None
            raise
        try:
            yield reply
        except BaseException:
            await body.close()
            raise
        await body.finish()

    async def get_json(
        self,
        url_or_path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: KeyAuth | None = None,
        hint: str = "",
    ) -> object:
        """Get one JSON document; the arguments are those of `open`.

        Raises:
            ProviderError: the way to the server or its answer failed.
        """
        async with self.open(
            "GET", url_or_path, params=params, headers=headers, auth=auth, hint=hint
        ) as reply:
            return await reply.json()

    async def aclose(self) -> None:
        """Close all connections. Idempotent; no request can be sent after it."""
        self._closed = True
        async with self._opening:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            try:
                async with asyncio.timeout(_CLOSE_S):
                    await client.aclose()
            except TimeoutError:
                pass  # the sockets are closed, only a farewell took too long

    def _outgoing(
        self,
        method: str,
        url: str,
        json: object,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
    ) -> Outgoing:
        import httpx

        try:
            target = httpx.URL(url)
        except httpx.InvalidURL as exc:
            raise translate(exc, peer_of(url)) from None
        all_headers = dict(self._headers) if same_origin(target, self.base_url) else {}
        body = None
        if json is not None:
            body = encode_json(json)
            all_headers["content-type"] = "application/json"
            all_headers["content-length"] = str(len(body))
        all_headers.update(headers or {})
        if params:
            target = target.copy_merge_params(dict(params))
        return Outgoing(method, str(target), all_headers, body)

    async def _client(self, scheme: str) -> "httpx.AsyncClient":
        # One for each scheme: plain HTTP does not wait for the authorities to be loaded.
        async with self._opening:
            if self._closed:
                raise RuntimeError("the client is closed")
            client = self._clients.get(scheme)
            if client is None:
                try:
                    client = await asyncio.to_thread(self._make_client, scheme)
                except OSError as exc:
                    raise Unreachable(
                        f"the certificates in {self._ca_file!r} cannot be read",
                        hint="check ca_file of this provider, or SSL_CERT_FILE",
                    ) from exc
                self._clients[scheme] = client
            return client

    def _make_client(self, scheme: str) -> "httpx.AsyncClient":
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        import httpx

        from chat_tui.net.transport import WireTransport

        secure = scheme == "https" or (self._proxy or "").startswith("https")
        tls = tls_context(self._ca_file) if secure else no_tls_context()
        limits = self._limits
        proxy = None
        if self._proxy is not None:
            secure_proxy = self._proxy.startswith("https")
            proxy = httpx.Proxy(self._proxy, ssl_context=tls if secure_proxy else None)
        cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        return httpx.AsyncClient(
            cookies=cookies,  # none is taken: a request says all that a server is to know
            transport=WireTransport(tls=tls, proxy=proxy, keepalive_s=_KEEPALIVE_S),
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": f"chat-tui/{__version__}", "accept-encoding": "identity"},
            # Reading is bounded by our own timer, which keepalives do not start anew.
            timeout=httpx.Timeout(
                connect=limits.connect_s, write=limits.write_s, pool=limits.pool_s, read=None
            ),
        )

    async def _send(
        self,
        client: "httpx.AsyncClient",
        outgoing: Outgoing,
        auth: KeyAuth | None,
        peer: Peer,
        patience: HeadPatience,
    ) -> "httpx.Response":
        """Send, and follow redirects that repeat the request at the same origin."""
        import httpx

        url = httpx.URL(outgoing.url)
        for _ in range(MAX_REDIRECTS + 1):
            request = client.build_request(
                outgoing.method,
                url,
                headers=outgoing.headers,
                content=outgoing.content(),
                extensions={"trace": patience.trace},
            )
            try:
                response = await client.send(request, auth=auth, stream=True)
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
                raise translate(exc, peer) from exc
            target = _same_origin_target(response, url)
            if target is None:
                return response
            url = target
            await Body(response, peer, self._limits.max_reply_bytes).finish()
        raise ProtocolViolation(
            f"{peer.host} redirects more than {MAX_REDIRECTS} times", hint="check base_url"
        )

    async def _refuse(
        self, response: "httpx.Response", auth: KeyAuth | None, peer: Peer, hint: str
    ) -> None:
        """Raise for a status that is not a success, with the server's own words."""
        body = Body(response, peer, self._limits.max_reply_bytes)
        try:
            start = await self._wrap(response, body, "other", auth, peer).start()
        except BaseException:
            await body.close()
            raise
        await body.finish()
        raise status_error(
            response.status_code,
            _lowered(response),
            start,
            host=peer.host,
            secrets=self._all_secrets(auth),
            hint=hint,
            keyed=auth is not None,
        )

    async def _receive(
        self,
        response: "httpx.Response",
        auth: KeyAuth | None,
        peer: Peer,
        patience: HeadPatience,
    ) -> tuple[Body, Reply]:
        body = Body(response, peer, self._limits.max_reply_bytes)
        patience.start()
        try:
            kind = await sniff(body, response.headers.get("content-type", ""))
        except BaseException:
            await body.close()
            raise
        return body, self._wrap(response, body, kind, auth, peer)

    def _wrap(
        self,
        response: "httpx.Response",
        body: Body,
        kind: Kind,
        auth: KeyAuth | None,
        peer: Peer,
    ) -> Reply:
        return Reply(
            status=response.status_code,
            headers=_lowered(response),
            kind=kind,
            body=body,
            peer=peer,
            limits=self._limits,
            secrets=self._all_secrets(auth),
        )

    def _all_secrets(self, auth: KeyAuth | None) -> tuple[str, ...]:
        return (*self._secrets, auth.key) if auth else self._secrets


def _lowered(response: "httpx.Response") -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _same_origin_target(response: "httpx.Response", url: "httpx.URL") -> "httpx.URL | None":
    """Return where to repeat the request; None when the response is to be taken as it is."""
    location = response.headers.get("location", "")
    if response.status_code not in {307, 308} or not location:
        return None
    target = url.join(location)
    return target if same_origin(target, url) else None
