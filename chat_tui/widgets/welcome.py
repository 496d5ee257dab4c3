"""What stands in a transcript in which nothing has been said."""

from collections.abc import Sequence

from chat_tui.document.blocks import TextBlock
from chat_tui.document.message_view import INDENT
from chat_tui.document.spans import Span
from chat_tui.text import clean_line

WELCOME_DEMO = "A simulation inside this program: no key, no network, no model."


class Welcome:
    """Says who listens, and what to do first."""

    def __init__(self, hint: str) -> None:
        """Prepare it.

        Args:
            hint: What to do first, with the keys for it.
        """
        self._hint = hint
        self._blocks: tuple[TextBlock, ...] = ()

    def name(self, provider: str) -> None:
        """Say who listens."""
        demo = [TextBlock(WELCOME_DEMO, ink="dim")] if provider == "demo" else []
        self._blocks = (
            TextBlock(f"You are talking to {clean_line(provider)}.", gap=1),
            *demo,
            TextBlock(self._hint, ink="dim", gap=1),
        )

    def row(self, y: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded; `width` is in cells."""
        width = max(1, width - INDENT)
        for block in self._blocks:
            height = block.height(width)
            if y < height:
                row = block.row(y, width)
                return (Span(" " * INDENT, "text"), *row) if row else ()
            y -= height
        return ()
