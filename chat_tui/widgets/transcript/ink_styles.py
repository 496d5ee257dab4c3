"""What inks look like: a theme's colours, joined where a word has several meanings."""

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from rich.style import Style

from chat_tui.document.provider_place import provider_number
from chat_tui.document.spans import Ink, Span

REPLY = "reply"
"""The ink that has a colour of its own for each provider."""


class InkStyles:
    """Styles by ink; the joined ones are made once."""

    def __init__(
        self,
        styles: Mapping[Ink, Style],
        *,
        replies: Sequence[Style] = (),
        selected: Style | None = None,
        found: Style | None = None,
        current: Style | None = None,
    ) -> None:
        """Name the styles.

        Args:
            styles: One for each word that an ink may have.
            replies: A palette from which each provider keeps one.
            selected: Laid over what is selected.
            found: Laid over what a search found.
            current: Laid over that one of them where the reader is.
        """
        self._words = styles
        self._replies = tuple(replies)
        self.selected = selected or Style(reverse=True)
        self.found = found or Style(reverse=True)
        self.current = current or self.found + Style(bold=True, underline=True)
        self._joined: dict[tuple[Ink, str, Style], Style] = {}

    def without_colour(self) -> "InkStyles":
        """Return styles whose marks can be seen, and told apart, where colours cannot."""
        return InkStyles(
            self._words,
            replies=self._replies,
            selected=Style(reverse=True),
            found=Style(underline=True),
            current=Style(reverse=True, bold=True, underline=True),
        )

    def segments(self, spans: Sequence[Span], provider: str, base: Style) -> list[Segment]:
        """Paint a row.

        Args:
            spans: Of the row.
            provider: Whose message it is in.
            base: The style of the widget.
        """
        return [
            Segment(text, self.style(ink, provider if ink == REPLY else link, base))
            for text, ink, link in spans
        ]

    def style(self, ink: Ink, detail: str, base: Style) -> Style:
        """The style of an ink.

        Args:
            ink: Of a span.
            detail: The provider for `REPLY`, else the address that the span leads to.
            base: The style of the widget.
        """
        key = (ink, detail, base)
        style = self._joined.get(key)
        if style is None:
            if len(self._joined) > 4096:  # every address is a style of its own
                self._joined.clear()
            style = self._joined[key] = self._join(ink, detail, base)
        return style

    def _join(self, ink: Ink, detail: str, base: Style) -> Style:
        if ink == REPLY:
            if not self._replies:
                return base
            return base + self._replies[provider_number(detail, len(self._replies))]
        style = base
        for word in ink.split(" "):
            style += self._words.get(word, Style.null())
        return style + Style(link=detail) if detail else style
