"""One answer under way: its head, and its body as frames, lines, JSON or bytes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed
from chat_tui.net.body import Body
from chat_tui.net.connect_errors import Peer
from chat_tui.net.error_text import body_message, error_message, redact
from chat_tui.net.frames import Frame, all_keepalives
from chat_tui.net.json import decode_json
from chat_tui.net.kinds import Kind, kind_of
from chat_tui.net.limits import Limits, idle_guard
from chat_tui.net.ndjson import ndjson_lines
from chat_tui.net.sse import BOM, sse_batches
from chat_tui.net.translate import BASE_URL_HINT

_THREAD_BYTES = 1 << 20
_START_S = 10.0


class Reply:
    """What a server answered. `HttpClient.open` makes and closes it; its body is read once."""

    def __init__(
        self,
        *,
        status: int,
        headers: Mapping[str, str],
        kind: Kind,
        body: Body,
        peer: Peer,
        limits: Limits,
        secrets: Sequence[str] = (),
    ) -> None:
        self.status = status
        self.headers = headers
        """By their names in lower case."""
        self.kind = kind
        """What the body is, whatever the server calls it."""
        self._body = body
        self._peer = peer
        self._limits = limits
        self._secrets = secrets

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield the frames of an event stream, keepalives among them.

        Raises:
            ConnectionLost: the stream broke off, or went silent (`Stalled`).
            ProtocolViolation: it is no event stream, or larger than the limits.
            ProviderFailed: the body is a JSON error instead.
        """
        if self.kind != "sse":
            raise await self.not_understood("an event stream")
        limit = self._limits.max_event_bytes
        stream = sse_batches(self._body, max_event_bytes=limit, lenient=True)
        guarded = idle_guard(
            stream, self._limits.idle_s, host=self._peer.host, keepalive=all_keepalives
        )
        async with aclosing(guarded) as batches:
            async for frames in batches:
                for frame in frames:
                    yield frame

    async def lines(self) -> AsyncGenerator[str, None]:
        """Yield the lines of newline-delimited JSON; one JSON document is one line of it.

        Raises:
            ConnectionLost: the stream broke off, or went silent (`Stalled`).
            ProtocolViolation: it is something else, or larger than the limits.
        """
        if self.kind not in {"ndjson", "json"}:
            raise await self.not_understood("lines of JSON")
        stream = ndjson_lines(self._body, max_line_bytes=self._limits.max_event_bytes)
        guarded = idle_guard(stream, self._limits.idle_s, host=self._peer.host)
        async with aclosing(guarded) as lines:
            async for line in lines:
                yield line

    async def json(self) -> object:
        """Read the whole body as one JSON document; blank lines before it are skipped.

        Raises:
            ConnectionLost: the body broke off, or the server went silent (`Stalled`).
            ProtocolViolation: it is not JSON, or larger than the limits.
        """
        if self.kind in {"html", "empty", "sse"}:
            raise await self.not_understood("JSON")
        body = await self.body()
        if len(body) > _THREAD_BYTES:
            return await asyncio.to_thread(decode_json, body)
        return decode_json(body)

    async def body(self, limit: int | None = None) -> bytes:
        """Read the whole body.

        Args:
            limit: The most bytes to take; `max_body_bytes` of the limits when None.

        Raises:
            ConnectionLost: the body broke off, or the server went silent (`Stalled`).
            ProtocolViolation: it is larger than the limit.
        """
        limit = self._limits.max_body_bytes if limit is None else limit
        whole = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                whole += chunk
                if len(whole) > limit:
                    raise ProtocolViolation(
                        f"the answer of {self._peer.host} is larger than {limit} bytes"
                    )
        return bytes(whole)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield the body in pieces; blank ones are not a sign of life.

        Raises:
            ConnectionLost: the body broke off, or the server went silent (`Stalled`).
            ProtocolViolation: it is larger than the limits.
        """
        guarded = idle_guard(
            _as_generator(self._body),
            self._limits.idle_s,
            host=self._peer.host,
            keepalive=bytes.isspace,
        )
        async with aclosing(guarded) as chunks:
            async for chunk in chunks:
                yield chunk

    async def not_understood(self, wanted: str) -> ProviderError:
        """Make the error for a body of another sort; it reads the body.

        Args:
            wanted: What should have come, with its article.

        Returns:
            `ProviderFailed` when the body is a JSON error object, else `ProtocolViolation`.
        """
        start = await self.start()
        said = redact(body_message(start), self._secrets)
        host = self._peer.host
        if self.kind == "empty":
            return ProtocolViolation(f"{host} sent an empty answer", status=self.status)
        if self.kind == "html":
            return ProtocolViolation(
                f"{host} answered with a web page instead of {wanted}: {said}",
                hint=BASE_URL_HINT,
                status=self.status,
            )
        if self.kind == "json" and (error := _error_in(start)):
            return ProviderFailed(
                f"{host} reports: {redact(error, self._secrets)}", status=self.status
            )
        return ProtocolViolation(
            f"{host} answered with something else than {wanted}: {said}", status=self.status
        )

    async def start(self) -> bytes:
        """Read the beginning of a body that says what went wrong, as far as it comes soon."""
        start = bytearray()
        try:
            async with asyncio.timeout(_START_S), aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    start += chunk
                    if len(start) >= self._limits.max_error_bytes:
                        break
        except (TimeoutError, ProviderError):
            pass  # what has come says more than that the rest is missing
        return bytes(start[: self._limits.max_error_bytes])


async def sniff(body: Body, content_type: str) -> Kind:
    """Name the sort of a body by its first bytes, which stay to be read.

    Raises:
        ConnectionLost: it broke off before that.
        ProtocolViolation: it is wrongly compressed.
    """
    start = bytearray()
    kind: Kind | None = None
    async for chunk in body:
        start += chunk
        kind = kind_of(bytes(start), content_type, complete=False)
        if kind is not None:
            break
        _drop_blank(start)
    body.push_back(bytes(start))
    return kind or kind_of(bytes(start), content_type, complete=True) or "empty"


def _drop_blank(start: bytearray) -> None:
    """Forget blank lines, which some servers send for minutes; they mean nothing to any reader."""
    mark = BOM if start.startswith(BOM) else b""
    if start[len(mark) :].isspace():
        start[:] = mark + (b" " if start.endswith((b" ", b"\t")) else b"")


async def _as_generator(body: Body) -> AsyncGenerator[bytes, None]:
    async for chunk in body:
        yield chunk


def _error_in(body: bytes) -> str:
    try:
        decoded = decode_json(body)
    except ProtocolViolation:
        return ""
    match decoded:
        case {"error": error} | [{"error": error}, *_] if error:
            return error_message(decoded)
        case _:
            return ""
