"""A message and its parts: pure values, equal when their content is.

A part is either text, or the last state that an event reported: steps, sources, tool calls,
pictures and notices are kept as the event that said so.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, TypeAlias, assert_never

import msgspec

from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    SourceRefs,
    Step,
    StreamError,
    Terminal,
    ToolCall,
    Usage,
)
from chat_tui.ids import MessageId, new_message_id

Role: TypeAlias = Literal["user", "assistant"]
Status: TypeAlias = Literal[
    "streaming", "complete", "interrupted", "cancelled", "truncated", "filtered", "error"
]


class TextPart(msgspec.Struct, frozen=True, tag="text", omit_defaults=True):
    """What was said, in Markdown by custom."""

    text: str
    refusal: bool = False


class ReasoningPart(msgspec.Struct, frozen=True, tag="reasoning", omit_defaults=True):
    """What the model thought before it said it."""

    text: str
    elapsed_s: float | None = None
    """How long it thought."""


class Decision(msgspec.Struct, frozen=True, tag="decision", omit_defaults=True):
    """The user's answer to an `Approval`; only in a user's turn."""

    approval: str
    """The `id` of what was decided."""
    approved: bool
    feedback: str = ""


class Attachment(msgspec.Struct, frozen=True, tag="attachment", omit_defaults=True, kw_only=True):
    """A file that goes along; only in a user's turn."""

    path: str
    """Of the kept copy, absolute."""
    name: str
    """What the user's own file is called."""
    media_type: str
    size_bytes: int
    width_px: int | None = None
    """Of a picture, like the height."""
    height_px: int | None = None

    @property
    def is_picture(self) -> bool:
        """It goes as a picture, and not as text."""
        return self.media_type.startswith("image/")


class Lineage(msgspec.Struct, frozen=True, tag="lineage", omit_defaults=True, kw_only=True):
    """What a turn was made from: a picture, or the words of a reply; only in a user's turn."""

    message: MessageId
    """Where that stands; another conversation of the same store may hold it."""
    picture: int | None = None
    """Its number in that message, from 1; null for the words."""
    said: datetime
    """When that message was made, UTC."""


Part: TypeAlias = (
    TextPart
    | ReasoningPart
    | Step
    | SourceRefs
    | ToolCall
    | ImageProgress
    | ImageResult
    | Notice
    | FollowUps
    | Approval
    | Decision
    | Attachment
    | Lineage
)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a conversation, as far as it is known."""

    id: MessageId
    parent: MessageId | None = None
    """The message this one answers or follows; null at a root."""
    role: Role
    parts: tuple[Part, ...] = ()
    created: datetime
    """UTC."""
    provider: str = ""
    model: str = ""
    parameters: Mapping[str, object] = {}
    """What a reply was asked for with, beside the turns."""
    remote_id: str | None = None
    usage: Usage | None = None
    outcome: Terminal | None = None
    """How a reply ended; null while it streams, and in a user's message."""

    @property
    def status(self) -> Status:
        """How complete the message is, in one word."""
        if self.role == "user":
            return "complete"
        match self.outcome:
            case None:
                return "streaming"
            case StreamError():
                return "error"
            case Finished(reason="length"):
                return "truncated"
            case Finished(reason="filtered"):
                return "filtered"
            case Finished(reason="incomplete"):
                return "interrupted"
            case Finished(reason="cancelled"):
                return "cancelled"
            case Finished():
                return "complete"
            case _:
                assert_never(self.outcome)

    @property
    def text(self) -> str:
        """All the text of the answer, without reasoning, steps and the rest."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that go along."""
        return tuple(part for part in self.parts if isinstance(part, Attachment))


def user_message(
    text: str,
    *,
    parent: MessageId | None,
    attachments: Sequence[Attachment] = (),
    made_from: Lineage | None = None,
) -> Message:
    """Make a user's turn, now; its files stand below its text, and what it was made from."""
    return Message(
        id=new_message_id(),
        parent=parent,
        role="user",
        parts=(TextPart(text), *attachments, *([made_from] if made_from is not None else ())),
        created=datetime.now(UTC),
    )


def decision_message(
    approval: Approval, *, approved: bool, feedback: str = "", parent: MessageId | None
) -> Message:
    """Make the user's turn that answers an approval, now; its text says the same in words."""
    words = approval.approve if approved else approval.reject
    return Message(
        id=new_message_id(),
        parent=parent,
        role="user",
        parts=(
            TextPart(f"{words}: {feedback}" if feedback else words),
            Decision(approval.id, approved, feedback),
        ),
        created=datetime.now(UTC),
    )


def blank_reply(
    *,
    parent: MessageId | None,
    provider: str,
    model: str,
    parameters: Mapping[str, object] | None = None,
) -> Message:
    """Make the reply that a stream will be folded into, now."""
    return Message(
        id=new_message_id(),
        parent=parent,
        role="assistant",
        created=datetime.now(UTC),
        provider=provider,
        model=model,
        parameters=parameters or {},
    )
