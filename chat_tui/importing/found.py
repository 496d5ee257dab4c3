"""What is found in a file from elsewhere, before it is stored."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from chat_tui.conversation import Conversation
from chat_tui.events import Terminal, Usage
from chat_tui.message import Part, Role

Source: TypeAlias = Literal["chat-tui", "chatgpt", "claude", "openai-jsonl", "sharegpt", "llm"]
"""Whose form it is; part of every id that is made for it."""
Fetch: TypeAlias = Callable[[], bytes | None]
"""Reads a file that belongs to a conversation; null where it is not there. It blocks."""


@dataclass(slots=True)
class Said:
    """One message as its source has it."""

    key: str
    """Its id there; unique in its conversation."""
    parent: str | None
    """The key of the one before; null, or a key that is not there, at a root."""
    role: Role
    parts: list[Part]
    created: datetime | None = None
    provider: str = ""
    model: str = ""
    usage: Usage | None = None
    outcome: Terminal | None = None
    """Null for a reply that ended as it should."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that can be stored."""

    conversation: Conversation
    source: Source
    files: Mapping[str, Fetch] = field(default_factory=dict, repr=False)
    """What its parts name, by the path that stands in them."""
    left_out: Counter[str] = field(default_factory=Counter)
    """What has no place with us, by what it is."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that is no conversation, or a damaged one."""

    reason: str


Item: TypeAlias = Found | Unusable
