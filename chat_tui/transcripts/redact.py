"""Keys taken out of what servers say: some repeat the key that they refuse."""

import json
import re
from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import ImageProgress, Notice, Step, StreamError, ToolCall
from chat_tui.message import Message, Part

_T = TypeVar("_T", ImageProgress, Notice, Step, StreamError, ToolCall)

MASK: Final = "••••"

_KEYS: Final = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic|Key)\s+)(?=\S{0,200}?\d)[A-Za-z0-9._~+/:=-]{8,}"
    r"|\b(?:sk|fk|pk|rk|gsk|xai|ghp|hf)[-_](?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{8,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}"
    r"|\b[0-9a-f-]{36}:[0-9a-f]{32}\b",
    re.IGNORECASE,
)
"""What follows an authorization scheme, and the prefixes by which vendors mark their keys."""


def without_keys(text: str) -> str:
    """Mask what has the shape of a key."""
    return _KEYS.sub(lambda found: (found["scheme"] or "") + MASK, text)


def redacted(message: Message) -> Message:
    """Mask keys in what servers and tools said beside the answer, and in a reply's parameters.

    What people said, and what was answered, stays as it is.
    """
    outcome = message.outcome
    parameters = json.dumps(dict(message.parameters), default=str)
    return msgspec.structs.replace(
        message,
        parameters=json.loads(without_keys(parameters)) if message.parameters else {},
        parts=tuple(_part(part) for part in message.parts),
        outcome=_masked(outcome, "message", "hint")
        if isinstance(outcome, StreamError)
        else outcome,
    )


def redacted_path(conversation: Conversation) -> tuple[Message, ...]:
    """The shown path, root first, as it may be written down."""
    return tuple(redacted(message) for message in conversation.path())


def keys_masked(messages: Iterable[Message]) -> int:
    """Count what `redacted` masks."""
    return sum(
        repr(redacted(message)).count(MASK) - repr(message).count(MASK) for message in messages
    )


def _part(part: Part) -> Part:
    match part:
        case Notice():
            return _masked(part, "text")
        case Step():
            return _masked(part, "label", "detail")
        case ToolCall():
            return _masked(part, "arguments", *(["output"] if part.output is not None else []))
        case ImageProgress():
            return _masked(part, "note")
        case _:
            return part


def _masked(value: _T, *fields: str) -> _T:
    changes = {field: without_keys(getattr(value, field)) for field in fields}
    return msgspec.structs.replace(value, **changes)
