"""Fuzzy search: which of many texts somebody means who has typed a few letters."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Cost(NamedTuple):
    """How far a text is from what was typed; less is nearer."""

    looseness: int
    """The sum over the words: 0 the whole text, 1 its beginning, 2 the beginning of a word in it,
    3 anywhere in it, 4 its letters in order with others between them."""
    spread: int
    """How many letters stand between those that were typed."""
    start: int
    """Where the first match begins."""
    length: int
    """Of the text."""


def cost(query: str, text: str) -> Cost | None:
    """Say how well a text fits; null where it does not.

    Args:
        query: Words in any order; case does not count. Each must fit. An empty one fits all.
        text: What is searched.
    """
    folded = text.casefold()
    looseness = spread = 0
    start = len(folded)
    for word in query.casefold().split():
        found = _word_cost(word, folded)
        if found is None:
            return None
        looseness, spread = looseness + found[0], spread + found[1]
        start = min(start, found[2])
    return Cost(looseness, spread, start if query.split() else 0, len(folded))


def ranked(query: str, items: Iterable[_T], text: Callable[[_T], str]) -> list[_T]:
    """Return the items that fit, the nearest first; equally near ones stay in their order."""
    found = [(known, item) for item in items if (known := cost(query, text(item))) is not None]
    if query.split():
        found.sort(key=lambda pair: pair[0])
    return [item for _, item in found]


def _word_cost(word: str, text: str) -> tuple[int, int, int] | None:
    if word == text:
        return 0, 0, 0
    if text.startswith(word):
        return 1, 0, 0
    at = text.find(word)
    first = at
    while at > 0:
        if not text[at - 1].isalnum():
            return 2, 0, at
        at = text.find(word, at + 1)
    if first > 0:
        return 3, 0, first
    return _scattered(word, text)


def _scattered(word: str, text: str) -> tuple[int, int, int] | None:
    """Find the letters in order; the end of the first such run, and its tightest beginning."""
    at = -1
    for letter in word:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
    end = start = at
    at += 1
    for letter in reversed(word):
        at = start = text.rfind(letter, 0, at)
    return 4, end - start + 1 - len(word), start
