"""Statuses and exceptions become our errors."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

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
from chat_tui.net.connect_errors import Peer, peer_of
from chat_tui.net.translate import RETRYABLE_STATUSES, retry_after_s, status_error, translate

HOST = "api.example"
BOOM = b'{"error":{"message":"boom"}}'


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, BOOM, Rejected),
        (401, BOOM, AuthFailed),
        (401, b"<html>", AuthFailed),
        (402, BOOM, Rejected),
        (403, BOOM, Rejected),
        (403, b'{"error":{"message":"Invalid API key"}}', AuthFailed),
        (403, b'{"error":{"message":"no","code":"invalid_api_key"}}', AuthFailed),
        (403, b'{"message":"Unauthorized"}', AuthFailed),
        (403, b'{"message":"a monkey is not allowed"}', Rejected),
        (403, b"<html>the key</html>", Rejected),
        (404, BOOM, Rejected),
        (408, BOOM, ProviderFailed),
        (409, BOOM, Rejected),
        (413, BOOM, Rejected),
        (422, BOOM, Rejected),
        (425, BOOM, Rejected),
        (429, BOOM, RateLimited),
        (500, BOOM, ProviderFailed),
        (501, BOOM, ProviderFailed),
        (529, BOOM, ProviderFailed),
        (304, b"", ProtocolViolation),
        (199, b"", ProtocolViolation),
    ],
)
def test_each_status_has_its_error(status: int, body: bytes, error: type[ProviderError]) -> None:
    caught = status_error(status, {}, body, host=HOST)
    assert type(caught) is error
    assert caught.status == status
    assert caught.retryable == (status in RETRYABLE_STATUSES)
    assert HOST in caught.message
    assert not caught.message.endswith(".")
    if body == BOOM:
        assert "boom" in caught.message


def test_credit_is_named() -> None:
    assert "credit exhausted" in status_error(402, {}, b"", host=HOST).message


def test_a_quota_that_is_used_up_is_not_tried_again() -> None:
    body = b'{"error":{"message":"x","code":"insufficient_quota"}}'
    assert not status_error(429, {}, body, host=HOST).retryable


@pytest.mark.parametrize(
    ("headers", "retryable"),
    [
        ({}, True),
        ({"x-should-retry": "true"}, True),
        ({"x-should-retry": "false"}, False),
        ({"x-fal-retryable": "False"}, False),
        ({"x-fal-request-timeout-type": "user"}, False),
    ],
)
def test_a_failure_that_the_server_calls_final_is_not_tried_again(
    headers: dict[str, str], retryable: bool
) -> None:
    assert status_error(503, headers, b"", host=HOST).retryable is retryable


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "api.x failed with status 500: internal_error"),
        (b'{"detail": "boom"}', "api.x failed with status 500: boom (internal_error)"),
    ],
)
def test_a_header_may_name_the_error(body: bytes, said: str) -> None:
    caught = status_error(500, {"x-fal-error-type": "internal_error"}, body, host="api.x")
    assert caught.message == said


def test_a_web_page_hints_at_the_path() -> None:
    caught = status_error(404, {}, b"<html><title>Nothing here</title>", host=HOST)
    assert "Nothing here" in caught.message
    assert "base_url" in caught.hint


def test_the_callers_hint_stands_where_the_key_is_the_trouble() -> None:
    hint = "the key came from FLOW_API_KEY"
    assert status_error(401, {}, BOOM, host=HOST, hint=hint).hint == hint
    assert status_error(500, {}, BOOM, host=HOST, hint=hint).hint != hint


def test_a_missing_key_is_asked_for() -> None:
    caught = status_error(401, {}, b"", host=HOST, keyed=False)
    assert caught.message == "api.example asks for a key"
    assert "api_key" in caught.hint


def test_an_echoed_key_is_masked() -> None:
    body = b'{"error":{"message":"bad key canary-123 in request"}}'
    caught = status_error(401, {}, body, host=HOST, secrets=["canary-123"])
    assert "canary" not in f"{caught!r}{caught.message}{caught.hint}"


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://other.example/v1?key=canary", "https://other.example/v1"),
        ("https://user:canary@other.example/", "https://other.example/"),
        ("/login?canary", "/login"),
        ("file:///etc/passwd", "/etc/passwd"),
        ("", "nowhere"),
        ("http://[bad", "nowhere"),
    ],
)
def test_a_redirect_is_named_and_not_followed(location: str, shown: str) -> None:
    caught = status_error(302, {"location": location}, b"", host=HOST)
    assert f"redirects to {shown};" in caught.message
    assert "canary" not in caught.message
    assert "base_url" in caught.hint


DATE = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1000000000"}, 1e9),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        (
            {
                "retry-after": format_datetime(DATE + timedelta(seconds=30), usegmt=True),
                "date": format_datetime(DATE, usegmt=True),
            },
            30.0,
        ),
        (
            {
                "retry-after": format_datetime(DATE - timedelta(seconds=30), usegmt=True),
                "date": format_datetime(DATE, usegmt=True),
            },
            None,
        ),
        ({"retry-after": "Mon, 01 Jan 1990 00:00:00 GMT"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after_s(headers) == seconds
    assert status_error(429, headers, b"", host=HOST).retry_after_s == seconds


def test_a_date_without_the_servers_clock_is_measured_by_ours() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait = retry_after_s({"retry-after": soon})
    assert wait is not None
    assert 0 < wait <= 60


@pytest.mark.parametrize(
    ("exc", "error", "text"),
    [
        (httpx.ConnectTimeout(""), Unreachable, "in time"),
        (httpx.PoolTimeout(""), Unreachable, "too many requests"),
        (httpx.ReadTimeout(""), Stalled, "nothing came"),
        (httpx.WriteTimeout(""), ConnectionLost, "stopped reading"),
        (httpx.ProxyError("407 canary"), Unreachable, "the proxy p:1"),
        (httpx.ConnectError("canary"), Unreachable, "cannot reach p:1"),
        (httpx.UnsupportedProtocol("canary"), Rejected, "cannot be used"),
        (httpx.InvalidURL("canary"), Rejected, "cannot be used"),
        (httpx.LocalProtocolError("canary"), Rejected, "cannot be written"),
        (httpx.DecodingError("canary"), ProtocolViolation, "decompressed"),
        (httpx.ReadError("canary"), ConnectionLost, "broke"),
        (OSError("canary"), ConnectionLost, "broke"),
    ],
)
def test_exceptions_that_sockets_rarely_give_are_translated_too(
    exc: httpx.HTTPError, error: type[ProviderError], text: str
) -> None:
    caught = translate(exc, Peer(HOST, 443, "p:1"))
    assert type(caught) is error
    assert text in caught.message
    assert "canary" not in caught.message


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "canary")
    error.verify_code = code
    error.verify_message = "Odd Reason"
    return error


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (certificate_error(9), "the certificate of api.example:443 is not valid yet"),
        (certificate_error(10), "the certificate of api.example:443 has expired"),
        (certificate_error(18), "the certificate of api.example:443 is self-signed"),
        (
            certificate_error(20),
            "the certificate of api.example:443 comes from an unknown authority",
        ),
        (certificate_error(64), "the certificate of api.example:443 is for another host"),
        (certificate_error(1), "the certificate of api.example:443 is not accepted: odd reason"),
        (ssl.SSLError(1, "x"), "no TLS connection to api.example:443"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "cannot find the host api.example"),
        (
            socket.gaierror(socket.EAI_AGAIN, "x"),
            "cannot look up the host api.example: no name server answers",
        ),
        (ConnectionRefusedError(111, "x"), "nothing is listening at api.example:443"),
        (ConnectionResetError(104, "x"), "api.example:443 closed the connection at once"),
        (OSError(113, "No route to host"), "cannot reach api.example:443: no route to host"),
        (
            ExceptionGroup("x", [OSError("all failed"), ConnectionRefusedError(111, "x")]),
            "nothing is listening at api.example:443",
        ),
    ],
)
def test_the_cause_of_a_failed_connection_is_named(cause: Exception, text: str) -> None:
    exc = httpx.ConnectError("canary")
    exc.__cause__ = OSError("all connection attempts failed")
    exc.__cause__.__context__ = cause
    caught = translate(exc, Peer(HOST, 443))
    assert isinstance(caught, Unreachable)
    assert caught.message == text


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://API.example/v1?k=v", "api.example:443"),
        ("http://user:pw@h:81/", "h:81"),
        ("http://[::1]/", "[::1]:80"),
    ],
)
def test_a_peer_is_what_may_be_shown_of_a_url(url: str, address: str) -> None:
    assert peer_of(url).address == address


@pytest.mark.parametrize(
    "url", ["ftp://h/", "h/path", "", "http://", "http://h:99999/", "http://["]
)
def test_an_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(Rejected, match="not an http or https URL"):
        peer_of(url)


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "Requested tokens (3000) exceed context window of 2048",
    ],
)
def test_a_conversation_that_is_too_long_says_so_with_the_servers_figures(said: str) -> None:
    body = f'{{"error": {{"message": "{said}"}}}}'.encode()
    error = status_error(400, {}, body, host=HOST)
    assert isinstance(error, Rejected)
    assert error.message == f"the conversation is too long for the model at {HOST}: {said}"
    assert error.hint == "start a new conversation, or go on from an earlier turn"
