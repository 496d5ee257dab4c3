"""Signs that belong together: brackets around a place, the two quotes of a word on a line."""

from typing import Final

from chat_tui.vi.places import line_end, line_start

_PAIRS: Final = {"(": ")", "[": "]", "{": "}", "<": ">"}
_OPENERS: Final = {closer: opener for opener, closer in _PAIRS.items()}
_NAMES: Final = {"b": "(", "B": "{"}


def opener_of(name: str) -> str:
    """The bracket that a text object begins with, by any of its names."""
    name = _NAMES.get(name, name)
    return _OPENERS.get(name, name)


def partner(text: str, at: int) -> int | None:
    """Where the bracket is that belongs to the first one from a place on, on its line."""
    for place in range(at, line_end(text, at)):
        if text[place] in "([{":
            return _closer(text, place)
        if text[place] in ")]}":
            return _opener(text, place - 1, _OPENERS[text[place]])
    return None


def around(text: str, start: int, end: int, opener: str, count: int) -> tuple[int, int] | None:
    """The brackets around a piece of a text, or those that it begins or ends with.

    Args:
        text: The whole one.
        start: Where the piece begins.
        end: Its last character.
        opener: What the brackets begin with.
        count: 1 are the innermost ones.

    Returns:
        The places of both; null where there are not so many.
    """
    place: int | None = start
    if text[start : start + 1] != opener:
        on_closer = text[start : start + 1] == _PAIRS[opener]
        place = _opener(text, start - 1 if on_closer else start, opener)
    while place is not None:
        closer = _closer(text, place)
        if closer is None:
            return None  # what is around an open one is open too
        if closer >= end:
            count -= 1
            if not count:
                return place, closer
        place = _opener(text, place - 1, opener)
    return None


def ahead(text: str, at: int, opener: str, count: int) -> tuple[int, int] | None:
    """The next brackets behind a place; null where there are not so many."""
    closer, depth = _PAIRS[opener], 0
    for place in range(at + 1, len(text)):
        if text[place] == closer:
            depth += 1
        elif text[place] == opener and depth:
            depth -= 1
        elif text[place] == opener:
            count -= 1
            if not count:
                end = _closer(text, place)
                return None if end is None else (place, end)
    return None


def quoted(text: str, at: int, quote: str) -> tuple[int, int] | None:
    """The two quotes around a place, else the next two of its line; null where there are none."""
    start, end = line_start(text, at), line_end(text, at)
    if text[at : at + 1] == quote:
        first = text.find(quote, start, end)
        while 0 <= first <= at:
            second = _quote(text, first + 1, end, quote)
            if second is None or at <= second:
                return None if second is None else (first, second)
            first = text.find(quote, second + 1, end)
        return None
    first = text.rfind(quote, start, at)
    while first >= 0 and _escaped(text, start, first):
        first = text.rfind(quote, start, first)
    if first < 0:
        first = text.find(quote, at, end)
    second = _quote(text, first + 1, end, quote) if first >= 0 else None
    return None if second is None else (first, second)


def _closer(text: str, at: int) -> int | None:
    """Where the bracket at a place is closed."""
    opener, closer, depth = text[at], _PAIRS[text[at]], 0
    for place in range(at, len(text)):
        if text[place] == opener:
            depth += 1
        elif text[place] == closer:
            depth -= 1
            if not depth:
                return place
    return None


def _opener(text: str, at: int, opener: str) -> int | None:
    """Where the bracket begins that is not closed up to a place."""
    closer, depth = _PAIRS[opener], 0
    for place in range(min(at, len(text) - 1), -1, -1):
        if text[place] == closer:
            depth += 1
        elif text[place] == opener:
            if not depth:
                return place
            depth -= 1
    return None


def _quote(text: str, at: int, end: int, quote: str) -> int | None:
    """The next quote that has no backslash before it."""
    while at < end:
        if text[at] == quote:
            return at
        at += 2 if text[at] == "\\" else 1
    return None


def _escaped(text: str, start: int, at: int) -> bool:
    before = text[start:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1
