"""Keys taken out of a conversation before it is written down: of what was said, and of the rest."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar, assert_never

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import (
    Approval,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    SourceRefs,
    Step,
    StreamError,
    ToolCall,
)
from chat_tui.keys.secrets import without_secrets
from chat_tui.message import (
    Attachment,
    Decision,
    Lineage,
    Message,
    Part,
    ReasoningPart,
    TextPart,
)

_T = TypeVar("_T", bound=msgspec.Struct)

MASK: Final = "••••"

_KEYS: Final = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic|Key)\s+)(?=\S{0,200}?\d)[A-Za-z0-9._~+/:=-]{8,}"
    r"|\b(?:sk|fk|pk|rk|gsk|xai|ghp|hf)[-_](?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{8,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}"
    r"|\b[0-9a-f-]{36}:[0-9a-f]{32}\b",
    re.IGNORECASE,
)
"""What follows an authorization scheme, and the prefixes by which vendors mark their keys."""


_KEYS_IN_TALK: Final = re.compile(
    r"(?P<scheme>\bBearer\s+)(?=\S{0,200}?\d)[A-Za-z0-9._~+/=-]{20,}"
    r"|\b(?:sk|fk|pk|rk|gsk|xai|gh[opsu]|hf|glpat|xox[abp])[-_](?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{20,}"
    r"|\bAIza[A-Za-z0-9_-]{30,}"
    r"|\bAKIA[A-Z0-9]{16}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}\b"
)
"""What cannot be anything else: in words about keys there is much that looks nearly like one."""


def without_keys(text: str) -> str:
    """Mask what has the shape of a key, and the keys that are in use now."""
    return _KEYS.sub(lambda found: (found["scheme"] or "") + MASK, without_secrets(text, MASK))


def without_pasted_keys(text: str) -> str:
    """Mask, in what somebody said, what can only be a key."""
    text = without_secrets(text, MASK)
    return _KEYS_IN_TALK.sub(lambda found: (found["scheme"] or "") + MASK, text)


def redacted_copy(conversation: Conversation) -> Conversation:
    """The whole conversation as it may be written down."""
    copy = Conversation(
        conversation.id,
        title=without_pasted_keys(conversation.title) if conversation.named else "",
        created=conversation.created,
        messages=[redacted(message) for message in conversation],
        system_prompt=without_pasted_keys(conversation.system_prompt),
        parameters=_parameters(conversation.parameters),
    )
    copy.show(conversation.leaf)
    return copy


def redacted(message: Message) -> Message:
    """Mask keys: what looks like one beside the answer, what can only be one in what was said."""
    outcome = message.outcome
    return msgspec.structs.replace(
        message,
        parameters=_parameters(message.parameters),
        parts=tuple(_part(part) for part in message.parts),
        outcome=_masked(outcome, "message", "hint")
        if isinstance(outcome, StreamError)
        else outcome,
    )


def keys_masked(conversation: Conversation, messages: Iterable[Message]) -> int:
    """Count what is masked in some messages of a conversation, and around them."""
    head = (
        conversation.title if conversation.named else "",
        conversation.system_prompt,
        dict(conversation.parameters),
    )
    said = without_pasted_keys(head[0]), without_pasted_keys(head[1]), _parameters(head[2])
    return (repr(said).count(MASK) - repr(head).count(MASK)) + sum(
        repr(redacted(message)).count(MASK) - repr(message).count(MASK) for message in messages
    )


def _parameters(parameters: Mapping[str, object]) -> dict[str, object]:
    if not parameters:
        return {}
    import json

    masked: dict[str, object] = json.loads(without_keys(json.dumps(dict(parameters), default=str)))
    return masked


def _part(part: Part) -> Part:
    match part:
        case TextPart() | ReasoningPart():
            text = without_pasted_keys(part.text)
            return part if text == part.text else msgspec.structs.replace(part, text=text)
        case Decision(feedback=feedback):
            return msgspec.structs.replace(part, feedback=without_pasted_keys(feedback))
        case Attachment():
            return _masked(part, "name")
        case Approval():
            return _masked(part, "prompt", "resume")
        case FollowUps(prompts=prompts):
            return FollowUps(tuple(map(without_pasted_keys, prompts)))
        case SourceRefs(sources=sources):
            fields = ("title", "url", "excerpt")
            return SourceRefs(tuple(_masked(one, *fields) for one in sources))
        case ImageResult():
            return _masked(part, "url", "revised_prompt")
        case Notice():
            return _masked(part, "text")
        case Step():
            return _masked(part, "label", "detail")
        case ToolCall():
            return _masked(part, "arguments", "output")
        case ImageProgress():
            return _masked(part, "note")
        case Lineage():
            return part
        case _:
            assert_never(part)


def _masked(value: _T, *fields: str) -> _T:
    """Mask these fields; those that are null stay so."""
    texts = {field: getattr(value, field) for field in fields}
    changes = {field: without_keys(text) for field, text in texts.items() if text is not None}
    return msgspec.structs.replace(value, **changes)
