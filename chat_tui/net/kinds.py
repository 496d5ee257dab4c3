"""What sort of body came: its first bytes decide, its content type only when they do not."""

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["sse", "ndjson", "json", "html", "empty", "other"]

_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"event", b"retry", b"data", b"id")
_FIELD = re.compile(rb"(?:event|retry|data|id)[:\r\n]")
_NDJSON = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonl",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/stream+json",
    }
)


def kind_of(start: bytes, content_type: str, *, complete: bool) -> Kind | None:
    """Name the sort of body that starts like this.

    Servers label event streams as JSON and JSON as event streams, so a label counts only where the
    first bytes leave a doubt.

    Args:
        start: The body so far; blank lines and a byte order mark before it do not count.
        content_type: The header, as it came.
        complete: Nothing follows.

    Returns:
        None when more bytes are needed.
    """
    if not complete and _BOM.startswith(start):
        return None
    text = start.removeprefix(_BOM).lstrip(b" \t\r\n")
    media_type = content_type.partition(";")[0].strip().lower()
    if not text:
        return "empty" if complete else None
    if text.startswith(b"<"):
        return "html"
    if text.startswith((b"{", b"[")) and not text.startswith(b"[DONE]"):
        return "ndjson" if media_type in _NDJSON else "json"
    if media_type == "text/event-stream" or text.startswith(b":") or _FIELD.match(text):
        return "sse"
    if not complete and any(field.startswith(text) for field in _FIELDS):
        return None
    if media_type in _NDJSON:
        return "ndjson"
    if media_type.endswith(("/json", "+json")):
        return "json"
    return "html" if media_type == "text/html" else "other"
