"""Spans: text with its meaning, of which the rows of a document are made."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len

from chat_tui import glyphs

Ink: TypeAlias = str
"""What text means: words joined by a space, in the order of `INK_WORDS`.

Whole inks beside those: `text`, `mark` (bullets, numbers, footnotes), `quote` (its bar), `rule`,
`border`, `dim`, `task`, `task.done`, and `syntax` and `syntax.*` for code in fences.
"""
INK_WORDS = (
    "heading1",
    "heading2",
    "heading3",
    "heading4",
    "heading5",
    "heading6",
    "em",
    "strong",
    "strike",
    "code",
    "link",
    "mark",
)


class Span(NamedTuple):
    """A piece of a row."""

    text: str
    """Without line ends."""
    ink: Ink
    link: str = ""
    """The address behind it: http, https or mailto."""


def cells(spans: Sequence[Span]) -> int:
    """Measure spans as they are painted, each for itself."""
    return sum(cell_len(span.text) for span in spans)


def cut(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """Take the characters from `start` to `end` of the text of spans."""
    taken: list[Span] = []
    at = 0
    for span in spans:
        if at >= end:
            break
        after = at + len(span.text)
        if after > start:
            text = span.text[max(0, start - at) : end - at]
            if text:
                taken.append(span if len(text) == len(span.text) else span._replace(text=text))
        at = after
    return taken


def stripped(spans: list[Span]) -> list[Span]:
    """Drop the spaces at the end, which may hang over the edge; changes the list."""
    while spans:
        text = spans[-1].text.rstrip(" ")
        if text:
            if len(text) < len(spans[-1].text):
                spans[-1] = spans[-1]._replace(text=text)
            break
        spans.pop()
    return spans


def fitted(spans: list[Span], room: int) -> list[Span]:
    """Make sure that spans are not wider than the room, in cells.

    Only what cannot be cut is ever wider: one grapheme in too narrow a room, which becomes an
    ellipsis, or a grapheme whose parts have different inks, which get the first one's.
    """
    if cells(spans) <= room:
        return spans
    text = "".join(span.text for span in spans)
    if cell_len(text) > room:
        text = str(glyphs.CUT)[:room]
    return [Span(text, spans[0].ink)]
