"""Containers: the quotes, lists and items that are open, and what a leaf in them has around it."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from chat_tui import glyphs
from chat_tui.document.markdown.leaf import BELOW, TOP, Place
from chat_tui.document.spans import Span, cells

TASKS = {
    "[ ] ": (glyphs.TO_DO, "task"),
    "[x] ": (glyphs.CHECKED, "task.done"),
    "[X] ": (glyphs.CHECKED, "task.done"),
}


class Quote(NamedTuple):
    """A block quote that is open."""

    id: int
    shown: bool = False
    """Whether a leaf shows its bar."""


class List(NamedTuple):
    """A list that is open: the next item joins it if its sign is the same."""

    id: int
    sign: str
    number: int | None
    """Of the last item."""


class Item(NamedTuple):
    """An item, or a footnote, that is open."""

    id: int
    mark: str
    columns: int
    """That its lines are indented by."""
    shown: bool = False


Container: TypeAlias = Quote | List | Item


def place_in(
    containers: tuple[Container, ...], above: tuple[Container, ...] | None, *, blank: bool
) -> tuple[Place, tuple[Container, ...], bool]:
    """Find where a leaf stands.

    Args:
        containers: That it stands in, outermost first.
        above: That the leaf above stands in; None if there is none.
        blank: Whether an empty line is between the two.

    Returns:
        The place, the containers now that a leaf shows their marks, and whether it is the first
        in an item.
    """
    gap = _gap(containers, above, blank=blank)
    if not containers:
        return TOP if gap is None else BELOW, containers, False
    first: list[Span] = []
    rest: list[Span] = []
    shown: list[Container] = []
    is_first = False
    for container in containers:
        match container:
            case Quote():
                first.append(_quote_bar())
                rest.append(_quote_bar())
                shown.append(container._replace(shown=True))
            case Item(mark=mark):
                spaces = Span(" " * len(mark), "text")
                is_first = not container.shown
                first.append(spaces if container.shown else Span(mark, "mark"))
                rest.append(spaces)
                shown.append(container._replace(shown=True))
            case List():
                shown.append(container)
    return Place(tuple(first), tuple(rest), gap), tuple(shown), is_first


def bullet() -> str:
    """Return what stands before an item without a number."""
    return f"{glyphs.BULLET} "


def task_box(markdown: str) -> Span | None:
    """Return the box of an item that begins with a task's sign."""
    if (task := TASKS.get(markdown[:4])) is None:
        return None
    glyph, ink = task
    return Span(f"{glyph} ", ink)


def with_box(place: Place, box: Span) -> Place:
    """Put a task's box in place of the bullet, or behind the number."""
    mark = place.first[-1]
    room = Span(" " * cells([box]), "text")
    if mark.text == bullet():
        return place._replace(first=(*place.first[:-1], box), rest=(*place.rest[:-1], room))
    return place._replace(first=(*place.first, box), rest=(*place.rest, room))


def _gap(
    containers: Sequence[Container], above: Sequence[Container] | None, *, blank: bool
) -> tuple[Span, ...] | None:
    """Make the row between two leaves; in a list, there is one where the source has one."""
    if above is None:
        return None
    common: list[Container] = []
    for ours, theirs in zip(containers, above, strict=False):
        if ours.id != theirs.id:
            break
        common.append(ours)
    if not blank and common and not isinstance(common[-1], Quote):
        return None
    bars: list[Span] = []
    for container in common:
        match container:
            case Quote():
                bars.append(_quote_bar())
            case Item(mark=mark):
                bars.append(Span(" " * len(mark), "text"))
            case List():
                pass
    while bars and bars[-1].ink != "quote":
        bars.pop()
    return tuple(bars)


def _quote_bar() -> Span:
    return Span(f"{glyphs.QUOTE} ", "quote")
