"""httpx over httpcore over our own wires; no more than httpx's own transport does."""

import ssl
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self, cast

import httpcore
import httpx

from chat_tui.net.wire import WireBackend

_CONNECTIONS: Final = 100
"""At the same time, to one server."""


class WireTransport(httpx.AsyncBaseTransport):
    """Sends requests over connections whose bodies may be read with `Wire.take`."""

    def __init__(
        self, *, tls: ssl.SSLContext, proxy: httpx.Proxy | None, keepalive_s: float
    ) -> None:
        """Describe the connections; none is opened.

        Args:
            tls: For https.
            proxy: An http or https proxy; null to go there directly.
            keepalive_s: How long a connection waits for its next request.
        """
        self._pool: httpcore.AsyncConnectionPool
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=_CONNECTIONS,
                keepalive_expiry=keepalive_s,
                network_backend=WireBackend(),
            )
        else:
            self._pool = httpcore.AsyncHTTPProxy(
                proxy_url=_url(proxy.url),
                proxy_auth=proxy.raw_auth,
                proxy_headers=proxy.headers.raw,
                proxy_ssl_context=proxy.ssl_context,
                ssl_context=tls,
                max_connections=_CONNECTIONS,
                keepalive_expiry=keepalive_s,
                network_backend=WireBackend(),
            )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        with _in_words_of_httpx():
            await self._pool.__aexit__(kind, error, traceback)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return its answer without its body."""
        sent = httpcore.Request(
            method=request.method,
            url=_url(request.url),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _in_words_of_httpx():
            answer = await self._pool.handle_async_request(sent)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Stream(cast("AsyncIterable[bytes]", answer.stream)),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        with _in_words_of_httpx():
            async for piece in self._stream:
                yield piece

    async def aclose(self) -> None:
        with _in_words_of_httpx():
            if close := getattr(self._stream, "aclose", None):
                await close()


def _url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """Raise httpx's exceptions, which have the names of those of httpcore."""
    try:
        yield
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        known = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise known(str(error)) from error
