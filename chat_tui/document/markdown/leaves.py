"""The leaves of a document while it grows: what a line that is still coming adds can be undone."""

from typing import TYPE_CHECKING

from chat_tui.document.code.code import Code
from chat_tui.document.markdown.inline import References, label_key, labels, take_definitions
from chat_tui.document.markdown.leaf import Leaf
from chat_tui.document.markdown.paragraph import Known, Paragraph
from chat_tui.document.markdown.table import Table

if TYPE_CHECKING:
    from chat_tui.document.code.highlight import HandOut


class Leaves:
    """Leaves in order; only the last one ever changes, but for links that become known later."""

    __slots__ = (
        "_changed",
        "_grown",
        "_kept",
        "_last",
        "_shown",
        "_steady",
        "_undone",
        "_unknown",
        "hand_out",
        "list",
        "references",
        "tentative",
    )

    def __init__(self, hand_out: "HandOut | None" = None) -> None:
        """Begin with none.

        Args:
            hand_out: Has code coloured somewhere else.
        """
        self.hand_out = hand_out
        self.list: list[Leaf] = []
        self.references: References = {}
        self._changed: int | None = None
        """The first leaf that changed since this was last taken."""
        self._grown: tuple[Leaf, Known] | None = None
        """A paragraph, and what it was when that was last taken."""
        self._shown: Leaf | None = None
        """`_undone`, if it was there when that was last taken."""
        self._steady: tuple[Leaf, Known | int] | None = None
        """What was taken last, and what of it is as it was before: its first lines, or the same
        paragraph when it was shorter; null where nothing is, or nobody knows."""
        self.tentative = False
        """Whether what comes now is to be undone."""
        self._kept = 0
        self._last: Leaf | None = None
        self._undone: Leaf | None = None
        """The last leaf as it was shown before."""
        self._unknown: dict[str, list[tuple[int, Paragraph | Table]]] = {}
        """By label: what has brackets that may be a link once the label is defined."""

    def put(self, leaf: Leaf) -> None:
        """Add a leaf."""
        self._inherit(leaf)
        self.list.append(leaf)
        self._touch(len(self.list) - 1)

    def replace(self, leaf: Leaf) -> None:
        """Put a leaf in place of the last one."""
        self._inherit(leaf)
        self.list[-1] = leaf
        self._touch(len(self.list) - 1)

    def drop(self) -> None:
        """Take the last leaf away."""
        self.list.pop()
        self._touch(len(self.list))

    def grown(self) -> None:
        """Note that the last leaf has grown."""
        self._touch(len(self.list) - 1)

    def begin_tentative(self) -> None:
        """From now on, remember what was before."""
        self.tentative = True
        self._kept = len(self.list)
        self._last = self.list[-1] if self.list else None

    def undo(self) -> None:
        """Bring back what was when `begin_tentative` was called."""
        if not self.tentative:
            return
        self.tentative = False
        self._undone = self._shown = self.list[-1] if self.list else None
        if len(self.list) > self._kept:
            self._touch(self._kept)
            del self.list[self._kept :]
        if self._last is None:
            return
        if len(self.list) < self._kept:
            self.list.append(self._last)
            self._touch(self._kept - 1)
        elif self.list[-1] is not self._last:
            self.list[-1] = self._last
            self._touch(self._kept - 1)
        if isinstance(self._last, Code) and self._last.set_tail(None):
            self._touch(self._kept - 1)

    def define(self, source: str) -> str:
        """Take reference definitions from a paragraph's beginning, and give back its rest."""
        rest, new = take_definitions(source, self.references)
        self._undone = None  # was parsed without these
        for label in new:
            for index, leaf in self._unknown.pop(label_key(label), ()):
                leaf.forget()
                self._touch(index)
        return rest

    def settle(self, leaf: Paragraph | Table, source: str) -> None:
        """Note which links of the last leaf, or of a row of it, are not known yet."""
        if self.tentative or "]" not in source:
            return
        for label in labels(source):
            self._unknown.setdefault(label, []).append((len(self.list) - 1, leaf))

    def take_changed(self) -> int | None:
        """Return the first leaf that changed since this was last asked, or null if none did."""
        changed, self._changed = self._changed, None
        grown, self._grown = self._grown, None
        self._shown = self._steady = None
        if changed is not None and changed < len(self.list):
            leaf = self.list[changed]
            if grown is not None and grown[0] is leaf:
                self._steady = grown
            elif isinstance(leaf, Code) and (lines := leaf.take_shown_lines()) is not None:
                self._steady = leaf, lines
        return changed

    def steady_rows(self, width: int) -> int:
        """Count the rows of the leaf that was taken last which are as they were before."""
        match self._steady:
            case Code() as code, int(lines):
                return code.rows_of(lines, width)
            case Paragraph() as paragraph, Known() as before:
                return paragraph.steady_rows(before, width)
            case _:
                return 0

    def finish(self) -> None:
        """Let go of what only a document that grows needs.

        The end may come together with more text, which is shown now and was not before.
        """
        self._unknown.clear()
        self._undone = self._last = self._shown = self._grown = None

    def _inherit(self, leaf: Leaf) -> None:
        shorter, self._undone = self._undone, None
        self._grown = None
        if (
            isinstance(leaf, Paragraph)
            and isinstance(shorter, Paragraph)
            and leaf.source[0] == shorter.source[0]
        ):
            known = shorter.known
            leaf.inherit(known)
            if shorter is self._shown:
                self._grown = leaf, known

    def _touch(self, index: int) -> None:
        if self._changed is None or index < self._changed:
            self._changed = index
