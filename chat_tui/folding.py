"""Events to a message and back: on screen, on disk and in a test a reply is the same fold.

Law: `fold(replay(m), blanked(m)) == m` for every `m` that a fold made.
"""

from collections.abc import Iterable, Iterator
from typing import assert_never

import msgspec

from chat_tui.events import (
    Approval,
    Finished,
    FollowUps,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    Terminal,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.message import Attachment, Decision, Lineage, Message, Part, ReasoningPart, TextPart


class Folder:
    """A fold under way, for readers that want the message while it still streams."""

    def __init__(self, into: Message) -> None:
        """Start from a blank reply, or from what was folded before."""
        self._into = into
        self._parts: list[Part] = list(into.parts)
        self._pieces: list[str] = []
        self._open: TextPart | ReasoningPart | None = None
        """The part that deltas go to; its text is in `_pieces` until it closes."""
        self._provider, self._model, self._remote_id = into.provider, into.model, into.remote_id
        self._usage: Usage | None = into.usage
        self._outcome: Terminal | None = into.outcome
        for index in range(len(self._parts) - 1, -1, -1):
            part = self._parts[index]
            if isinstance(part, TextPart | ReasoningPart):
                self._open_at(index, part)
                break
            if isinstance(part, ToolCall | ImageResult | ImageProgress):
                break

    def add(self, event: StreamEvent) -> None:
        """Take in the next event; what comes after the terminal one is ignored."""
        if self._outcome is not None:
            return
        match event:
            case TextDelta(text=text, refusal=refusal):
                is_open = isinstance(self._open, TextPart) and self._open.refusal is refusal
                self._extend(text, None if is_open else TextPart("", refusal))
            case ReasoningDelta(text=text, elapsed_s=elapsed_s):
                is_open = isinstance(self._open, ReasoningPart)
                self._extend(text, None if is_open else ReasoningPart(""))
                if elapsed_s is not None and isinstance(self._open, ReasoningPart):
                    self._open = ReasoningPart("", elapsed_s)
            case Started(provider=provider, model=model, remote_id=remote_id):
                self._provider = provider or self._provider
                self._model = model or self._model
                self._remote_id = remote_id or self._remote_id
            case Usage():
                self._usage = _later_usage(self._usage, event)
            case Step() | SourceRefs() | Notice() | FollowUps() | Approval():
                self._put(event)
            case ToolCall() | ImageProgress() | ImageResult():
                self._put(_without_bytes(event))
            case ImagePreview():
                pass  # a preview is for the eye; the picture that it becomes is kept
            case Finished() | StreamError():
                self._close()
                self._outcome = event
            case _:
                assert_never(event)

    def message(self) -> Message:
        """The message as it stands now."""
        self._flush()
        return msgspec.structs.replace(
            self._into,
            parts=tuple(self._parts),
            provider=self._provider,
            model=self._model,
            remote_id=self._remote_id,
            usage=self._usage,
            outcome=self._outcome,
        )

    def _extend(self, text: str, new: TextPart | ReasoningPart | None) -> None:
        if new is not None:
            self._close()
            self._parts.append(new)
            self._open_at(len(self._parts) - 1, new)
        self._pieces.append(text)

    def _open_at(self, index: int, part: TextPart | ReasoningPart) -> None:
        self._open, self._open_index, self._pieces = part, index, [part.text]

    def _close(self) -> None:
        self._flush()
        self._open = None

    def _flush(self) -> None:
        if self._open is None:
            return
        text = "".join(self._pieces)
        self._pieces = [text]
        self._parts[self._open_index] = msgspec.structs.replace(self._open, text=text)

    def _put(self, part: Part) -> None:
        """Replace the part that this one supersedes, else append it."""
        for index, earlier in enumerate(self._parts):
            if _supersedes(part, earlier):
                self._parts[index] = part
                return
        if isinstance(part, ToolCall | ImageProgress | ImageResult):
            self._close()  # text after a new one is a part of its own
        self._parts.append(part)


def fold(events: Iterable[StreamEvent], into: Message) -> Message:
    """Fold events into a message.

    Args:
        events: In the order in which they came.
        into: The reply as it stood before them.

    Returns:
        The reply after them. Text and reasoning are joined; the last state of each step, tool
        call and picture job stands where it first stood.
    """
    folder = Folder(into)
    for event in events:
        folder.add(event)
    return folder.message()


def replay(message: Message) -> Iterator[StreamEvent]:
    """Tell a message again as the shortest list of events that folds to it."""
    yield Started(message.provider, message.model, message.remote_id)
    for part in message.parts:
        match part:
            case TextPart(text=text, refusal=refusal):
                yield TextDelta(text, refusal)
            case ReasoningPart(text=text, elapsed_s=elapsed_s):
                yield ReasoningDelta(text, elapsed_s)
            case Decision() | Attachment() | Lineage():
                pass  # in a user's turn only, which no fold makes
            case _:
                yield part
    if message.usage is not None:
        yield message.usage
    if message.outcome is not None:
        yield message.outcome


def blanked(message: Message) -> Message:
    """The reply that `message` was folded into."""
    return msgspec.structs.replace(message, parts=(), remote_id=None, usage=None, outcome=None)


def _supersedes(part: Part, earlier: Part) -> bool:
    match part, earlier:
        case (Step(id=new), Step(id=old)) | (ToolCall(id=new), ToolCall(id=old)):
            return new == old
        case (SourceRefs(), SourceRefs()) | (FollowUps(), FollowUps()):
            return True
        case Approval(id=new), Approval(id=old):
            return new == old
        case ImageProgress(job=new), ImageProgress(job=old):
            return new == old
        case ImageResult(job=new), ImageProgress(job=old):
            return new == old
        case ImageResult(), ImageResult():
            return (part.job, part.index) == (earlier.job, earlier.index)
        case _:
            return False


def _without_bytes(part: ToolCall | ImageProgress | ImageResult) -> Part:
    if isinstance(part, ImageResult) and part.data:
        return msgspec.structs.replace(part, data=b"")
    return part


def _later_usage(earlier: Usage | None, later: Usage) -> Usage:
    """Totals replace totals; a field that the later one leaves out stays known."""
    if earlier is None:
        return later

    def pick(new: float | None, old: float | None) -> float | None:
        return old if new is None else new

    return Usage(
        input_tokens=later.input_tokens if later.input_tokens is not None else earlier.input_tokens,
        output_tokens=(
            later.output_tokens if later.output_tokens is not None else earlier.output_tokens
        ),
        cost_usd=pick(later.cost_usd, earlier.cost_usd),
    )
