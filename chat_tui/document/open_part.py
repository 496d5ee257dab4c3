"""The part of a reply that takes more text, and the document that a text part grows into."""

from typing import TYPE_CHECKING

from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.events import ImageProgress, ImageResult, ReasoningDelta, TextDelta, ToolCall
from chat_tui.message import Message, ReasoningPart, TextPart

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut


class TextSoFar:
    """The document of one text part, and how much of the part it was given."""

    __slots__ = ("document", "fed_chars")

    def __init__(self, hand_out: "HandOut | None" = None) -> None:
        self.document = MarkdownDocument(hand_out=hand_out)
        self.fed_chars = 0

    def feed(self, text: str) -> None:
        self.document.feed(text)
        self.fed_chars += len(text)


def open_part(message: Message) -> TextPart | ReasoningPart | None:
    """Find the part that takes more text: as in the fold, steps and notices do not end one."""
    if message.status != "streaming":
        return None
    for part in reversed(message.parts):
        if isinstance(part, TextPart | ReasoningPart):
            return part
        if isinstance(part, ToolCall | ImageProgress | ImageResult):
            return None
    return None


def takes(part: TextPart | ReasoningPart | None, event: TextDelta | ReasoningDelta) -> bool:
    """Whether a delta is more of this part."""
    match part, event:
        case TextPart(refusal=refusal), TextDelta():
            return event.refusal is refusal
        case ReasoningPart(), ReasoningDelta():
            return True
        case _:
            return False
