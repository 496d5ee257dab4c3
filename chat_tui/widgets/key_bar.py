"""The footer: the keys that matter here and now."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

KeyHint = tuple[str, str]
"""A key as people write it, and a word for what it does."""

TRANSCRIPT_KEYS: Final[tuple[KeyHint, ...]] = (
    ("Up Down", "move"),
    ("Enter", "fold"),
    ("Esc", "back"),
    ("c", "copy"),
    ("o", "link"),
    ("/", "find"),
)
"""While the transcript has the keys; these are its own, and are not rebound."""
FIND_KEYS: Final[tuple[KeyHint, ...]] = (
    ("Enter", "next"),
    ("Shift+Enter", "previous"),
    ("Esc", "close"),
)
"""While something is looked for."""
ATTACHMENT_KEYS: Final[tuple[KeyHint, ...]] = (
    ("Left Right", "move"),
    ("Enter", "into the prompt"),
    ("Backspace", "remove"),
    ("Esc", "back"),
)
"""While the files and pastes above the prompt have the keys."""
TRANSCRIPT_HELP: Final[tuple[KeyHint, ...]] = (
    ("Up, Down, Home, End", "In the transcript: from block to block"),
    ("Enter, Space", "Open or close the block"),
    ("c, C, m", "Copy the block, the reply, its Markdown"),
    ("o", "Open a link of the block"),
    ("/, n, N", "Find; next match, the one before"),
)


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
        before, self._hints = self._hints, tuple(hints)
        if self._hints != before:
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
