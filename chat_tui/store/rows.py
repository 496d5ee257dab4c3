"""Messages, parts and events to rows and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, assert_never

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
    TextDelta,
    ToolCall,
    decode_event,
    encode_event,
)
from chat_tui.message import Attachment, Decision, Lineage, Part, ReasoningPart, TextPart
from chat_tui.store.words import searchable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
EXACT_US = 2**51
"""Up to 2041, seconds in a double are exact to less than half a microsecond."""

_decision_decoder: msgspec.json.Decoder[Decision] = msgspec.json.Decoder(Decision)
_attachment_decoder: msgspec.json.Decoder[Attachment] = msgspec.json.Decoder(Attachment)
_lineage_decoder: msgspec.json.Decoder[Lineage] = msgspec.json.Decoder(Lineage)
_said_decoder: msgspec.json.Decoder[TextPart | ReasoningPart] = msgspec.json.Decoder(
    TextPart | ReasoningPart
)

PartRow: TypeAlias = tuple[str, str | None, str | None]
"""The columns `kind`, `text` and `body`."""


def to_us(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    if 0 <= us < EXACT_US:
        return datetime.fromtimestamp(us / 1e6, UTC)  # faster
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
        raise unreadable(place, error) from error


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
            words = searchable(part)
            return _kind(part), words and storable(words), event_row(part)
        case Decision() | Lineage():
            return _kind(part), None, msgspec.json.encode(part).decode()
        case Attachment(name=name):
            nameless = msgspec.structs.replace(part, name="", path=storable(part.path))
            return _kind(part), storable(name), msgspec.json.encode(nameless).decode()
        case _:
            assert_never(part)


def part_from_row(row: PartRow, place: str) -> Part:
    """Decode what `part_row` made.

    Raises:
        StoreError: it is not a part; the message names `place`.
    """
    kind, text, body = row
    try:
        match kind:
            case "text" | "reasoning":
                blank = TextPart("") if kind == "text" else ReasoningPart("")
                rest = blank if body is None else _said_decoder.decode(body)
                return msgspec.structs.replace(rest, text=text or "")
            case "decision":
                return _decision_decoder.decode(body or "")
            case "lineage":
                return _lineage_decoder.decode(body or "")
            case "attachment":
                attachment = _attachment_decoder.decode(body or "")
                return msgspec.structs.replace(attachment, name=text or "")
            case _:
                event = decode_event(body or "")
    except msgspec.MsgspecError as error:
        raise unreadable(place, error) from error
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


def parameters_row(parameters: Mapping[str, object]) -> str | None:
    """Encode the parameters of a request; null where there were none."""
    return storable(msgspec.json.encode(dict(parameters)).decode()) if parameters else None


def read_parameters(row: str | None) -> dict[str, object]:
    """Decode what `parameters_row` made.

    Raises:
        ValueError: it is not that.
    """
    return msgspec.json.decode(row, type=dict[str, object]) if row else {}


def unreadable(place: str, error: Exception) -> StoreError:
    """Say what cannot be read, and what to do about it."""
    return StoreError(
        f"{place} cannot be read from the database: {error}",
        hint="it may be damaged: `PRAGMA integrity_check` in sqlite3 tells",
    )


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
