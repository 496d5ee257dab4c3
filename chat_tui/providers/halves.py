"""Characters that a server cuts in two: a JSON string may end in half a surrogate pair."""

import json
import re
from typing import Final

from chat_tui.net.json import decode_json

_TEXT_KEYS: Final = frozenset(
    {
        "content", "text", "reasoning_content", "reasoning", "thinking", "summary", "refusal",
        "arguments", "transcript",
    }
)  # fmt: skip
"""What comes in pieces, so that the other half may be in the next one."""
_ESCAPED_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def may_be_cut(data: str) -> bool:
    """Tell whether a JSON document may hold half a character."""
    return "\\u" in data and _ESCAPED_SURROGATE.search(data) is not None


def decode_delta(data: str) -> object:
    """Decode one JSON document as `decode_json` does, but keep the halves of characters in texts.

    The texts that have them must go through a `SurrogateJoiner`.

    Raises:
        ProtocolViolation: it is not JSON, or nested too deeply.
    """
    value = decode_json(data)
    if not may_be_cut(data):
        return value
    # Only texts are taken from the standard library's decoder: `value` has passed all checks.
    return _with_halves(value, json.loads(data.removeprefix("\ufeff"), strict=False))


def _with_halves(checked: object, halved: object, key: str = "") -> object:
    match checked, halved:
        case str(), str() if key in _TEXT_KEYS:
            return halved
        case dict(), dict():
            return {name: _with_halves(checked[name], halved.get(name), name) for name in checked}
        case list(), list():
            return [_with_halves(*pair, key) for pair in zip(checked, halved, strict=True)]
        case _:
            return checked
