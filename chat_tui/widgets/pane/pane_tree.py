"""How panes share the screen: a tree of splits, and the places that it gives them.

Trees are values; every change makes a new one.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias, assert_never, get_args

import msgspec
from msgspec.structs import replace
from textual.geometry import Region, Size

PaneId: TypeAlias = int
Axis: TypeAlias = Literal["right", "down"]
"""Where the second of two stands."""
Direction: TypeAlias = Literal["left", "right", "up", "down"]

DIRECTIONS: Final[tuple[Direction, ...]] = get_args(Direction)
LEAST: Final = Size(24, 7)
"""Below this a pane cannot be worked with."""
RULE: Final = 1
"""Cells between two panes."""


class Leaf(msgspec.Struct, frozen=True):
    """The place of one pane."""

    pane: PaneId


class Split(msgspec.Struct, frozen=True):
    """Two places side by side, or one below the other."""

    axis: Axis
    first: "Tree"
    second: "Tree"
    ratio: float = 0.5
    """What the first has of both, between 0 and 1."""


Tree: TypeAlias = Leaf | Split


class Rule(msgspec.Struct, frozen=True):
    """The line between the two sides of a split."""

    split: Split
    area: Region
    """One cell wide, or high."""
    around: Region
    """Of the split as a whole."""


def panes(tree: Tree) -> Iterator[PaneId]:
    """Name all panes, from the left and from the top."""
    match tree:
        case Leaf(pane=pane):
            yield pane
        case Split(first=first, second=second):
            yield from panes(first)
            yield from panes(second)
        case _:
            assert_never(tree)


def axis_of(tree: Tree, pane: PaneId) -> Axis | None:
    """Where a pane and what it shares its place with stand; null for one that is alone."""
    match tree:
        case Leaf():
            return None
        case Split(axis=axis, first=first, second=second):
            if Leaf(pane) in (first, second):
                return axis
            return axis_of(first if pane in panes(first) else second, pane)
        case _:
            assert_never(tree)


def least_size(tree: Tree) -> Size:
    """Say how much room all panes need."""
    match tree:
        case Leaf():
            return LEAST
        case Split(axis=axis, first=first, second=second):
            one, two = least_size(first), least_size(second)
            if axis == "right":
                return Size(one.width + RULE + two.width, max(one.height, two.height))
            return Size(max(one.width, two.width), one.height + RULE + two.height)
        case _:
            assert_never(tree)


def fits(tree: Tree, size: Size) -> bool:
    """Say whether every pane would be large enough; one alone always is."""
    least = least_size(tree)
    return isinstance(tree, Leaf) or (least.width <= size.width and least.height <= size.height)


def places(tree: Tree, area: Region) -> tuple[Mapping[PaneId, Region], list[Rule]]:
    """Share an area in which the tree fits.

    Returns:
        The place of each pane, and the rules between them.
    """
    found: dict[PaneId, Region] = {}
    rules: list[Rule] = []
    pending: list[tuple[Tree, Region]] = [(tree, area)]
    while pending:
        node, around = pending.pop()
        match node:
            case Leaf(pane=pane):
                found[pane] = around
            case Split():
                first, rule, second = _sides(node, around)
                rules.append(Rule(node, rule, around))
                pending += [(node.first, first), (node.second, second)]
            case _:
                assert_never(node)
    return found, rules


def split(tree: Tree, at: PaneId, new: PaneId, axis: Axis) -> Tree:
    """Give half of a pane's place to a new one."""
    return put(tree, at, Split(axis, Leaf(at), Leaf(new)))


def put(tree: Tree, at: PaneId, place: Tree) -> Tree:
    """Put a tree into the place of a pane."""
    match tree:
        case Leaf(pane=pane):
            return place if pane == at else tree
        case Split(first=first, second=second):
            return replace(tree, first=put(first, at, place), second=put(second, at, place))
        case _:
            assert_never(tree)


def row(ids: list[PaneId], axis: Axis) -> Tree:
    """Put panes into a row, or a column, with the same room for each."""
    first, *rest = ids
    if not rest:
        return Leaf(first)
    return Split(axis, Leaf(first), row(rest, axis), 1 / len(ids))


def without(tree: Tree, pane: PaneId) -> Tree | None:
    """Take a pane out; its neighbour gets its room.

    Returns:
        Null when it was the last one.
    """
    match tree:
        case Leaf():
            return None if tree.pane == pane else tree
        case Split(first=first, second=second):
            one, two = without(first, pane), without(second, pane)
            if one is None or two is None:
                return one or two
            return replace(tree, first=one, second=two)
        case _:
            assert_never(tree)


