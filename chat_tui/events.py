"""The events of a reply: one closed union that providers write and everything else reads.

Exactly one `Finished` or `StreamError` ends a stream, and nothing follows it. The types are
msgspec structs rather than dataclasses because the tagged union is also the wire form of
`ask --json` and of the store: one definition, encoded and decoded by a library.
"""

from typing import Literal, TypeAlias

import msgspec

WorkState: TypeAlias = Literal["running", "done", "failed"]
JobState: TypeAlias = Literal["queued", "running", "saving"]
FinishReason: TypeAlias = Literal[
    "stop", "length", "filtered", "tool_calls", "incomplete", "cancelled", "unknown"
]
StopAnswer: TypeAlias = Literal["confirmed", "too_late", "unanswered"]
ErrorKind: TypeAlias = Literal[
    "auth", "rate_limit", "rejected", "provider", "network", "protocol", "internal"
]


class Started(msgspec.Struct, frozen=True, tag="started"):
    """The provider accepted the request."""

    provider: str
    """The user's name for the provider."""
    model: str
    remote_id: str | None = None
    """The provider's own id of this reply, where it names one."""


class TextDelta(msgspec.Struct, frozen=True, tag="text", omit_defaults=True):
    """More of the answer, as the server sent it; cleaning happens where it is shown."""

    text: str
    refusal: bool = False
    """The provider marked this text as a refusal to answer."""


class ReasoningDelta(msgspec.Struct, frozen=True, tag="reasoning", omit_defaults=True):
    """More of the model's thinking."""

    text: str
    elapsed_s: float | None = None
    """Seconds since the first reasoning of this reply; the stream worker stamps it."""


class Step(msgspec.Struct, frozen=True, tag="step"):
    """One step of an agent. The same `id` replaces the earlier one."""

    id: str
    label: str
    state: WorkState
    detail: str = ""
    elapsed_s: float | None = None
    """Seconds since the step was first seen; the stream worker stamps it."""
    parent: str = ""
    """The `id` of the step that this one is part of; empty at the top."""


class Source(msgspec.Struct, frozen=True):
    """One document that an answer rests on. Null is "the provider did not say"."""

    title: str | None = None
    url: str | None = None
    excerpt: str | None = None
    score: float | None = None


class SourceRefs(msgspec.Struct, frozen=True, tag="sources"):
    """All sources of the reply so far; a later one replaces an earlier one."""

    sources: tuple[Source, ...]


class ToolCall(msgspec.Struct, frozen=True, tag="tool"):
    """One tool call. The same `id` replaces the earlier one."""

    id: str
    name: str
    arguments: str
    """As the model wrote them: JSON by custom, but not by promise."""
    output: str | None = None
    state: WorkState = "running"


class ImageProgress(msgspec.Struct, frozen=True, tag="image_progress"):
    """How far a picture job is. The same `job` replaces the earlier one."""

    job: str
    state: JobState
    fraction: float | None = None
    """0..1, never falling within one job; null where the provider does not say."""
    queue_position: int | None = None
    note: str = ""
    elapsed_s: float | None = None
    """Seconds since the job was first seen; the stream worker stamps it."""


class ImagePreview(msgspec.Struct, frozen=True, tag="image_preview"):
    """A picture on its way; the same `job` and `index` replaces the earlier one."""

    job: str
    index: int
    media_type: str
    width_px: int | None = None
    height_px: int | None = None
    data: bytes = b""
    """The encoded picture; never part of the JSON form."""


class ImageResult(msgspec.Struct, frozen=True, tag="image"):
    """A finished picture."""

    job: str
    index: int
    path: str | None = None
    """The saved file, absolute; null until it is saved."""
    url: str | None = None
    """As the server gave it; a `data:` URL is cut to its type."""
    media_type: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    seed: int | None = None
    flagged: bool | None = None
    """The provider marked the picture as unsafe."""
    data: bytes = b""
    """The encoded picture where it came inline; never part of the JSON form."""
    revised_prompt: str | None = None
    """What the provider made of the prompt, and drew; null where it did not say."""
    elapsed_s: float | None = None
    """Seconds since the job was first seen; null for a picture that no progress came before."""


class Usage(msgspec.Struct, frozen=True, tag="usage"):
    """Totals of the reply so far; the last one counts."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None


class Notice(msgspec.Struct, frozen=True, tag="notice", omit_defaults=True):
    """Something the reader should know that is not part of the answer."""

    text: str
    wait_s: float | None = None
    """The request is sent again after so many seconds."""


class FollowUps(msgspec.Struct, frozen=True, tag="follow_ups"):
    """What the provider proposes to ask next; a later one replaces an earlier one."""

    prompts: tuple[str, ...]


class Approval(msgspec.Struct, frozen=True, tag="approval"):
    """The provider stopped and waits for the user to decide. The same `id` replaces."""

    id: str
    prompt: str
    """What is to be decided; may be empty where the answer's text says it."""
    approve: str = "Approve"
    """The words of the two choices."""
    reject: str = "Reject"
    feedback: bool = False
    """Words may be added to the decision."""
    resume: str = ""
    """What the provider needs to go on from here; nobody else's concern."""


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The reply ended without an error."""

    reason: FinishReason
    elapsed_s: float = 0.0
    """Seconds from the request to this event; the stream worker stamps it."""
    first_s: float | None = None
    """Seconds to the first text or picture; the stream worker stamps it."""
    stop_answer: StopAnswer | None = None
    """What the provider said to the request to stop; null where none was sent."""
    settled: bool | msgspec.UnsetType = msgspec.UNSET
    """The user has said what becomes of a reply that broke off; left out before that."""


class StreamError(msgspec.Struct, frozen=True, tag="error"):
    """The reply ended with an error; what came before it is kept."""

    kind: ErrorKind
    message: str
    hint: str = ""
    """What the user can do next."""
    status: int | None = None
    retry_after_s: float | None = None


Terminal: TypeAlias = Finished | StreamError
Content: TypeAlias = TextDelta | ReasoningDelta | ToolCall | ImagePreview | ImageResult
"""What a reader has seen of an answer: after the first of these nothing is retried."""
StreamEvent: TypeAlias = (
    Started
    | TextDelta
    | ReasoningDelta
    | Step
    | SourceRefs
    | ToolCall
    | ImageProgress
    | ImagePreview
    | ImageResult
    | Usage
    | Notice
    | FollowUps
    | Approval
    | Finished
    | StreamError
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[StreamEvent] = msgspec.json.Decoder(StreamEvent)


def encode_event(event: StreamEvent) -> bytes:
    """Encode as one line of JSON, without the bytes of pictures."""
    if isinstance(event, ImagePreview | ImageResult):
        fields = msgspec.to_builtins(msgspec.structs.replace(event, data=b""))
        del fields["data"]
        return _encoder.encode(fields)
    return _encoder.encode(event)


def decode_event(line: bytes | str) -> StreamEvent:
    """Decode what `encode_event` made.

    Raises:
        msgspec.ValidationError: the line is not an event.
    """
    return _decoder.decode(line)
