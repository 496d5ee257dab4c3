"""Messages, parts and events to rows and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, assert_never

import msgspec

from chat_tui.errors import StoreError
from chat_tui.events import (
    Approval,
    FollowUps,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Step,
    StreamEvent,
    Terminal,
    TextDelta,
    ToolCall,
    Usage,
    decode_event,
    encode_event,
)
from chat_tui.message import Decision, Message, Part, ReasoningPart, TextPart

if TYPE_CHECKING:
    from sqlite3 import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_decision_decoder: msgspec.json.Decoder[Decision] = msgspec.json.Decoder(Decision)
_said_decoder: msgspec.json.Decoder[TextPart | ReasoningPart] = msgspec.json.Decoder(
    TextPart | ReasoningPart
)
_usage_decoder = msgspec.json.Decoder(Usage)
_parameters_decoder = msgspec.json.Decoder(dict[str, object])
_outcome_decoder: msgspec.json.Decoder[Terminal] = msgspec.json.Decoder(Terminal)

PartRow: TypeAlias = tuple[str, str | None, str | None]
"""The columns `kind`, `text` and `body`."""


def to_us(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    return _EPOCH + timedelta(0, 0, us)


def now_us() -> int:
    return to_us(datetime.now(UTC))


def storable(text: str) -> str:
    """Put U+FFFD for lone surrogates, which no encoding can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def event_row(event: StreamEvent) -> str:
    """Encode an event for a column."""
    try:
        return encode_event(event).decode()
    except UnicodeEncodeError:
        fields: object = msgspec.to_builtins(event)
        return encode_event(msgspec.convert(_storable_tree(fields), StreamEvent)).decode()


def event_from_row(body: str, place: str) -> StreamEvent:
    """Decode what `event_row` made.

    Raises:
        StoreError: it is not an event; the message names `place`.
    """
    try:
        return decode_event(body)
    except msgspec.MsgspecError as error:
        raise _unreadable(place, error) from error


def merged(events: Iterable[StreamEvent]) -> Iterator[StreamEvent]:
    """Join deltas that stand side by side, and leave out what no message keeps.

    The result folds to the same message.
    """
    held: TextDelta | ReasoningDelta | None = None
    pieces: list[str] = []
    for event in events:
        if isinstance(event, ImagePreview):
            continue
        if held is not None:
            joined = _joined(held, event)
            if joined is not None and isinstance(event, TextDelta | ReasoningDelta):
                held = joined
                pieces.append(event.text)
                continue
            yield msgspec.structs.replace(held, text="".join(pieces))
            held = None
        if isinstance(event, TextDelta | ReasoningDelta):
            held, pieces = event, [event.text]
        else:
            yield event
    if held is not None:
        yield msgspec.structs.replace(held, text="".join(pieces))


def part_row(part: Part) -> PartRow:
    """Encode a part: what is searched goes into `text`, the rest into `body`."""
    match part:
        case TextPart(text=text) | ReasoningPart(text=text):
            rest = msgspec.structs.replace(part, text="")
            plain = rest in (TextPart(""), ReasoningPart(""))
            body = None if plain else msgspec.json.encode(rest).decode()
            return _kind(part), storable(text), body
        case (
            Step()
            | SourceRefs()
            | ToolCall()
            | ImageProgress()
            | ImageResult()
            | Notice()
            | FollowUps()
            | Approval()
        ):
            return _kind(part), None, event_row(part)
        case Decision():
            return _kind(part), None, msgspec.json.encode(part).decode()
        case _:
            assert_never(part)


def part_from_row(row: PartRow, place: str) -> Part:
    """Decode what `part_row` made.

    Raises:
        StoreError: it is not a part; the message names `place`.
    """
    kind, text, body = row
    if kind == "text" and body is None:  # nearly all of them
        return TextPart(text or "")
    try:
        match kind:
            case "text" | "reasoning":
                blank = TextPart("") if kind == "text" else ReasoningPart("")
                rest = blank if body is None else _said_decoder.decode(body)
                return msgspec.structs.replace(rest, text=text or "")
            case "decision":
                return _decision_decoder.decode(body or "")
            case _:
                event = decode_event(body or "")
    except msgspec.MsgspecError as error:
        raise _unreadable(place, error) from error
    match event:
        case (
            Step()
            | SourceRefs()
            | ToolCall()
            | ImageProgress()
            | ImageResult()
            | Notice()
            | FollowUps()
            | Approval()
        ):
            return event
        case _:
            raise StoreError(f"{place} has a part of the unknown kind {kind!r}")


MESSAGE_COLUMNS = (
    "id, parent_id, role, created_us, provider, model, parameters, remote_id, usage, outcome,"
    " status, writer_id"
)
"""In the order in which `message_from_row` takes a row apart."""


def message_from_row(row: Row, parts: tuple[Part, ...]) -> Message:
    """Build a message from its row.

    Args:
        row: Its `MESSAGE_COLUMNS`.
        parts: Of it.

    Raises:
        StoreError: a column does not hold what it should.
    """
    (
        message_id, parent, role, created_us, provider, model, parameters, remote_id, usage,
        outcome, _, _,
    ) = row  # fmt: skip
    try:
        known_parameters = {} if parameters is None else _parameters_decoder.decode(parameters)
        known_usage = None if usage is None else _usage_decoder.decode(usage)
        known_outcome = None if outcome is None else _outcome_decoder.decode(outcome)
    except msgspec.MsgspecError as error:
        raise _unreadable(f"message {message_id}", error) from error
    return Message(
        id=message_id,
        parent=parent,
        role="user" if role == "user" else "assistant",
        parts=parts,
        created=from_us(created_us),
        provider=provider,
        model=model,
        parameters=known_parameters,
        remote_id=remote_id,
        usage=known_usage,
        outcome=known_outcome,
    )


def parameters_row(parameters: Mapping[str, object]) -> str | None:
    """Encode the parameters of a request; null where there were none."""
    return storable(msgspec.json.encode(dict(parameters)).decode()) if parameters else None


def _kind(part: Part) -> str:
    return str(part.__struct_config__.tag)


def _joined(
    held: TextDelta | ReasoningDelta, event: StreamEvent
) -> TextDelta | ReasoningDelta | None:
    """What `held` becomes when `event` goes on with it; null when it does not."""
    match held, event:
        case TextDelta(), TextDelta() if held.refusal is event.refusal:
            return held
        case ReasoningDelta(), ReasoningDelta():
            return held if event.elapsed_s is None else event
        case _:
            return None


def _storable_tree(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case dict():
            return {key: _storable_tree(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_storable_tree(inner) for inner in value]
        case _:
            return value


def _unreadable(place: str, error: Exception) -> StoreError:
    return StoreError(
        f"{place} cannot be read from the database: {error}",
        hint="it may be damaged: `PRAGMA integrity_check` in sqlite3 tells",
    )
