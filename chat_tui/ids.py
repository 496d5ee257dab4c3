"""Identifiers that sort by the time they were made (UUIDv7, RFC 9562 section 5.7)."""

import os
import time
import uuid
from typing import NewType

ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)


def uuid7() -> str:
    """Make an identifier: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return str(uuid.UUID(int=value))


def new_conversation_id() -> ConversationId:
    return ConversationId(uuid7())


def new_message_id() -> MessageId:
    return MessageId(uuid7())
