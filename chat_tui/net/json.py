"""JSON from strangers: strict and fast first, then forgiving in the ways servers need."""

import json
import math
import re

import msgspec

from chat_tui.errors import ProtocolViolation

MAX_DEPTH = 64

_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_json(text: str | bytes) -> object:
    """Decode one JSON document.

    What servers send although JSON forbids it is repaired: lone surrogates and broken UTF-8 become
    U+FFFD, numbers that are not finite become null, control characters in strings are kept.

    Raises:
        ProtocolViolation: it is not JSON, or nested more than 64 levels deep.
    """
    try:
        value: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        value = _decode_forgiving(text)
    except RecursionError:
        raise _too_deep() from None
    # Counting brackets is cheap, and bounds the depth of nearly every frame.
    brackets = (
        text.count(b"[") + text.count(b"{")
        if isinstance(text, bytes)
        else text.count("[") + text.count("{")
    )
    if brackets > MAX_DEPTH:
        _check_depth(value)
    return value


def encode_json(value: object) -> bytes:
    """Encode compactly; lone surrogates, which UTF-8 cannot carry, become U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(value)))


def _decode_forgiving(text: str | bytes) -> object:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            strict=False,
            parse_constant=lambda _: None,
            parse_float=_finite,
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as exc:
        reason = f"{exc.msg.lower()} at {exc.pos}" if isinstance(exc, json.JSONDecodeError) else exc
        raise ProtocolViolation(f"the server sent broken JSON: {reason}") from None
    _check_depth(value)
    return _without_surrogates(value)


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        if not inner:
            return
        level = inner
    if any(isinstance(each, dict | list) for each in level):
        raise _too_deep()


def _too_deep() -> ProtocolViolation:
    return ProtocolViolation(f"the server sent JSON nested more than {MAX_DEPTH} levels deep")


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list() | tuple():
            return [_without_surrogates(each) for each in value]
        case dict():
            return {
                _without_surrogates(key): _without_surrogates(each) for key, each in value.items()
            }
        case _:
            return value
