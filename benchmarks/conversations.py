"""Makes long conversations, and stores them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import corpus
from benchmarks.installation import PROVIDER
from chat_tui.conversation import Conversation
from chat_tui.events import Finished
from chat_tui.ids import MessageId, new_message_id
from chat_tui.message import Message, TextPart
from chat_tui.store.store import Store

_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def messages(count: int) -> Iterator[Message]:
    """Make short messages, turn and reply; the last one ends with the stream's last mark."""
    parent: MessageId | None = None
    for number in range(count):
        text = corpus.short(number)
        if number == count - 1:
            text += f"\n\n{corpus.last_mark(0)}"
        asked = number % 2 == 0
        message = Message(
            id=new_message_id(),
            parent=parent,
            role="user" if asked else "assistant",
            parts=(TextPart(text),),
            created=_BEGAN + timedelta(seconds=number),
            provider="" if asked else PROVIDER,
            model="" if asked else "harbour",
            outcome=None if asked else Finished("stop"),
        )
        parent = message.id
        yield message


def store(path: Path, count: int) -> int:
    """Store one conversation, and return how many bytes of text it has.

    Args:
        path: The database.
        count: How many messages.
    """
    conversation = Conversation(messages=messages(count))
    asyncio.run(_store(path, conversation))
    return sum(len(message.text.encode()) for message in conversation)


async def _store(path: Path, conversation: Conversation) -> None:
    where = Store(path)
    try:
        await where.create(conversation)
    finally:
        await where.close()
