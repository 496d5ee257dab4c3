"""Every picture that was made, with the words that it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from chat_tui.conversation import Conversation
from chat_tui.events import ImageResult
from chat_tui.ids import ConversationId, MessageId
from chat_tui.store.rows import from_us, part_from_row

if TYPE_CHECKING:
    from sqlite3 import Connection

MOST_PICTURES: Final = 2_000
PROMPT_CHARS: Final = 2_000
"""Of a prompt, in a list."""

# The index of pictures alone keeps this from looking at all that was ever said.
_ALL = """
    SELECT p.body, p.message_id, m.conversation_id, m.provider, m.model, m.created_us,
           row_number() OVER (PARTITION BY p.message_id ORDER BY p.seq),
           (SELECT substr(t.text, 1, :chars) FROM part AS t
            WHERE t.message_id = m.parent_id AND t.kind = 'text' ORDER BY t.seq LIMIT 1)
    FROM part AS p
    JOIN message AS m ON m.id = p.message_id
    JOIN conversation AS c ON c.id = m.conversation_id
    WHERE p.kind = 'image' AND c.archived = 0 AND c.deleted_us IS NULL
    ORDER BY m.created_us DESC, m.seq DESC, p.seq
    LIMIT :limit
"""


class StoredPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and where it stands."""

    conversation: ConversationId
    message: MessageId
    number: int
    """Of the picture in that message, from 1."""
    picture: ImageResult
    prompt: str
    """The beginning of the turn before; empty where there is none."""
    provider: str
    model: str
    created: datetime


def newest_pictures(connection: Connection, limit: int) -> list[StoredPicture]:
    """List the pictures of all conversations but of those thrown away, the newest first.

    Raises:
        StoreError: a row cannot be read.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    rows = cursor.execute(_ALL, {"limit": limit, "chars": PROMPT_CHARS})
    found: list[StoredPicture] = []
    for body, message, conversation, provider, model, created_us, number, prompt in rows:
        picture = part_from_row(("image", None, body), f"message {message}")
        if isinstance(picture, ImageResult):
            found.append(
                StoredPicture(
                    conversation=ConversationId(conversation),
                    message=MessageId(message),
                    number=number,
                    picture=picture,
                    prompt=prompt or "",
                    provider=provider,
                    model=model,
                    created=from_us(created_us),
                )
            )
    return found


def pictures_of(conversation: Conversation) -> Sequence[StoredPicture]:
    """List the pictures of one conversation as it stands, on all branches, the newest first."""
    found: list[list[StoredPicture]] = []
    for message in conversation:
        pictures = [part for part in message.parts if isinstance(part, ImageResult)]
        if not pictures:
            continue
        turn = conversation[message.parent].text if message.parent is not None else ""
        found.append(
            [
                StoredPicture(
                    conversation=conversation.id,
                    message=message.id,
                    number=number,
                    picture=picture,
                    prompt=turn[:PROMPT_CHARS],
                    provider=message.provider,
                    model=message.model,
                    created=message.created,
                )
                for number, picture in enumerate(pictures, 1)
            ]
        )
    return [picture for pictures in reversed(found) for picture in pictures]
