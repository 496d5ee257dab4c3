"""What of a part can be searched: the words that a reader sees, beside its text."""

from collections.abc import Iterator
from typing import TypeAlias, assert_never

from chat_tui.events import (
    Approval,
    FollowUps,
    ImageProgress,
    ImageResult,
    Notice,
    SourceRefs,
    Step,
    ToolCall,
)

EventPart: TypeAlias = (
    Step | SourceRefs | ToolCall | ImageProgress | ImageResult | Notice | FollowUps | Approval
)


def searchable(part: EventPart) -> str | None:
    """Join the words of a part; null where it has none that somebody would look for.

    A picture has none: its prompt is the turn that it answers.
    """
    return "\n".join(filter(None, _words(part))) or None


def _words(part: EventPart) -> Iterator[str | None]:
    match part:
        case Step():
            yield from (part.label, part.detail)
        case SourceRefs(sources=sources):
            for source in sources:
                yield from (source.title, source.url, source.excerpt)
        case ToolCall():
            yield from (part.name, part.arguments, part.output)
        case Approval():
            yield part.prompt
        case ImageProgress() | ImageResult() | Notice() | FollowUps():
            pass
        case _:
            assert_never(part)
