"""What the rows of a widget are painted on: its own style, and Textual's filters."""

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.widget import Widget


class Ground:
    """A widget's look at one time; whoever keeps it makes it anew when styles change."""

    def __init__(self, widget: Widget) -> None:
        self.base: Style = widget.rich_style
        """Of the widget itself."""
        self._filters = widget.get_line_filters()
        self._background = widget.background_colors[1]
        self._styles: dict[Style | None, Style | None] = {}

    def filtered(self, segments: Iterable[Segment]) -> list[Segment]:
        """Do what Textual does for rows that it paints itself: NO_COLOR, and 16 colours.

        Its filters change styles only, and each style always in the same way.
        """
        if not self._filters:
            return list(segments)
        known = self._styles
        painted: list[Segment] = []
        for text, style, control in segments:
            if style not in known:
                if len(known) > 4096:  # every address is a style of its own
                    known.clear()
                known[style] = self._through_filters(style)
            painted.append(Segment(text, known[style], control))
        return painted

    def _through_filters(self, style: Style | None) -> Style | None:
        segments = [Segment("x", style)]
        for each in self._filters:
            segments = each.apply(segments, self._background)
        return segments[0].style
