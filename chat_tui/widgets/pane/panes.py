"""The panes beside and below each other: one widget that places them by a tree of splits.

No pane is ever moved in the tree of widgets: splitting, swapping and zooming only give other
places, so nothing that a pane shows or holds is made anew.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.widgets.pane import pane_tree
from chat_tui.widgets.pane.pane import Pane
from chat_tui.widgets.pane.pane_rules import painted
from chat_tui.widgets.pane.pane_tree import LEAST, Axis, Direction, Leaf, PaneId, Rule, Tree

STEP: Final = {"right": 4, "down": 2}
"""By how many cells a key makes a pane larger: columns, or rows."""
NO_ROOM: Final = (
    f"no room for another pane here: each needs {LEAST.width} columns and {LEAST.height} rows"
)


class _Places(Layout):
    """Asks the panes where they are."""

    name = "panes"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> list[WidgetPlacement]:
        assert isinstance(parent, Panes)
        return [
            WidgetPlacement(place, NULL_OFFSET, NULL_SPACING, pane)
            for pane, place in parent.arrange_panes(size).items()
            if pane in children
        ]


class Panes(Widget):
    """All panes. One of them is the current one: it has the keys, and commands are for it."""

    DEFAULT_CSS = """
    Panes { width: 1fr; height: 1fr; & > .panes--rule { color: $border; } }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"panes--rule"}

    class Changed(TextualMessage):
        """Panes came, went, or changed places, or another one is the current one."""

    def __init__(self, first: Sequence[Pane], tree: Tree | None = None) -> None:
        """Show panes.

        Args:
            first: At least one; the first one is the current one.
            tree: Their places, each called by its place in that order; side by side if left out.
        """
        super().__init__()
        self._panes: dict[PaneId, Pane] = dict(enumerate(first))
        self._next_id = len(first)
        self._tree = tree or pane_tree.row(list(self._panes), "right")
        self._current: PaneId = 0
        self._zoomed = False
        self._places = _Places()
        self._rules: list[Rule] = []
        """As the panes were placed last."""
        self._dragged: int | None = None
        """Which rule the mouse holds."""
        self._rows: list[Strip] = []
        """What is painted between the panes; empty until somebody asks."""

    def compose(self) -> ComposeResult:
        yield from self._panes.values()

    @property
    def layout(self) -> Layout:
        return self._places

    def on_mount(self) -> None:
        self._settle()

    def on_resize(self) -> None:
        self._settle()

    def __len__(self) -> int:
        return len(self._panes)

    @property
    def current(self) -> Pane:
        """The pane that has the keys, or had them before something opened over it."""
        return self._panes[self._current]

    @property
    def all(self) -> Sequence[Pane]:
        """Every pane, from the left and from the top."""
        return [self._panes[pane] for pane in pane_tree.panes(self._tree)]

    @property
    def places_tree(self) -> Tree:
        """Their places; a pane is called by its place in `all`."""
        order = {pane: index for index, pane in enumerate(pane_tree.panes(self._tree))}
        return _renamed(self._tree, order)

    def axis_of(self, pane: Pane) -> Axis:
        """Where a pane stands to the one that it shares its place with."""
        found = next(number for number, one in self._panes.items() if one is pane)
        return pane_tree.axis_of(self._tree, found) or "right"

    @property
    def zoomed(self) -> bool:
        """The current pane has the whole screen, since somebody wanted that."""
        return self._zoomed

    @property
    def in_sight(self) -> Sequence[Pane]:
        """The panes that can be seen."""
        return list(self.places(self.size))

    def places(self, size: Size) -> Mapping[Pane, Region]:
        """Say where each pane is that can be seen; on a small screen that is one alone."""
        if self._alone(size):
            return {self.current: size.region}
        found, _ = pane_tree.places(self._tree, size.region)
        return {self._panes[pane]: place for pane, place in found.items()}

    def arrange_panes(self, size: Size) -> Mapping[Pane, Region]:
        """Say where each pane is now, and paint rules for that."""
        self._rows = []
        self._rules = self._rules_now(size)
        return self.places(size)

    def has_room(self, axis: Axis, count: int = 2) -> bool:
        """Whether the place of the current pane can be shared by so many."""
        wanted = pane_tree.row(list(range(count)), axis)
        return pane_tree.fits(pane_tree.put(self._tree, self._current, wanted), self.size)

    async def add(self, new: Sequence[Pane], axis: Axis) -> None:
        """Give the new panes equal shares of the current one's place.

        Args:
            new: Not shown yet.
            axis: Where they stand.
        """
        ids = list(range(self._next_id, self._next_id + len(new)))
        self._next_id += len(new)
        self._panes |= dict(zip(ids, new, strict=True))
        place = pane_tree.row([self._current, *ids], axis)
        self._tree = pane_tree.put(self._tree, self._current, place)
        self._zoomed = False
        for pane in new:
            pane.attention.turn(current=False, several=True, in_sight=True, place="")
        await self.mount_all(new)
        self._settle()

    async def close(self, *gone: Pane) -> None:
        """Take panes away; the last one stays."""
        before = list(pane_tree.panes(self._tree))
        for pane in gone:
            key = self._key(pane)
            rest = pane_tree.without(self._tree, key)
            if rest is None:
                break
            self._tree = rest
            del self._panes[key]
            if key == self._current:
                at = before.index(key)
                nearest = [*reversed(before[:at]), *before[at:]]
                self._current = next(other for other in nearest if other in self._panes)
        self._zoomed = self._zoomed and len(self._panes) > 1
        self._settle()
        self.screen.set_focus(self.current.prompt)
        for pane in gone:
            if pane not in self._panes.values():
                await pane.remove()

    def replace(self, tree: Tree, current: int, *, zoomed: bool) -> None:
        """Give all panes other places.

        Args:
            tree: A pane is called by its place in `all`.
            current: Which gets the keys, called in the same way.
            zoomed: Whether it has the whole screen.
        """
        order = list(pane_tree.panes(self._tree))
        self._tree = _renamed(tree, dict(enumerate(order)))
        self._zoomed = zoomed and len(order) > 1
        self.focus_pane(self._panes[order[current]])

    def focus_pane(self, pane: Pane) -> None:
        """Give a pane the keys."""
        self._current = self._key(pane)
        self._settle()
        self.screen.set_focus(pane.prompt)  # at once: what is typed next is meant for it

    def step(self, by: int) -> None:
        """Go to the next pane, or with less than nothing to one before."""
        order = list(pane_tree.panes(self._tree))
        at = (order.index(self._current) + by) % len(order)
        self.focus_pane(self._panes[order[at]])

    def swap(self, direction: Direction | None = None) -> bool:
        """Let the current pane change places.

        Args:
            direction: With the pane that is there; with the next one when left out.

        Returns:
            Whether there is one.
        """
        order = list(pane_tree.panes(self._tree))
        other: PaneId | None = order[(order.index(self._current) + 1) % len(order)]
        if direction is not None:
            other = None
            if pane_tree.fits(self._tree, self.size):
                found, _ = pane_tree.places(self._tree, self.size.region)
                other = pane_tree.neighbour(found, self._current, direction)
        if other is None or other == self._current:
            return False
        self._tree = pane_tree.swapped(self._tree, self._current, other)
        self._settle()
        return True

    def grow(self, axis: Axis, sign: int) -> bool:
        """Make the current pane a step larger, or smaller.

        Returns:
            Whether that could be done.
        """
        if self._alone(self.size):
            return False
        before = self._tree
        self._tree = pane_tree.grown(
            before, self.size.region, self._current, axis, sign * STEP[axis]
        )
        self._settle()
        return self._tree != before

    def even_out(self) -> None:
        """Give all panes the same room."""
        self._tree = pane_tree.evened(self._tree)
        self._settle()

    def zoom(self) -> None:
        """Give the current pane the whole screen, or its old place back."""
        self._zoomed = not self._zoomed and len(self._panes) > 1
        self._settle()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint what is between the panes, as they were placed last."""
        if not self._rows:
            style = self.get_component_rich_style("panes--rule")
            self._rows = painted(self._rules, self.size, style)
        width = self.size.width
        empty = Strip.blank(width, self.rich_style)
        rows = [self._rows[y] if y < len(self._rows) else empty for y in crop.line_range]
        return [row.crop(crop.x, crop.right) for row in rows]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._rows = []

    def on_descendant_focus(self) -> None:
        """The keys have gone somewhere, such as by a click."""
        focused = self.screen.focused  # now, which may be somewhere else again
        around = focused.ancestors_with_self if focused is not None else ()
        pane = next((one for one in around if isinstance(one, Pane)), None)
        if pane is not None and pane is not self.current and pane in self._panes.values():
            self._current = self._key(pane)
            self._settle()

    @on(Pane.Touched)
    def _on_touched(self, event: Pane.Touched) -> None:
        """A click into another pane takes the keys there."""
        event.stop()
        if isinstance(event.pane, Pane) and event.pane is not self.current:
            self.focus_pane(event.pane)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        for number, rule in enumerate(self._rules_now()):
            if rule.area.contains(event.x, event.y):
                event.stop()
                self._dragged = number
                self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragged is None:
            return
        event.stop()
        rules = self._rules_now()
        if self._dragged < len(rules):  # nothing was closed meanwhile
            rule = rules[self._dragged]
            right = rule.split.axis == "right"
            by = event.x - rule.area.x if right else event.y - rule.area.y
            if by:
                self._tree = pane_tree.moved_rule(self._tree, rule, by)
                self._settle()

    def on_mouse_up(self) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def _alone(self, size: Size) -> bool:
        return self._zoomed or not pane_tree.fits(self._tree, size)

    def _rules_now(self, size: Size | None = None) -> list[Rule]:
        size = size or self.size
        return [] if self._alone(size) else pane_tree.places(self._tree, size.region)[1]

    def _key(self, pane: Pane) -> PaneId:
        return next(key for key, one in self._panes.items() if one is pane)

    def _settle(self) -> None:
        """Bring what has changed to the panes and to the screen."""
        alone = self._alone(self.size)
        order = list(pane_tree.panes(self._tree))
        hidden = len(order) if alone and len(order) > 1 else 0
        for number, key in enumerate(order, 1):
            pane = self._panes[key]
            pane.attention.turn(
                current=key == self._current,
                several=len(order) > 1,
                in_sight=not alone or key == self._current,
                place=f"pane {number} of {hidden}" if hidden else "",
            )
            pane.show_attention()
        self.refresh()
        self.current.refresh(layout=True)  # of the child: only then the places are asked for again
        self.post_message(self.Changed())


def _renamed(tree: Tree, names: Mapping[PaneId, PaneId]) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(names[tree.pane])
    return pane_tree.Split(
        tree.axis, _renamed(tree.first, names), _renamed(tree.second, names), tree.ratio
    )
