"""The row that a message begins with, and those that say how a reply ended."""

from collections.abc import Iterator
from typing import Final

from chat_tui import glyphs
from chat_tui.document.blocks import TextBlock
from chat_tui.document.message_words import totals
from chat_tui.events import Approval, Finished, ImageProgress, ImageResult, StreamError
from chat_tui.message import Message
from chat_tui.text import clean

ENDINGS: Final = {
    "length": "cut off: the model reached its length limit",
    "filtered": "the provider filtered the rest",
    "tool_calls": "the model waits for the result of a tool call",
    "incomplete": "incomplete: the reply broke off here",
    "cancelled": "stopped",
}


def header_block(message: Message, name: str, clock: str, note: str = "") -> TextBlock:
    """Make the row that says who speaks, and when; a note stands before the time."""
    ink = "you" if message.role == "user" else "reply"
    right = f"{note}  {clock}" if note else clock
    return TextBlock(name, kind="header", ink=ink, right=right)


def ending_blocks(message: Message, error_hint: str, gap: int) -> Iterator[TextBlock]:
    """Make the rows below a reply.

    Args:
        message: The reply.
        error_hint: Stands below an error.
        gap: Empty rows above what needs some.
    """
    match message.outcome:
        case StreamError() as error:
            yield TextBlock(
                clean(error.message), kind="ending", ink="error", first=f"{glyphs.FAILED} ", rest="  ",
                mark_ink="error", gap=gap,
            )  # fmt: skip
            for hint in filter(None, (error.hint, error_hint)):
                yield TextBlock(clean(hint), kind="ending", ink="dim", first="  ", rest="  ")
        case Finished() as finished:
            words = totals(message, finished)
            if ending := _ending(message, finished):
                yield TextBlock(
                    ending, kind="ending", ink="warning", first=f"{glyphs.STOPPED} ", rest="  ",
                    mark_ink="warning", right=words, gap=gap,
                )  # fmt: skip
            elif words:
                yield TextBlock("", kind="ending", right=words)
        case None:
            pass


def _ending(message: Message, finished: Finished) -> str:
    if finished.reason == "tool_calls" and any(
        isinstance(part, Approval) for part in message.parts
    ):
        return ""  # what it waits for stands right above
    ending = ENDINGS.get(finished.reason, "")
    if finished.reason == "cancelled":
        parts = message.parts
        if parts and all(isinstance(part, ImageProgress) for part in parts):
            return ""  # the block of the picture says it
        if finished.stop_answer is not None and not any(
            isinstance(part, ImageProgress | ImageResult) for part in parts
        ):
            from chat_tui.document.pictures.picture_words import stop_words

            return f"{ending} {glyphs.DOT} {stop_words(finished.stop_answer)}"
    return ending
