"""Fields of Flowise's JSON, in the several forms in which they come."""

import json
from collections.abc import Iterator
from typing import Any, Final

from chat_tui.errors import ProtocolViolation
from chat_tui.events import FollowUps
from chat_tui.net.json import decode_json, encode_json
from chat_tui.providers.halves import may_be_cut
from chat_tui.providers.json_fields import MAX_COUNT, count_of

MAX_FOLLOW_UPS: Final = 20


def with_halves(data: str, text: str) -> str:
    """Give the text of a frame with the halves of characters whose other half comes later.

    Args:
        data: The frame, which has been decoded before.
        text: Its field `data` as it was decoded.
    """
    if not may_be_cut(data):
        return text
    halved = json.loads(data.removeprefix("\ufeff"), strict=False)["data"]
    return halved if isinstance(halved, str) else text


def as_text(value: object) -> str:
    """A value that may be a text or any JSON, as text; null is empty."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return encode_json(value).decode()


def said(payload: object) -> str:
    """What is said in a text, a number, or a list of a message's parts."""
    match payload:
        case bool():
            return ""
        case str() | int() | float():
            return str(payload)
        case {"text": str(text)}:
            return text
        case [*parts]:
            return "".join(map(said, parts))
        case _:
            return ""


def parsed(value: object) -> object:
    """Decode a field that is JSON in a text, as some versions store it; others stay."""
    if not isinstance(value, str):
        return value
    try:
        return decode_json(value)
    except ProtocolViolation:
        return value


def dictionary(value: object) -> dict[str, Any]:
    """An object, or JSON of one in a text; anything else is empty."""
    found = parsed(value)
    return found if isinstance(found, dict) else {}


def entries(value: object) -> list[Any]:
    """A list, or JSON of one in a text; anything else is empty."""
    found = parsed(value)
    return found if isinstance(found, list) else []


def follow_ups(prompts: object) -> Iterator[FollowUps]:
    """Read what is proposed to be asked next: a list in a text, encoded twice."""
    found = parsed(parsed(prompts))
    if isinstance(found, dict):
        found = found.get("questions")
    texts = [each.strip() for each in entries(found) if isinstance(each, str)]
    if proposed := tuple(dict.fromkeys(filter(None, texts)))[:MAX_FOLLOW_UPS]:
        yield FollowUps(proposed)


def added(before: int | None, more: object) -> int | None:
    """Add a count to a sum; what is no count leaves it as it is."""
    number = count_of(more)
    return before if number is None else min((before or 0) + number, MAX_COUNT)