def swapped(tree: Tree, one: PaneId, other: PaneId) -> Tree:
    """Let two panes change places."""
    match tree:
        case Leaf(pane=pane):
            return Leaf({one: other, other: one}.get(pane, pane))
        case Split(first=first, second=second):
            return replace(
                tree, first=swapped(first, one, other), second=swapped(second, one, other)
            )
        case _:
            assert_never(tree)


def evened(tree: Tree) -> Tree:
    """Share the room evenly."""
    match tree:
        case Leaf():
            return tree
        case Split(axis=axis, first=first, second=second):
            one, two = _count(first, axis), _count(second, axis)
            return Split(axis, evened(first), evened(second), one / (one + two))
        case _:
            assert_never(tree)


def moved_rule(tree: Tree, rule: Rule, by: int) -> Tree:
    """Move the line of a split, as far as both sides keep the room that they need.

    Args:
        tree: In which the split is.
        rule: As it was painted.
        by: Cells, to the right or down.
    """
    first, _, second = _sides(rule.split, rule.around)
    if rule.split.axis == "right":
        one, two = first.width, second.width
        low = least_size(rule.split.first).width
        high = one + two - least_size(rule.split.second).width
    else:
        one, two = first.height, second.height
        low = least_size(rule.split.first).height
        high = one + two - least_size(rule.split.second).height
    wanted = max(low, min(high, one + by))
    return _exchanged(tree, rule.split, replace(rule.split, ratio=wanted / max(1, one + two)))


def grown(tree: Tree, area: Region, pane: PaneId, axis: Axis, by: int) -> Tree:
    """Make a pane wider or higher, or with less than nothing smaller.

    Returns:
        The same tree where there is nothing beside it.
    """
    _, rules = places(tree, area)
    around = [rule for rule in rules if rule.split.axis == axis and pane in panes(rule.split)]
    if not around:
        return tree
    nearest = min(around, key=lambda rule: rule.around.area)
    sign = 1 if pane in panes(nearest.split.first) else -1
    return moved_rule(tree, nearest, sign * by)


def neighbour(found: Mapping[PaneId, Region], pane: PaneId, direction: Direction) -> PaneId | None:
    """Find the pane that one looks at from another; of several, the one with the longest side."""
    here = found[pane]
    shared: dict[PaneId, int] = {}
    for other, there in found.items():
        match direction:
            case "left":
                touches = there.right + RULE == here.x
            case "right":
                touches = here.right + RULE == there.x
            case "up":
                touches = there.bottom + RULE == here.y
            case "down":
                touches = here.bottom + RULE == there.y
            case _:
                assert_never(direction)
        if direction in ("left", "right"):
            side = min(here.bottom, there.bottom) - max(here.y, there.y)
        else:
            side = min(here.right, there.right) - max(here.x, there.x)
        if touches and side > 0:
            shared[other] = side
    return max(shared, key=lambda other: shared[other]) if shared else None


def _sides(node: Split, around: Region) -> tuple[Region, Region, Region]:
    """The first side, the rule and the second side."""
    one, two = least_size(node.first), least_size(node.second)
    x, y, width, height = around
    if node.axis == "right":
        cells = _share(width - RULE, node.ratio, one.width, two.width)
        return (
            Region(x, y, cells, height),
            Region(x + cells, y, RULE, height),
            Region(x + cells + RULE, y, width - RULE - cells, height),
        )
    cells = _share(height - RULE, node.ratio, one.height, two.height)
    return (
        Region(x, y, width, cells),
        Region(x, y + cells, width, RULE),
        Region(x, y + cells + RULE, width, height - RULE - cells),
    )


def _share(cells: int, ratio: float, least: int, least_of_other: int) -> int:
    return max(least, min(cells - least_of_other, round(cells * ratio)))


def _exchanged(tree: Tree, old: Split, new: Split) -> Tree:
    if tree is old:
        return new
    if isinstance(tree, Leaf):
        return tree
    return replace(
        tree, first=_exchanged(tree.first, old, new), second=_exchanged(tree.second, old, new)
    )


def _count(tree: Tree, axis: Axis) -> int:
    """How many panes stand beside each other along an axis."""
    match tree:
        case Leaf():
            return 1
        case Split(axis=own, first=first, second=second):
            one, two = _count(first, axis), _count(second, axis)
            return one + two if own == axis else max(one, two)
        case _:
            assert_never(tree)
