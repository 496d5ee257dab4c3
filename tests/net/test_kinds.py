"""What sort of body came."""

import pytest

from chat_tui.net.kinds import kind_of

SSE, JSON, HTML = "text/event-stream", "application/json", "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("start", "content_type", "kind"),
    [
        (b"data: 1", "", "sse"),
        (b"data: 1", JSON, "sse"),
        (b"data\n", "", "sse"),
        (b"event: x", HTML, "sse"),
        (b": comment", JSON, "sse"),
        (b"\xef\xbb\xbf\n\r\n  data: 1", "", "sse"),
        (b"error: x", "Text/Event-Stream; charset=x", "sse"),
        (b"[DONE]", SSE, "sse"),
        (b"{", SSE, "json"),
        (b"\n\n\n[", "", "json"),
        (b"{", "text/plain", "json"),
        (b"{", "application/x-ndjson", "ndjson"),
        (b'"text"', JSON, "json"),
        (b"null", "application/problem+json", "json"),
        (b"  <!doctype html>", JSON, "html"),
        (b"Not found", HTML, "html"),
        (b"no such model", "text/plain", "other"),
        (b"database is down", "", "other"),
    ],
)
def test_first_bytes_rule_over_the_content_type(start: bytes, content_type: str, kind: str) -> None:
    assert kind_of(start, content_type, complete=False) == kind


@pytest.mark.parametrize("start", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n \n"])
def test_a_blank_body_is_empty_only_when_it_is_complete(start: bytes) -> None:
    assert kind_of(start, SSE, complete=False) is None
    assert kind_of(start, SSE, complete=True) == "empty"


def test_half_a_mark_waits_for_more() -> None:
    assert kind_of(b"\xef\xbb", JSON, complete=False) is None
    assert kind_of(b"\xef\xbb", "", complete=True) == "other"


@pytest.mark.parametrize("start", [b"d", b"dat", b"data", b"even", b"i"])
def test_half_a_field_name_waits_for_more(start: bytes) -> None:
    assert kind_of(start, "text/plain", complete=False) is None
    assert kind_of(start, "text/plain", complete=True) == "other"
