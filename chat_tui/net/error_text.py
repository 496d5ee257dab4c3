"""What a server's error body says, in one line that is safe to show."""

import re
from collections.abc import Iterable
from typing import Any

from chat_tui.errors import ProtocolViolation
from chat_tui.net.json import decode_json, encode_json

MAX_MESSAGE = 300
_MAX_HTML = 200
_MASK = "***"
_SHORTEST_SECRET = 4
_KEY_SHAPE = re.compile(
    r"\b(?:sk|fk|pk|rk|gsk|xai|hf)[-_][-_A-Za-z0-9*]{12,}|\bAIza[-_A-Za-z0-9*]{20,}"
)
_HIDDEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|head|svg)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_CUT_MESSAGE = re.compile(
    r'"(?:message|description|detail|error|msg)"\s*:\s*"((?:[^"\\]|\\.)+)', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TAG = re.compile(r"<[^>]*(?:>|\Z)")
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask the given secrets, and what is shaped like the keys of known vendors."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _MASK)
    return _KEY_SHAPE.sub(_MASK, text)


def error_message(body: object) -> str:
    """Find the message in a decoded error body of any vendor's shape, at most 300 characters.

    It is `error.message`, else `error` itself, `message`, `detail` (a text, beside which an
    `error_type` may stand, a list of `{msg, loc}`, or an object), `msg`, the first of a list
    `errors` (a text, or an object with a `description`, a message or at least a `key`), and else
    the whole body as JSON.
    """
    return one_line(_find(body)) or one_line(_compact(body))


def body_message(body: bytes) -> str:
    """Find the message in an error body as it came: JSON, an event stream, HTML or text."""
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").strip()
    if text.startswith("<"):
        return html_text(text)
    candidates = [text]
    candidates += [line[5:] for line in text.splitlines() if line.startswith("data:")]
    for candidate in candidates:
        try:
            decoded = decode_json(candidate)
        except ProtocolViolation:
            continue
        return error_message(decoded)
    if text.startswith("{") and (cut := _CUT_MESSAGE.search(text)):
        return one_line(_unescaped(cut[1]))  # of a long body only the beginning is read
    return one_line(text)


def html_text(page: str) -> str:
    """Return a page's title, or else its first 200 visible characters."""
    title = _TITLE.search(page)
    import html  # two thousand names: hardly any server answers with a page

    if title and (text := one_line(html.unescape(title[1]), _MAX_HTML)):
        return text
    return one_line(html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", page))), _MAX_HTML)


def one_line(text: str, limit: int = MAX_MESSAGE) -> str:
    """Join all lines to one and cut it."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _unescaped(quoted: str) -> str:
    try:
        return str(decode_json(f'"{quoted}"'))
    except ProtocolViolation:  # cut in an escape
        return _ESCAPED.sub(r"\1", quoted)


def _find(body: Any) -> str:
    match body:
        case {"error": {} as error} if error and (inner := _find(error)):
            return inner
        case {"error": str(text)} if text and not body.get("message"):
            return text
        case {"error": str(text), "message": str(more)} if text:
            return f"{text}: {more}"
        case {"message": str(text)} if text:
            return text
        case {"message": {} | [*_] as inner} if found := _find(inner):
            return found
        case {"detail": str(text), "error_type": str(name)} if text and name:
            return text if name in text else f"{text} ({name})"
        case {"detail": str(text)} if text:
            return text
        case {"detail": [*remarks]} if remarks:
            return "; ".join(_remark(each) for each in remarks)
        case {"detail": {} as detail} if detail:
            return _find(detail) or _compact(detail)
        case {"msg": str(text)} if text:
            return text
        case {"errors": [first, *_]} if found := _listed(first):
            return found
        case [{} as first, *_]:
            return _find(first)
        case str(text):
            return text
        case _:
            return ""


def _listed(error: Any) -> str:
    """Read one of several errors: Writer's have a description, a key, and at times a guardrail."""
    match error:
        case {"description": str(text)} if text.strip():
            said = text
        case {"key": str(text)} if text.strip() and not _find(error):
            said = text
        case _:
            return _find(error)
    match error.get("extras"):
        case {"guardrail_name": str(name)} if name:
            return f"{said} (guardrail {name!r})"
    return said


def _remark(remark: Any) -> str:
    match remark:
        case {"msg": str(text), "loc": [*loc]}:
            return f"{'.'.join(str(each) for each in loc)}: {text}"
        case {"msg": str(text)}:
            return text
        case _:
            return _find(remark) or _compact(remark)


def _compact(value: object) -> str:
    return encode_json(value).decode()
