"""Blocks: what a message is made of on the screen, each with rows for any width."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from rich.cells import cell_len

from chat_tui import glyphs
from chat_tui.document.block import SIDE_BY_SIDE_ROWS, Block, BlockKind
from chat_tui.document.markdown.leaf import Leaf, columns_between, offset_of_cell
from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.spans import Ink, Span
from chat_tui.document.wrap import append_wrap, expand_tabs, wrap


class TextBlock:
    """Wrapped text in one ink, which may grow at its end."""

    __slots__ = (
        "_first", "_gap", "_ink", "_mark_ink", "_rest", "_right", "_starts", "_text", "_width", "kind",
    )  # fmt: skip

    def __init__(
        self,
        text: str = "",
        *,
        kind: BlockKind = "text",
        ink: Ink = "text",
        first: str = "",
        rest: str = "",
        mark_ink: Ink = "dim",
        right: str = "",
        gap: int = 0,
    ) -> None:
        """Make a block.

        Args:
            text: Clean text.
            kind: What the block is.
            ink: Of the text.
            first: What stands before the first row.
            rest: What stands before the others; as wide as `first`.
            mark_ink: Of `first` and `rest`.
            right: Dim text at the right edge of the first row, where there is room.
            gap: Empty rows above.
        """
        self.kind: BlockKind = kind
        self._text = expand_tabs(text)
        self._ink = ink
        self._first = first
        self._rest = rest
        self._mark_ink = mark_ink
        self._right = right
        self._gap = gap
        self._width = 0
        self._starts: list[int] = []

    @property
    def text(self) -> str:
        return self._text

    @property
    def source(self) -> str:
        return self._text

    def extend(self, text: str) -> None:
        """Add clean text at the end; only the last row is wrapped again."""
        length = len(self._text)
        self._text += expand_tabs(text, after=self._text)
        if self._width:
            append_wrap(self._starts, length, self._text, self._room(self._width))

    def height(self, width: int) -> int:
        if width != self._width:
            self._starts = wrap(self._text, self._room(width))
            self._width = width
        return self._gap + len(self._starts)

    def row(self, index: int, width: int) -> Sequence[Span]:
        self.height(width)
        index -= self._gap
        if index < 0:
            return ()
        start, end = self._range(index)
        text = self._text[start:end].rstrip("\n ")  # spaces at a row's end may hang past the edge
        mark = self._rest if index else self._first
        spans = [Span(mark, self._mark_ink), Span(text, self._ink)]
        if self._right and index == 0:
            free = width - cell_len(mark) - cell_len(text) - cell_len(self._right) - 1
            if free > 0:
                spans += [Span(" " * free, "text"), Span(self._right, "dim")]
        return [span for span in spans if span.text]

    def offset_at(self, index: int, column: int, width: int) -> int:
        self.height(width)
        index -= self._gap
        if index < 0:
            return 0
        start, end = self._range(index)
        text = self._text[start:end].rstrip("\n")
        return start + offset_of_cell(text, column - cell_len(self._rest if index else self._first))

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        self.height(width)
        index -= self._gap
        if index < 0:
            return None
        first, last = self._range(index)
        indent = cell_len(self._rest if index else self._first)
        return columns_between(self._text[first:last].rstrip("\n "), first, start, end, indent)

    def row_of(self, offset: int, width: int) -> int:
        self.height(width)
        return self._gap + max(0, bisect_right(self._starts, offset) - 1)

    def _range(self, index: int) -> tuple[int, int]:
        last = index + 1 == len(self._starts)
        return self._starts[index], len(self._text) if last else self._starts[index + 1]

    def _room(self, width: int) -> int:
        return max(1, width - cell_len(self._first))


class MarkdownBlock:
    """A Markdown document, its leaves one below the other."""

    __slots__ = ("_gap", "_offsets", "document")
    kind: BlockKind = "text"

    def __init__(self, document: MarkdownDocument, *, gap: int = 0) -> None:
        """Show a document.

        Args:
            document: It may still grow.
            gap: Empty rows above.
        """
        self.document = document
        self._gap = gap
        self._offsets: list[int] = []
        """Where the text of each leaf begins, as far as it is known."""

    @property
    def text(self) -> str:
        return "\n\n".join(leaf.text for leaf in self.document.leaves)

    @property
    def source(self) -> str:
        return self.document.source

    def forget_from(self, leaf: int) -> None:
        """The leaves from this one on have changed."""
        del self._offsets[leaf + 1 :]

    def height(self, width: int) -> int:
        return self._gap + self.document.height(width)

    def row(self, index: int, width: int) -> Sequence[Span]:
        index -= self._gap
        return self.document.row(index, width) if index >= 0 else ()

    def first_row(self, leaf: int, width: int) -> int:
        """Find the row where a leaf begins."""
        return self._gap + self.document.first_row(leaf, width)

    def changed_row(self, leaf: int, width: int) -> int:
        """Find the first row that may have changed with the leaf that was committed last."""
        return self._gap + self.document.changed_row(leaf, width)

    def offset_at(self, index: int, column: int, width: int) -> int:
        index -= self._gap
        leaf, row = self.document.leaf_at(max(0, index), width)
        if index < 0 or leaf >= len(self.document.leaves):
            return 0 if index < 0 else len(self.text)
        return self._offset(leaf) + self.document.leaves[leaf].offset_at(row, column, width)

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        index -= self._gap
        leaf, row = self.document.leaf_at(max(0, index), width)
        if index < 0 or leaf >= len(self.document.leaves):
            return None
        offset = self._offset(leaf)
        columns = self.document.leaves[leaf].columns_of(row, start - offset, end - offset, width)
        if columns is None:
            return None
        return min(columns[0], width), min(columns[1], width)  # a tab may hang over the edge

    def row_of(self, offset: int, width: int) -> int:
        leaves = self.document.leaves
        if not leaves:
            return 0
        last = len(leaves) - 1
        self._offset(last)
        leaf = max(0, bisect_right(self._offsets, offset, hi=last + 1) - 1)
        top, height = self.first_row(leaf, width), leaves[leaf].height(width)
        inside = offset - self._offsets[leaf]
        return top + _row_of(leaves[leaf], inside, height, width)

    def leaf_at(self, index: int, width: int) -> int | None:
        """Find the leaf at a row; null above the first and below the last."""
        leaf, _ = self.document.leaf_at(max(0, index - self._gap), width)
        return leaf if leaf < len(self.document.leaves) else None

    def _offset(self, leaf: int) -> int:
        leaves = self.document.leaves
        while len(self._offsets) <= leaf:
            before = len(self._offsets) - 1
            self._offsets.append(
                0 if before < 0 else self._offsets[before] + len(leaves[before].text) + 2
            )
        return self._offsets[leaf]


class FoldBlock:
    """One line that can be opened to show what is behind it."""

    __slots__ = ("_body", "_gap", "_head", "_make_body", "kind", "open")

    def __init__(
        self,
        kind: BlockKind,
        head: str,
        body: Callable[[], Block],
        *,
        opened: bool = False,
        gap: int = 0,
    ) -> None:
        """Make a block.

        Args:
            kind: What the block is.
            head: The line, clean.
            body: Makes what is behind it, when it is first opened.
            opened: How it begins.
            gap: Empty rows above.
        """
        self.kind: BlockKind = kind
        self.open = opened
        self._make_body = body
        self._body: Block | None = None
        self._gap = gap
        self._head = head

    @property
    def body(self) -> Block:
        """What is behind the line."""
        if self._body is None:
            self._body = self._make_body()
        return self._body

    @property
    def text(self) -> str:
        return f"{self._head}\n{self.body.text}" if self.open else self._head

    @property
    def source(self) -> str:
        return self.body.text

    def rename(self, head: str) -> None:
        """Change the line."""
        self._head = head

    def toggle(self) -> None:
        self.open = not self.open

    def height(self, width: int) -> int:
        head = self._head_block().height(width)
        return head + (self.body.height(width) if self.open else 0)

    def row(self, index: int, width: int) -> Sequence[Span]:
        head = self._head_block()
        height = head.height(width)
        return head.row(index, width) if index < height else self.body.row(index - height, width)

    def offset_at(self, index: int, column: int, width: int) -> int:
        head = self._head_block()
        height = head.height(width)
        if index < height:
            return head.offset_at(index, column, width)
        return len(self._head) + 1 + self.body.offset_at(index - height, column, width)

    def columns_of(self, index: int, start: int, end: int, width: int) -> tuple[int, int] | None:
        head = self._head_block()
        height = head.height(width)
        if index < height:
            return head.columns_of(index, start, end, width)
        before = len(self._head) + 1
        return self.body.columns_of(index - height, start - before, end - before, width)

    def row_of(self, offset: int, width: int) -> int:
        head = self._head_block()
        inside = offset - len(self._head) - 1
        if not self.open or inside < 0:
            return head.row_of(offset, width)
        return head.height(width) + self.body.row_of(inside, width)

    def _head_block(self) -> TextBlock:
        mark = f"{glyphs.OPENED if self.open else glyphs.CLOSED} "
        return TextBlock(self._head, ink="dim", first=mark, rest="  ", gap=self._gap)


def _row_of(leaf: Leaf, offset: int, height: int, width: int) -> int:
    """Find the last row of a leaf that begins with, or before, a character of it."""
    low, high = 0, height - 1
    while low < high:
        middle = (low + high + 1) // 2
        if leaf.offset_at(middle, 0, width) <= offset:
            low = middle
        else:
            high = middle - 1
    near = range(max(0, low - SIDE_BY_SIDE_ROWS), min(height, low + SIDE_BY_SIDE_ROWS + 1))
    starts = [(start, row) for row in near if (start := leaf.offset_at(row, 0, width)) <= offset]
    return max(starts, default=(0, low))[1]
