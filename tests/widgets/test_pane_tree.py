from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region, Size

from chat_tui.widgets.pane import pane_tree
from chat_tui.widgets.pane.pane_tree import LEAST, Axis, Leaf, Split, Tree

AXES: st.SearchStrategy[Axis] = st.sampled_from(("right", "down"))
RATIOS = st.floats(0.01, 0.99)


@st.composite
def trees(draw: st.DrawFn, most: int = 6) -> Tree:
    tree: Tree = Leaf(0)
    for new in range(1, draw(st.integers(1, most))):
        at = draw(st.sampled_from(list(pane_tree.panes(tree))))
        place = Split(draw(AXES), Leaf(at), Leaf(new), draw(RATIOS))
        tree = pane_tree.put(tree, at, place)
    return tree


@given(trees(), st.integers(0, 90), st.integers(0, 40))
def test_panes_and_rules_cover_the_whole_area_and_nothing_twice(
    tree: Tree, wider: int, higher: int
) -> None:
    least = pane_tree.least_size(tree)
    area = Region(0, 0, least.width + wider, least.height + higher)
    assert pane_tree.fits(tree, area.size)
    found, rules = pane_tree.places(tree, area)
    pieces = [*found.values(), *(rule.area for rule in rules)]
    assert sum(piece.area for piece in pieces) == area.area
    assert not any(
        one.overlaps(other) for at, one in enumerate(pieces) for other in pieces[at + 1 :]
    )
    assert all(place.width >= LEAST.width for place in found.values())
    assert all(place.height >= LEAST.height for place in found.values())


@given(trees(), AXES, st.integers(-50, 50), st.data())
def test_growing_keeps_every_pane_workable(
    tree: Tree, axis: Axis, by: int, data: st.DataObject
) -> None:
    least = pane_tree.least_size(tree)
    area = Region(0, 0, least.width + 30, least.height + 10)
    pane = data.draw(st.sampled_from(list(pane_tree.panes(tree))))
    grown = pane_tree.grown(tree, area, pane, axis, by)
    assert list(pane_tree.panes(grown)) == list(pane_tree.panes(tree))
    found, _ = pane_tree.places(grown, area)
    before, _ = pane_tree.places(tree, area)
    size, was = found[pane].size, before[pane].size
    if axis == "right":
        assert (size.width - was.width) * by >= 0
    else:
        assert (size.height - was.height) * by >= 0


@given(trees(), st.data())
def test_what_is_split_off_and_taken_out_again_leaves_the_tree_as_it_was(
    tree: Tree, data: st.DataObject
) -> None:
    at = data.draw(st.sampled_from(list(pane_tree.panes(tree))))
    wider = pane_tree.split(tree, at, 99, data.draw(AXES))
    assert pane_tree.without(wider, 99) == tree


def test_the_last_pane_leaves_no_tree() -> None:
    assert pane_tree.without(Leaf(3), 3) is None


def test_a_row_has_the_same_room_for_each() -> None:
    found, rules = pane_tree.places(pane_tree.row([0, 1, 2], "right"), Region(0, 0, 92, 20))
    assert [place.width for place in found.values()] == [30, 30, 30]
    assert len(rules) == 2


def test_evening_out_gives_a_column_of_a_row_its_share() -> None:
    column = Split("down", Leaf(1), Leaf(2), 0.8)
    tree = pane_tree.evened(Split("right", Leaf(0), column, 0.2))
    found, _ = pane_tree.places(tree, Region(0, 0, 101, 41))
    assert {pane: place.size for pane, place in found.items()} == {
        0: Size(50, 41), 1: Size(50, 20), 2: Size(50, 20),
    }  # fmt: skip


def test_a_pane_looks_at_the_neighbour_with_the_longest_side() -> None:
    column = Split("down", Leaf(1), Leaf(2), 0.7)
    found, _ = pane_tree.places(Split("right", Leaf(0), column), Region(0, 0, 101, 41))
    assert pane_tree.neighbour(found, 0, "right") == 1
    assert pane_tree.neighbour(found, 2, "up") == 1
    assert pane_tree.neighbour(found, 1, "down") == 2
    assert pane_tree.neighbour(found, 1, "left") == 0
    assert pane_tree.neighbour(found, 0, "left") is None


def test_swapping_changes_names_and_no_places() -> None:
    tree = Split("right", Leaf(0), Split("down", Leaf(1), Leaf(2)), 0.3)
    swapped = pane_tree.swapped(tree, 0, 2)
    assert list(pane_tree.panes(swapped)) == [2, 1, 0]
    assert pane_tree.swapped(swapped, 2, 0) == tree
