"""The layout of panes as it is written down, and back."""

from collections.abc import Iterator, Mapping, Sequence

from chat_tui.config.state import PanePlace, SplitPlace
from chat_tui.widgets.pane.pane_tree import Leaf, Split, Tree


def stored_tree(tree: Tree, places: Sequence[PanePlace]) -> PanePlace | SplitPlace:
    """Write a tree down, with what each pane shows, by its number."""
    if isinstance(tree, Leaf):
        return places[tree.pane]
    return SplitPlace(
        axis=tree.axis,
        ratio=round(min(0.999, max(0.001, tree.ratio)), 3),
        first=stored_tree(tree.first, places),
        second=stored_tree(tree.second, places),
    )


def places_of(tree: PanePlace | SplitPlace) -> list[PanePlace]:
    """List what the panes showed, from the left and from the top."""
    if isinstance(tree, PanePlace):
        return [tree]
    return [*places_of(tree.first), *places_of(tree.second)]


def tree_of(tree: PanePlace | SplitPlace, kept: Mapping[int, int]) -> Tree | None:
    """Build the tree of those panes that are left.

    Args:
        tree: Of all panes.
        kept: The new number of each that is left, by its old one.

    Returns:
        Null when none is left.
    """
    return _tree(tree, iter(range(len(places_of(tree)))), kept)


def _tree(
    tree: PanePlace | SplitPlace, numbers: Iterator[int], kept: Mapping[int, int]
) -> Tree | None:
    if isinstance(tree, PanePlace):
        number = next(numbers)
        return Leaf(kept[number]) if number in kept else None
    first, second = _tree(tree.first, numbers, kept), _tree(tree.second, numbers, kept)
    if first is None or second is None:
        return first or second
    return Split(tree.axis, first, second, tree.ratio)
