"""Leaves of flowing text: paragraphs, headings and items of lists; and rules."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from chat_tui import glyphs
from chat_tui.document.addresses import may_have_addresses
from chat_tui.document.markdown.inline import References, inline_spans, joined, settled, too_deep
from chat_tui.document.markdown.leaf import Place, columns_between, offset_of_cell
from chat_tui.document.spans import Ink, Span, cells, cut, fitted, stripped
from chat_tui.document.wrap import append_wrap, expand_tabs, wrap

SETTLE_CHARS = 120
"""A paragraph has grown by so much before its beginning is settled again."""


class Settled(NamedTuple):
    """The beginning of a paragraph, which means the same whatever comes after it."""

    chars: int = 0
    spans: tuple[Span, ...] = ()
    looked_at: int = 0
    """How long the paragraph was when more of it was tried to be settled."""


class Known(NamedTuple):
    """What was made of a paragraph when it was looked at."""

    markdown: str
    place: Place
    spans: tuple[Span, ...] | None
    width: int
    starts: Sequence[int]
    """Of its rows, at that width."""
    settled: Settled


class Paragraph:
    """Text that flows; its Markdown is parsed when it is looked at first."""

    __slots__ = (
        "_grows",
        "_place",
        "_settled",
        "_spans",
        "_starts",
        "_text",
        "_width",
        "base",
        "markdown",
        "references",
        "source",
    )

    def __init__(
        self,
        markdown: str,
        source: tuple[int, int],
        place: Place,
        references: References,
        base: Ink = "text",
    ) -> None:
        """Make a paragraph.

        Args:
            markdown: Inline Markdown, its lines without white space at their beginnings.
            source: Where it stands.
            place: What is before its rows.
            references: What its links may name; looked at when the text is parsed.
            base: `text`, or a heading's ink.
        """
        self.markdown = markdown
        self.source = source
        self.base = base
        self.references = references
        self._place = place
        self._settled = Settled()
        self._grows = False
        """It was looked at when it was shorter."""
        self._spans: tuple[Span, ...] | None = None
        self._text = ""
        self._width = 0
        self._starts: Sequence[int] = ()

    @property
    def place(self) -> Place:
        return self._place

    @property
    def text(self) -> str:
        self._parse()
        return self._text

    def forget(self) -> None:
        """Parse again when it is next looked at: a link in it may now be known."""
        self._settled = Settled()
        self._spans = None
        self._width = 0

    @property
    def known(self) -> "Known":
        """What was made of it so far."""
        return Known(
            self.markdown, self._place, self._spans, self._width, self._starts, self._settled
        )

    def inherit(self, shorter: "Known") -> None:
        """Take over what is known of the same paragraph when it was shorter, as far as it holds."""
        markdown, spans = shorter.markdown, shorter.spans
        self._grows = True
        if self.markdown.startswith(markdown[: shorter.settled.chars]):
            self._settled = shorter.settled
        if not spans or spans[-1].ink != self.base or not self.markdown.startswith(markdown):
            return
        added = self.markdown[len(markdown) :]
        if "&" in markdown or not _plain_end().fullmatch(markdown[-1:] + added):
            return
        if may_have_addresses(self.markdown) and may_have_addresses(_last_word(markdown) + added):
            return
        # The end is outside of all markup, and nothing in what was added is any.
        last = spans[-1]
        self._spans = (*spans[:-1], last._replace(text=last.text + added))
        self._text = "".join(span.text for span in self._spans)
        if shorter.width and shorter.place.rest == self._place.rest:
            self._width = shorter.width
            starts = list(shorter.starts)
            length = len(self._text) - len(added)
            append_wrap(starts, length, self._text, self._place.room(self._width))
            self._starts = starts

    def steady_rows(self, before: "Known", width: int) -> int:
        """Count the rows, from the first on, that are as they were."""
        if before.spans is None or before.width != width or before.place != self._place:
            return 0
        starts, chars = self._wrap(width), _same_chars(before.spans, self._parse())
        rows = bisect_right(starts, chars) - 1
        while rows > 0 and before.starts[: rows + 1] != starts[: rows + 1]:
            rows -= 1
        return self._place.gap_rows + rows

    def height(self, width: int) -> int:
        return self._place.gap_rows + len(self._wrap(width))

    def row(self, index: int, width: int) -> Sequence[Span]:
        index -= self._place.gap_rows
        if index < 0:
            return self._place.gap_row(width)
        prefix = self._place.prefix(index, width)
        start, end = self._range(index, width)
        spans = stripped(cut(self._parse(), start, end))
        return (*prefix, *fitted(spans, self._place.room(width)))

    def offset_at(self, index: int, column: int, width: int) -> int:
        index -= self._place.gap_rows
        if index < 0:
            return 0
        start, end = self._range(index, width)
        column -= cells(self._place.prefix(index, width))
        return start + offset_of_cell(self.text[start:end], column)

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        index -= self._place.gap_rows
        if index < 0:
            return None
        first, last = self._range(index, width)
        indent = cells(self._place.prefix(index, width))
        return columns_between(self.text[first:last].rstrip(" "), first, start, end, indent)

    def _parse(self) -> tuple[Span, ...]:
        if self._spans is None:
            spans = self._parse_rest()
            text = "".join(span.text for span in spans)
            if "\t" in text:
                text, spans = _without_tabs(spans)
            self._text = text
            self._spans = spans
        return self._spans

    def _parse_rest(self) -> tuple[Span, ...]:
        """Parse what is not settled, and settle more of what grows now and then."""
        chars, before, looked_at = self._settled
        markdown, references = self.markdown, self.references
        if (
            self._grows
            and len(markdown) - max(chars, looked_at) > SETTLE_CHARS
            and "\t" not in markdown
        ):
            more, new = settled(markdown[chars:], references, self.base)
            chars, before = chars + more, joined(before, new)
            self._settled = Settled(chars, before, len(markdown))
        if chars and too_deep(markdown):
            return inline_spans(markdown, references, self.base)
        return joined(before, inline_spans(markdown[chars:], references, self.base))

    def _wrap(self, width: int) -> Sequence[int]:
        if width != self._width:
            text = self.text
            room = self._place.room(width)
            self._starts = (
                _ONE_ROW if len(text) * 2 <= room and "\n" not in text else wrap(text, room)
            )
            self._width = width
        return self._starts

    def _range(self, index: int, width: int) -> tuple[int, int]:
        starts = self._wrap(width)
        start = starts[index]
        end = starts[index + 1] if index + 1 < len(starts) else len(self._text)
        if end > start and self._text[end - 1] == "\n":
            end -= 1
        return start, end


class Rule:
    """A line across."""

    __slots__ = ("_place", "source")
    text = ""

    def __init__(self, source: tuple[int, int], place: Place) -> None:
        self.source = source
        self._place = place

    def height(self, width: int) -> int:
        return self._place.gap_rows + 1

    def row(self, index: int, width: int) -> Sequence[Span]:
        index -= self._place.gap_rows
        if index < 0:
            return self._place.gap_row(width)
        prefix = self._place.prefix(0, width)
        return (*prefix, Span(str(glyphs.RULE) * self._place.room(width), "rule"))

    def offset_at(self, index: int, column: int, width: int) -> int:
        return 0

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        return None


_ONE_ROW = (0,)


def _same_chars(before: Sequence[Span], now: Sequence[Span]) -> int:
    """Count the characters that two texts have in common at their beginnings, inks included."""
    chars = 0
    for old, new in zip(before, now, strict=False):
        if old is not new and old != new:
            if old[1:] == new[1:] and new.text.startswith(old.text):
                chars += len(old.text)
            break
        chars += len(old.text)
    return chars


@cache
def _plain_end() -> re.Pattern[str]:
    return re.compile(r"[^\\`*_~!()\[\]<>&;\n\t]*")


def _last_word(markdown: str) -> str:
    return markdown[max(markdown.rfind(" "), markdown.rfind("\n")) + 1 :]


def _without_tabs(spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
    text = ""
    expanded: list[Span] = []
    for span in spans:
        piece = expand_tabs(span.text, after=text)
        text += piece
        expanded.append(span._replace(text=piece))
    return text, tuple(expanded)
