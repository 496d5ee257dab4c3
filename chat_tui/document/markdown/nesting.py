"""The containers around the next leaf, and how it stands to the leaf above."""

from typing import TypeAlias

from chat_tui.document.markdown.containers import Container, place_in
from chat_tui.document.markdown.leaf import Place

NestingSnapshot: TypeAlias = tuple[tuple[Container, ...], tuple[Container, ...] | None, bool, int]


class Nesting:
    """What is open around the leaves that come now."""

    __slots__ = ("_next_id", "above", "blank", "containers")

    def __init__(self) -> None:
        """Start at the top."""
        self.containers: tuple[Container, ...] = ()
        """Outermost first."""
        self.above: tuple[Container, ...] | None = None
        """What the last leaf stands in; None before the first leaf."""
        self.blank = False
        """Whether an empty line has come since then."""
        self._next_id = 0

    def snapshot(self) -> NestingSnapshot:
        """Remember what is open."""
        return self.containers, self.above, self.blank, self._next_id

    def restore(self, snapshot: NestingSnapshot) -> None:
        """Go back to what was remembered."""
        self.containers, self.above, self.blank, self._next_id = snapshot

    def push(self, container: Container) -> None:
        """Open a container inside of the others."""
        self.containers = (*self.containers, container)

    def new_id(self) -> int:
        """Make what tells a container from all others of the document."""
        self._next_id += 1
        return self._next_id

    def place(self) -> tuple[Place, bool]:
        """Find where a leaf that is put now stands, and whether it is an item's first."""
        place, containers, first = place_in(self.containers, self.above, blank=self.blank)
        self.containers = self.above = containers
        self.blank = False
        return place, first

    def leaf_gone(self, *, first: bool) -> None:
        """Take note that the last leaf was taken away: what comes next stands apart.

        Args:
            first: No other leaf is above.
        """
        if first:
            self.above = None
        self.blank = True
