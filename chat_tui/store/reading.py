"""Messages read from the tables, many at once; every function runs inside a transaction.

Somebody waits while a conversation of ten thousand messages is opened: a column, a call or an
object more for each of them is a millisecond.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from chat_tui.events import Terminal, Usage
from chat_tui.ids import ConversationId, MessageId
from chat_tui.message import Message, Part, TextPart
from chat_tui.store.rows import EXACT_US, from_us, part_from_row, unreadable

if TYPE_CHECKING:
    from sqlite3 import Connection

_usage_decoder = msgspec.json.Decoder(Usage)
_parameters_decoder = msgspec.json.Decoder(dict[str, object])
_outcome_decoder: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)

# Of plain text, as nearly all parts are, it is a null; where there is no part, a blank.
_BESIDE_TEXT = """
    CASE WHEN p.kind = 'text' AND p.body IS NULL THEN NULL
         ELSE ifnull(p.kind, '') || ' ' || ifnull(p.body, '') END
"""
# With their first parts, since most messages have just one.
_MESSAGES = f"""
    SELECT m.id, m.parent_id, m.role = 'user', m.created_us, m.provider, m.model,
           m.parameters, m.remote_id, m.usage, m.outcome, p.text, {_BESIDE_TEXT}
    FROM message AS m LEFT JOIN part AS p ON p.message_id = m.id AND p.seq = 0
"""  # noqa: S608 - text from this file
_OTHER_PARTS = f"""
    SELECT m.id, p.text, {_BESIDE_TEXT}
    FROM message AS m CROSS JOIN part AS p ON p.message_id = m.id AND p.seq > 0
"""  # noqa: S608 - text from this file
_Row: TypeAlias = tuple[
    MessageId, MessageId | None, int, int, str, str,
    str | None, str | None, str | None, str | None, str | None, str | None,
]  # fmt: skip
_ROWS_AT_ONCE = 512
# By seq, not by time: clocks are set back, and a parent must come before its children.
_OF_CONVERSATION = "WHERE m.conversation_id = ? ORDER BY m.seq, p.seq"
_ONE = "WHERE m.id = ? ORDER BY p.seq"


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
    others: dict[MessageId, list[Part]] = {}
    for message_id, text, beside in cursor.execute(f"{_OTHER_PARTS} {which}", (argument,)):
        others.setdefault(message_id, []).extend(_part(message_id, text, beside))
    names: dict[str, str] = {}
    before: MessageId | None = None
    cursor.execute(f"{_MESSAGES} {which}", (argument,))
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        before = yield from _messages(rows, others, names, before)


def _messages(
    rows: Sequence[_Row],
    others: Mapping[MessageId, Sequence[Part]],
    names: dict[str, str],
    before: MessageId | None,
) -> Generator[Message, None, MessageId | None]:
    """Build messages; what they have in common is there once.

    Args:
        rows: At least one.
        others: The parts of each message but the first.
        names: Those met so far, by themselves.
        before: The id of the message before these.

    Returns:
        The id of the last one.
    """
    no_parameters: dict[str, object] = {}
    for (
        (
            message_id, parent, asked, _, provider, model,
            parameters, remote_id, usage, outcome, text, beside,
        ),
        created,
    ) in zip(rows, _moments(rows), strict=True):  # fmt: skip
        parts = (TextPart(text or ""),) if beside is None else _part(message_id, text, beside)
        if message_id in others:
            parts += tuple(others[message_id])
        try:
            message = Message(
                id=message_id,
                parent=before if parent == before else parent,
                role="user" if asked else "assistant",
                parts=parts,
                created=created,
                provider=names.setdefault(provider, provider),
                model=names.setdefault(model, model),
                parameters=_parameters_decoder.decode(parameters) if parameters else no_parameters,
                remote_id=remote_id,
                usage=None if usage is None else _usage_decoder.decode(usage),
                outcome=None if outcome is None else _outcome_decoder.decode(outcome),
            )
        except msgspec.MsgspecError as error:
            raise unreadable(f"message {message_id}", error) from error
        before = message_id
        yield message
    return before


def _part(message_id: MessageId, text: str | None, beside: str | None) -> tuple[Part, ...]:
    """Decode a part, if there is one."""
    if beside is None:
        return (TextPart(text or ""),)
    kind, _, body = beside.partition(" ")
    return (part_from_row((kind, text, body or None), f"message {message_id}"),) if kind else ()


def _moments(rows: Sequence[_Row]) -> Sequence[datetime]:
    """Say when messages were made; as `from_us`, but all at once, which is much faster."""
    times_us = [row[3] for row in rows]
    if min(times_us) >= 0 and max(times_us) < EXACT_US:
        return msgspec.convert([us / 1e6 for us in times_us], list[datetime], strict=False)
    found: list[datetime] = []
    for row in rows:
        try:
            found.append(from_us(row[3]))
        except OverflowError as error:
            raise unreadable(f"message {row[0]}", error) from error
    return found
