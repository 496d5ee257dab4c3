"""What stands in a transcript in which nothing has been said."""

from collections.abc import Sequence

from chat_tui import glyphs
from chat_tui.document.block_rows import INDENT
from chat_tui.document.blocks import TextBlock
from chat_tui.document.spans import Span
from chat_tui.text import clean_line

WELCOME_DEMO = "A simulation inside this program: no key, no network, no model."


class Welcome:
    """Says who listens, what was found, and what to do first."""

    def __init__(self, hint: str) -> None:
        """Prepare it.

        Args:
            hint: What to do first, with the keys for it.
        """
        self._hint = hint
        self._provider = ""
        self._found: Sequence[tuple[str, str]] = ()
        self._others = ""
        self._blocks: tuple[TextBlock, ...] = ()

    def name(self, provider: str) -> None:
        """Say who listens."""
        self._provider = provider
        self._compose()

    def found(self, found: Sequence[tuple[str, str]], others: str) -> None:
        """Say what was found on this machine.

        Args:
            found: What each thing is, after the key that takes it.
            others: What else can be done.
        """
        self._found, self._others = found, others
        self._compose()

    def row(self, y: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded; `width` is in cells."""
        width -= INDENT
        if width < 1:  # not laid out yet: one letter in a row is worse than none
            return ()
        for block in self._blocks:
            height = block.height(width)
            if y < height:
                row = block.row(y, width)
                return (Span(" " * INDENT, "text"), *row) if row else ()
            y -= height
        return ()

    def _compose(self) -> None:
        name = clean_line(self._provider)
        blocks = [TextBlock(f"You are talking to {name}.", gap=1)]
        if self._provider == "demo":
            blocks.append(TextBlock(WELCOME_DEMO, ink="dim"))
        if self._found:
            blocks.append(TextBlock("Found on this machine:", gap=1))
            blocks += [_line(key, what) for key, what in self._found]
        if self._others:
            blocks.append(TextBlock(self._others, ink="dim", gap=1))
        hint_gap = 0 if self._others else 1
        self._blocks = (*blocks, TextBlock(self._hint, ink="dim", gap=hint_gap))


def _line(key: str, what: str) -> TextBlock:
    first = f"{glyphs.DONE} {clean_line(key, 16)}  " if key else f"{glyphs.DONE} "
    return TextBlock(clean_line(what, 200), first=first, rest=" " * len(first))
