"""A Markdown text that grows: leaves that are done are never touched again."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chat_tui.document.markdown.leaf import Leaf
from chat_tui.document.markdown.leaves import Leaves
from chat_tui.document.markdown.starts import undecided
from chat_tui.document.markdown.structure import Snapshot, Structure
from chat_tui.document.spans import Span
from chat_tui.text import Cleaner

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut

LINE_CHARS = 4_096
"""A longer line is looked at in pieces, so that each has a limit to what it costs."""
_LOOK_BACK_CHARS = 256


class MarkdownDocument:
    """The leaves and rows of a text, brought up to date as it comes.

    What is shown depends on the text alone: not on the pieces that it came in, nor on what was
    looked at in between.
    """

    __slots__ = (
        "_cleaner",
        "_closed",
        "_finished",
        "_leaves",
        "_line",
        "_line_start",
        "_long",
        "_parts",
        "_pending",
        "_rows",
        "_snapshot",
        "_structure",
        "_taken",
        "_total_rows",
        "_width",
    )

    def __init__(self, *, clean: bool = True, hand_out: "HandOut | None" = None) -> None:
        """Make an empty document.

        Args:
            clean: Whether what is fed needs cleaning; what entities stand for is always cleaned.
            hand_out: Has code coloured somewhere else; null: it is done here.
        """
        self._cleaner = Cleaner() if clean else None
        self._pending: list[str] = []
        self._taken = 0
        """Characters of the first piece pending that were taken."""
        self._parts: list[str] = []
        self._closed = False
        """No more comes; there may be more to commit."""
        self._finished = False
        self._leaves = Leaves(hand_out)
        self._structure = Structure(self._leaves)
        self._snapshot: Snapshot | None = None
        """What was open before the line that is still coming."""
        self._line = ""
        """What has come of it."""
        self._line_start = 0
        self._long = False
        """Whether it began in a piece that was taken already."""
        self._width = 0
        self._rows: list[int] = []
        """The first row of each leaf, for one width, as far as they are known."""
        self._total_rows = 0
        """Rows of those."""

    @property
    def leaves(self) -> Sequence[Leaf]:
        return self._leaves.list

    @property
    def source(self) -> str:
        """The text that was committed, clean."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @property
    def pending(self) -> bool:
        """Whether there is more to commit."""
        return bool(self._pending) or (self._closed and not self._finished)

    def feed(self, text: str) -> None:
        """Remember text that comes next."""
        if text and not self._closed:
            self._pending.append(text)

    def commit(self, budget_chars: int = 12_000) -> int | None:
        """Bring the leaves up to date with what was fed.

        Args:
            budget_chars: The most that is taken now, at least 1; `pending` says if there is more.

        Returns:
            The first leaf that changed, or that is no more; None if nothing did.
        """
        text = self._take(budget_chars)
        if self._cleaner is not None:
            text = self._cleaner.feed(text)
        self._grow(text)
        if self._closed and not self._pending:
            self._end()
        return self._changed()

    def close(self, budget_chars: int = 12_000) -> None:
        """Take note that the text is over: what follows is ignored.

        Args:
            budget_chars: No more than this is finished at once; of a longer rest, each `commit`
                takes some, and the last one finishes.
        """
        if self._closed:
            return
        self._closed = True
        if self._pending_chars <= budget_chars:
            self.commit(budget_chars)

    def finish(self) -> int | None:
        """Commit all that was fed, whatever it takes; the text is over, and more is ignored.

        Returns:
            As `commit`.
        """
        self._closed = True
        return self.commit(self._pending_chars)

    def height(self, width: int) -> int:
        """Rows at this width, in cells, at least 1."""
        self._measure(width)
        return self._total_rows

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, unpadded, from 0 to `height(width)` - 1; nothing below that."""
        leaf, row = self.leaf_at(index, width)
        if leaf >= len(self._leaves.list):
            return ()
        return self._leaves.list[leaf].row(row, width)

    def leaf_at(self, index: int, width: int) -> tuple[int, int]:
        """Find the leaf at a row, and which row of it that is; below the last, there is no leaf."""
        self._measure(width)
        if index >= self._total_rows:
            return len(self._leaves.list), 0
        leaf = bisect_right(self._rows, index) - 1
        return leaf, index - self._rows[leaf]

    def first_row(self, leaf: int, width: int) -> int:
        """Find the row where a leaf begins, its gap included; that below the last for none."""
        self._measure(width)
        return self._rows[leaf] if leaf < len(self._rows) else self._total_rows

    def changed_row(self, leaf: int, width: int) -> int:
        """Find the first row that may have changed with the leaf that `commit` returned last."""
        return self.first_row(leaf, width) + self._leaves.steady_rows(width)

    @property
    def _pending_chars(self) -> int:
        return sum(map(len, self._pending)) - self._taken

    def _take(self, budget_chars: int) -> str:
        taken: list[str] = []
        used = 0
        for text in self._pending:
            piece = text[self._taken : self._taken + budget_chars]
            taken.append(piece)
            budget_chars -= len(piece)
            self._taken += len(piece)
            if self._taken < len(text):
                break
            used += 1
            self._taken = 0
            if budget_chars <= 0:
                break
        del self._pending[:used]
        return "".join(taken)

    def _grow(self, text: str) -> None:
        if not text or self._finished:
            return
        self._undo()
        self._parts.append(text)
        *complete, last = text.split("\n")
        for line in complete:
            self._line += line
            self._take_pieces()
            self._take_line(self._line, len(self._line) + 1)
            self._line = ""
            self._long = False
        self._line += last
        self._take_pieces()
        self._show_line()

    def _end(self) -> None:
        if self._finished:
            return
        if self._cleaner is not None:
            self._grow(self._cleaner.end())
        self._undo()
        if self._line:
            self._take_line(self._line, len(self._line))
        self._line = ""
        self._structure.end()
        del self._structure  # thousands of short messages may be kept
        self._leaves.finish()
        self._cleaner = None
        self._finished = True

    def _take_pieces(self) -> None:
        """Take what has come of a line that is too long, but for its last piece."""
        line, at = self._line, 0
        while len(line) - at > LINE_CHARS:
            end = _end_of_piece(line, at)
            self._take_line(line[at:end], end - at)
            self._long = True
            at = end
        self._line = line[at:]

    def _take_line(self, text: str, length: int) -> None:
        start = self._line_start
        self._line_start += length
        self._give(text, start)

    def _give(self, text: str, start: int) -> None:
        if self._long:
            if text:
                self._structure.more(text, start, start + len(text))
        else:
            self._structure.line(text, start, start + len(text))

    def _show_line(self) -> None:
        """Show the line that is still coming."""
        structure = self._structure
        if not self._line.strip() or (
            not self._long and undecided(self._line, in_code=structure.in_code)
        ):
            return
        if self._long and structure.in_table:
            return
        self._snapshot = structure.snapshot()
        self._leaves.begin_tentative()
        self._give(self._line, self._line_start)

    def _undo(self) -> None:
        if self._snapshot is not None:
            self._leaves.undo()
            self._structure.restore(self._snapshot)
            self._snapshot = None

    def _changed(self) -> int | None:
        changed = self._leaves.take_changed()
        if changed is not None and changed < len(self._rows):
            self._total_rows = self._rows[changed]
            del self._rows[changed:]
        return changed

    def _measure(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._rows.clear()
            self._total_rows = 0
        leaves = self._leaves.list
        for index in range(len(self._rows), len(leaves)):
            self._rows.append(self._total_rows)
            self._total_rows += leaves[index].height(width)


def _end_of_piece(line: str, start: int) -> int:
    """Find where a piece of a long line ends: after a space, or between two characters."""
    end = start + LINE_CHARS
    space = line.rfind(" ", end - _LOOK_BACK_CHARS, end)
    if space >= 0:
        return space + 1
    for place in range(end, end - _LOOK_BACK_CHARS, -1):
        if not _attaches(line[place - 1], line[place]):
            return place
    return end


def _attaches(before: str, after: str) -> bool:
    return "\u200d" in (before, after) or unicodedata.category(after) in {"Mn", "Mc", "Me"}
