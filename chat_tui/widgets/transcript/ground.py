"""What the rows of a widget are painted on: its own style, and Textual's filters."""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.document.spans import Ink, Span
from chat_tui.widgets.transcript.ink_styles import REPLY, InkStyles

MOST_STYLES = 4096
"""Every address is a style of its own."""


class Ground:
    """A widget's look at one time; whoever keeps it makes it anew when styles change."""

    def __init__(self, widget: Widget) -> None:
        self.base: Style = widget.rich_style
        """Of the widget itself."""
        self._filters = widget.get_line_filters()
        self._background = widget.background_colors[1]
        self._styles: dict[Style | None, Style | None] = {}
        self._inks: dict[tuple[Ink, str], Style | None] = {}
        """For the one `InkStyles` that it is used with."""

    def row(self, spans: Iterable[Span], provider: str, styles: InkStyles, width: int) -> Strip:
        """Paint a row, padded to its width.

        Args:
            spans: What stands in it.
            provider: Whose message it is in.
            styles: What inks look like.
            width: In cells; what does not fit is cut off.
        """
        segments: list[Segment] = []
        known = self._inks
        used = 0
        for text, ink, link in spans:
            key = (ink, provider if ink == REPLY else link)
            style = known.get(key)
            if style is None:
                if len(known) > MOST_STYLES:
                    known.clear()
                style = known[key] = self._look(styles.style(*key, self.base))
            segments.append(Segment(text, style))
            used += len(text) if text.isascii() else cell_len(text)
        if used < width:
            segments.append(Segment(" " * (width - used), self._look(self.base)))
        strip = Strip(segments, max(used, width))
        return strip.crop(0, width) if used > width else strip

    def filtered(self, segments: Iterable[Segment]) -> list[Segment]:
        """Do what Textual does for rows that it paints itself: NO_COLOR, and 16 colours.

        Its filters change styles only, and each style always in the same way.
        """
        if not self._filters:
            return list(segments)
        return [Segment(text, self._look(style), control) for text, style, control in segments]

    def _look(self, style: Style | None) -> Style | None:
        known = self._styles
        if style not in known:
            if len(known) > MOST_STYLES:
                known.clear()
            segments = [Segment("x", style)]
            for each in self._filters:
                segments = each.apply(segments, self._background)
            known[style] = segments[0].style
        return known[style]
