"""Ids that follow from what a source says, so that the same conversation has the same id again."""

import hashlib
import json
import re
import uuid
from typing import Final

_OURS: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def derived_id(*words: str) -> str:
    """Make an identifier of words: a UUID of version 8 (RFC 9562 section 5.8) from their hash."""
    text = json.dumps(["chat-tui", *words])  # told apart, however they are cut into words
    value = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return str(uuid.UUID(int=value))


def own_id(written: str, *within: str) -> str:
    """Take an id as it stands where it has the form of ours; else derive one from it."""
    return written if _OURS.fullmatch(written) else derived_id("chat-tui", *within, written)


def content_key(value: object) -> str:
    """The hash of JSON from outside: the key of what has no id of its own."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
