"""The footer: the keys that matter here and now."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

KeyHint = tuple[str, str]
"""A key as people write it, and a word for what it does."""


class KeyBar(Widget):
    """One row; what does not fit is left out at the right."""

    DEFAULT_CSS = """
    KeyBar { height: 1; color: $text-muted; }
    """

    def __init__(self, hints: Sequence[KeyHint]) -> None:
        """Make a footer.

        Args:
            hints: The most important first.
        """
        super().__init__()
        self._hints = tuple(hints)

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys instead."""
        self._hints = tuple(hints)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        segments = [Segment(" ", base)]
        used = 1
        for key, word in self._hints:
            size = cell_len(f"{key} {word}")
            if used + size > width:
                break
            segments += [
                Segment(key, base + Style(bold=True)),
                Segment(f" {word}   ", base),
            ]
            used += size + 3
        return Strip(segments).adjust_cell_length(width, base)
