"""A turn as it was typed: plain text, in which bare addresses are links."""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from chat_tui.document.addresses import Address, addresses, may_have_addresses
from chat_tui.document.blocks import TextBlock
from chat_tui.document.spans import Span


class TypedBlock(TextBlock):
    """Wrapped text that does not grow."""

    __slots__ = ("_addresses",)

    def __init__(self, text: str, *, gap: int = 0) -> None:
        """Make a block; see `TextBlock`."""
        super().__init__(text, gap=gap)
        self._addresses: Sequence[Address] | None = None
        """Null until it is looked at."""

    def row(self, index: int, width: int) -> Sequence[Span]:
        row = super().row(index, width)
        start = self.offset_at(index, 0, width)
        return self.spans(start, start + len(row[0].text)) if row else row

    def spans(self, start: int, end: int) -> Sequence[Span]:
        """Return a piece of the text, in as many spans as it takes."""
        text, found = self.text, self._found()
        spans: list[Span] = []
        at = start
        for address in found[bisect_right(found, start, key=_end) :]:
            if address.start >= end:
                break
            first, last = max(at, address.start), min(end, address.end)
            spans += (
                Span(text[at:first], "text"),
                Span(text[first:last], "link", address.target),
            )
            at = last
        spans.append(Span(text[at:end], "text"))
        return [span for span in spans if span.text]

    def _found(self) -> Sequence[Address]:
        if self._addresses is None:
            self._addresses = tuple(addresses(self.text)) if may_have_addresses(self.text) else ()
        return self._addresses


_end = attrgetter("end")
