"""Messages read from the tables, many at once; every function runs inside a transaction.

Somebody waits while a conversation of ten thousand messages is opened: a column, a call or an
object more for each of them is a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from chat_tui.events import Terminal, Usage
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message, Part, TextPart
from chat_tui.store.rows import from_us, part_from_row, unreadable

if TYPE_CHECKING:
    from sqlite3 import Connection

_usage_decoder = msgspec.json.Decoder(Usage)
_parameters_decoder = msgspec.json.Decoder(dict[str, object])
_outcome_decoder: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)

# Numbers, since making a string takes longer; a row keeps its number while the transaction lasts.
_MESSAGES = """
    SELECT m.rowid, m.id, m.parent_id, m.role = 'user', m.created_us, m.provider, m.model,
           m.parameters, m.remote_id, m.usage, m.outcome
    FROM message AS m
"""
# Plain text, as nearly all parts are, is told by a null in place of its message's id.
_PARTS = """
    SELECT m.rowid,
           CASE WHEN p.kind <> 'text' OR p.body IS NOT NULL THEN p.message_id END,
           nullif(p.kind, 'text'), p.text, p.body
    FROM message AS m CROSS JOIN part AS p ON p.message_id = m.id
"""
# By seq, not by time: clocks are set back, and a parent must come before its children.
_OF_CONVERSATION = "WHERE m.conversation_id = ? ORDER BY m.seq"
_ONE = "WHERE m.id = ? ORDER BY m.seq"


def messages_of(connection: Connection, conversation_id: ConversationId) -> Iterator[Message]:
    """Read the messages of a conversation, parents before their children.

    Replies that still stream are without their log.

    Raises:
        StoreError: a row cannot be read.
    """
    return _read(connection, _OF_CONVERSATION, conversation_id)


def message_of(connection: Connection, message_id: MessageId) -> Message:
    """Read a message that is there, without its log.

    Raises:
        StoreError: a row cannot be read.
    """
    return next(_read(connection, _ONE, message_id))


def streaming_in(connection: Connection, conversation_id: ConversationId) -> set[MessageId]:
    """Find the replies that have no end yet."""
    # The plus keeps SQLite to the index of such replies, which are few.
    rows = connection.execute(
        "SELECT id FROM message WHERE status = 'streaming' AND +conversation_id = ?",
        (conversation_id,),
    )
    return {MessageId(row[0]) for row in rows}


def _read(connection: Connection, which: str, argument: str) -> Iterator[Message]:
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples: there may be very many
    parts = _parts(cursor.execute(f"{_PARTS} {which}, p.seq", (argument,)))
    return _messages(cursor.execute(f"{_MESSAGES} {which}", (argument,)), parts)


def _parts(
    rows: Iterable[tuple[int, str | None, str | None, str | None, str | None]],
) -> Mapping[int, tuple[Part, ...]]:
    """Gather the parts of each message, by its number."""
    parts: dict[int, tuple[Part, ...]] = {}
    for number, message_id, kind, text, body in rows:
        if message_id is None:
            part: Part = TextPart(text or "")
        else:
            part = part_from_row((kind or "text", text, body), f"message {message_id}")
        parts[number] = (*parts[number], part) if number in parts else (part,)
    return parts


def _messages(
    rows: Iterable[
        tuple[
            int, MessageId, MessageId | None, int, int, str, str,
            str | None, str | None, str | None, str | None,
        ]
    ],
    parts: Mapping[int, tuple[Part, ...]],
) -> Iterator[Message]:  # fmt: skip
    """Build messages; what they have in common is there once."""
    names: dict[str, str] = {}
    no_parameters: dict[str, object] = {}
    before: MessageId | None = None
    for (
        number, message_id, parent, asked, created_us, provider, model,
        parameters, remote_id, usage, outcome,
    ) in rows:  # fmt: skip
        try:
            message = Message(
                id=message_id,
                parent=before if parent == before else parent,
                role="user" if asked else "assistant",
                parts=parts.get(number, ()),
                created=from_us(created_us),
                provider=names.setdefault(provider, provider),
                model=names.setdefault(model, model),
                parameters=_parameters_decoder.decode(parameters) if parameters else no_parameters,
                remote_id=remote_id,
                usage=None if usage is None else _usage_decoder.decode(usage),
                outcome=None if outcome is None else _outcome_decoder.decode(outcome),
            )
        except (msgspec.MsgspecError, OverflowError) as error:
            raise unreadable(f"message {message_id}", error) from error
        before = message_id
        yield message
