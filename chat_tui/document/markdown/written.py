"""Leaves as text that is copied: with their bullets, numbers and quote marks, in plain signs."""

from collections.abc import Sequence
from typing import Final

from chat_tui.document.markdown.containers import bullet
from chat_tui.document.markdown.leaf import Leaf
from chat_tui.document.markdown.paragraph import Paragraph, Rule
from chat_tui.document.spans import Span

_ANY_LENGTH: Final = 2**62
_RULE: Final = "---"
_BULLET: Final = "- "
_QUOTE: Final = "> "
_BOXES: Final = {"task": "[ ] ", "task.done": "[x] "}


def written(leaves: Sequence[Leaf], start: int = 0, end: int = _ANY_LENGTH) -> str:
    """Write leaves one below the other, as close together as they are shown.

    Args:
        leaves: All of a document, or some.
        start: In their texts, with two characters between two of them.
        end: There too. Of a single leaf that is covered, nothing but its text is written.
    """
    covered: list[tuple[Leaf, int, int]] = []
    at = 0
    for leaf in leaves:
        first, last = max(0, start - at), min(len(leaf.text), end - at)
        if first < last or (first == last and not leaf.text):
            covered.append((leaf, first, last))
        at += len(leaf.text) + 2
    if len(covered) == 1 and end < _ANY_LENGTH:
        leaf, first, last = covered[0]
        return leaf.text[first:last]
    pieces: list[str] = []
    for leaf, first, last in covered:
        if pieces:
            pieces.append(_between(leaf))
        pieces.append(_piece(leaf, first, last))
    return "".join(pieces)


def _piece(leaf: Leaf, first: int, last: int) -> str:
    text = _RULE if isinstance(leaf, Rule) else leaf.text[first:last]
    if not isinstance(leaf, Paragraph):
        return text
    before = "" if first else _signs(leaf.place.first)
    return before + text.replace("\n", "\n" + _signs(leaf.place.rest))


def _between(leaf: Leaf) -> str:
    if not isinstance(leaf, Paragraph):
        return "\n\n"
    gap = leaf.place.gap
    return "\n" if gap is None else f"\n{_signs(gap).rstrip()}\n"


def _signs(spans: Sequence[Span]) -> str:
    """Write what stands before a row."""
    signs = ""
    marked = False
    for span in spans:
        if span.ink == "quote":
            signs += _QUOTE
        elif (box := _BOXES.get(span.ink)) is not None:
            signs += box if marked else _BULLET + box
        else:
            signs += _BULLET if span.text == bullet() else span.text
        marked = span.ink == "mark"
    return signs
