"""The one place where httpx's exceptions and HTTP statuses become our errors.

Messages name the server by its host, never by the whole URL, which may carry a key.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chat_tui.errors import (
    AuthFailed,
    ConnectionLost,
    ProtocolViolation,
    ProviderError,
    ProviderFailed,
    RateLimited,
    Rejected,
    Stalled,
    Unreachable,
)
from chat_tui.net.connect_errors import Peer, connect_error
from chat_tui.net.error_text import body_message, one_line, redact

if TYPE_CHECKING:
    import httpx

RETRYABLE_STATUSES = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})

BASE_URL_HINT = "check the path in base_url"

_ABOUT_KEY = re.compile(
    r"(?<![a-z])key(?![a-z])|apikey|credential|unauthori[sz]ed|unauthenticated|authentication"
    r"|(?:access|auth|bearer)[ _-]token",
    re.IGNORECASE,
)
_OUT_OF_CREDIT = re.compile(r"insufficient_(?:quota|balance|credit)", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|window|size)|maximum context|prompt is too long|too many tokens"
    r"|exceeds? .{0,40}context",
    re.IGNORECASE,
)
_RETRY_HEADERS = ("x-should-retry", "x-fal-retryable")
_LONGEST_NAME = 60
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


def translate(
    exc: "httpx.HTTPError | httpx.InvalidURL | httpx.StreamError | OSError", peer: Peer
) -> ProviderError:
    """Turn what httpx, or the socket below it, raised into one of our errors."""
    import httpx

    match exc:
        case httpx.ConnectTimeout():
            first = peer.proxy or peer.address
            return Unreachable(f"{first} did not take the connection in time", retryable=True)
        case httpx.PoolTimeout():
            return Unreachable(f"too many requests to {peer.host} at once", retryable=True)
        case httpx.ReadTimeout():
            return Stalled(f"nothing came from {peer.host}", retryable=True)
        case httpx.WriteTimeout():
            return ConnectionLost(f"{peer.host} stopped reading the request", retryable=True)
        case httpx.ProxyError():
            return Unreachable(
                f"the proxy {peer.proxy} does not let the request through to {peer.address}",
                hint="check the proxy's address, user and password",
            )
        case httpx.ConnectError():
            return connect_error(exc, peer)
        case httpx.RemoteProtocolError():
            return _protocol_error(exc, peer)
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return Rejected(f"the address of {peer.host} cannot be used", hint="check base_url")
        case httpx.LocalProtocolError():
            return Rejected(
                f"the request to {peer.host} cannot be written as HTTP",
                hint="check the names and values in headers",
            )
        case httpx.DecodingError():
            return ProtocolViolation(f"{peer.host} sent an answer that cannot be decompressed")
        case _:
            return ConnectionLost(f"the connection to {peer.host} broke", retryable=True)


def status_error(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    host: str,
    secrets: Iterable[str] = (),
    hint: str = "",
    keyed: bool = True,
) -> ProviderError:
    """Turn an answer that is not a success into an error with the server's own words.

    Args:
        status: The HTTP status.
        headers: By their names in lower case.
        body: The answer's body, or its beginning.
        host: Who answered.
        secrets: What must not be shown even if the server repeats it.
        hint: What the caller knows about the key, such as where it came from; used where the
            key is the trouble.
        keyed: A key was sent.
    """
    if 300 <= status < 400:
        return _redirect_error(status, headers, host)
    said = redact(_named(body_message(body), headers), secrets)
    tail = f": {said}" if said else ""
    is_page = body.lstrip().startswith(b"<")
    page_hint = BASE_URL_HINT if is_page else ""
    wait_s = retry_after_s(headers)
    retryable = status in RETRYABLE_STATUSES and not _is_final(headers)
    about_key = status == 401 or (status == 403 and not is_page and _mentions_key(said, body))
    about_key |= status == 400 and b"API_KEY_INVALID" in body  # Google's way to say so
    if about_key:
        refused = "did not accept the key" if keyed else "asks for a key"
        return AuthFailed(
            f"{host} {refused}{tail}",
            hint=hint or "set api_key for this provider",
            status=status,
        )
    match status:
        case 402:
            message, error_hint = f"credit exhausted at {host}{tail}", "add credit to the account"
        case 403:
            message, error_hint = f"{host} does not allow this request{tail}", page_hint
        case 404:
            message = f"{host} does not know this address or model{tail}"
            error_hint = page_hint or "check the model's name, and the path in base_url"
        case 413:
            message = f"the request is too large for {host}{tail}"
            error_hint = "send fewer or smaller attachments, or start a new conversation"
        case 429:
            return _rate_limited(host, tail, body, wait_s)
        case _ if status == 408 or status >= 500:
            return ProviderFailed(
                f"{host} failed with status {status}{tail}",
                hint=page_hint,
                status=status,
                retry_after_s=wait_s,
                retryable=retryable,
            )
        case _ if status >= 400 and _TOO_LONG.search(said):
            message = f"the conversation is too long for the model at {host}{tail}"
            error_hint = "start a new conversation, or go on from an earlier turn"
        case _ if status >= 400:
            message, error_hint = f"{host} rejected the request ({status}){tail}", page_hint
        case _:
            return ProtocolViolation(
                f"{host} answered with the unexpected status {status}{tail}", status=status
            )
    return Rejected(
        message, hint=error_hint, status=status, retry_after_s=wait_s, retryable=retryable
    )


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read how long the server asks us to wait: milliseconds, seconds, or a date.

    Nonsense and times gone by are None. A date is measured against the server's own clock where
    it names it.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    until = _date(value)
    if until is None:
        return None
    wait = (until - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds()
    return wait if wait >= 0 else None


def _number(text: str) -> float | None:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if isfinite(number) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _named(said: str, headers: Mapping[str, str]) -> str:
    """Add the name of the error that fal puts into a header."""
    name = one_line(headers.get("x-fal-error-type", ""), _LONGEST_NAME)
    if not name or name in said:
        return said
    return f"{said} ({name})" if said else name


def _is_final(headers: Mapping[str, str]) -> bool:
    """Whether the server says that the same request will fail again."""
    told = (headers.get(name, "").strip().lower() for name in _RETRY_HEADERS)
    # The time that ran out was one that the user had set.
    return "false" in told or "x-fal-request-timeout-type" in headers


def _mentions_key(said: str, body: bytes) -> bool:
    # Error types and codes, such as invalid_api_key, stand beside the message.
    return bool(_ABOUT_KEY.search(said) or re.search(rb"api[_-]?key|authentication", body))


def _rate_limited(host: str, tail: str, body: bytes, wait_s: float | None) -> RateLimited:
    exhausted = bool(_OUT_OF_CREDIT.search(body.decode("utf-8", "replace")))
    asked = f"; it asks to wait {wait_s:g} s" if wait_s is not None else ""
    return RateLimited(
        f"too many requests to {host}{tail}{asked}",
        hint="add credit to the account" if exhausted else "wait a moment and try again",
        status=429,
        retry_after_s=wait_s,
        retryable=not exhausted,
    )


def _redirect_error(status: int, headers: Mapping[str, str], host: str) -> ProtocolViolation:
    location = headers.get("location", "")
    try:
        parts = urlsplit(location)
        target = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
        target += parts.path
    except ValueError:
        target = ""
    return ProtocolViolation(
        f"{host} redirects to {redact(target) or 'nowhere'}; redirects are not followed",
        hint="if that address is right, put it in base_url",
        status=status,
    )


def _protocol_error(exc: BaseException, peer: Peer) -> ProviderError:
    text = str(exc)
    # h11's words for a first line that is not HTTP; a TLS alert looks like that.
    if "illegal request line" in text or "illegal status line" in text:
        return ProtocolViolation(
            f"{peer.address} does not speak HTTP",
            hint="if it speaks TLS, write https:// in base_url",
        )
    if "location header" in text:
        return ProtocolViolation(
            f"{peer.host} redirects to an address that cannot be read", hint="check base_url"
        )
    if "without sending a response" in text:
        return ConnectionLost(
            f"{peer.host} closed the connection without answering", retryable=True
        )
    return ConnectionLost(f"the answer of {peer.host} broke off", retryable=True)
