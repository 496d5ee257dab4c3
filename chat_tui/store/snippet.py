"""One line of a text around what was found in it, and where the hits are in that line."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chat_tui import glyphs

SNIPPET_CHARS: Final = 120
BEFORE_CHARS: Final = 30
"""How much stands before the first hit."""

_TOKEN: Final = r"[^\W_]+"  # noqa: S105 - a word, as the index sees words
_NO_LETTER_BEFORE: Final = r"(?<![^\W_])"
_NO_LETTER_AFTER: Final = r"(?![^\W_])"


class Snippet(NamedTuple):
    """One line."""

    line: str
    marks: tuple[tuple[int, int], ...]
    """Start and end of each hit, in characters."""


class _Plain(dict[int, str]):
    """A letter for each letter: small, and without its accents."""

    def __missing__(self, code: int) -> str:
        letter = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = letter if len(letter) == 1 else chr(code)
        return self[code]


_plain: Final = _Plain()


def plain(text: str) -> str:
    """Take capitals and accents away, each character staying in its place."""
    return text.lower() if text.isascii() else text.translate(_plain)


def hits_of(words: Sequence[str], loose: Sequence[str], *, open_end: bool) -> re.Pattern[str]:
    """Make what finds the hits in a text that `plain` has made plain.

    Args:
        words: Whole words, or several with signs between them.
        loose: Found anywhere.
        open_end: The last of the words may go on.
    """
    choices = [re.escape(plain(term)) for term in loose]
    for number, word in enumerate(words):
        tokens = r"[\W_]+".join(map(re.escape, re.findall(_TOKEN, plain(word))))
        if tokens:
            last = open_end and number == len(words) - 1
            end = r"[^\W_]*" if last else _NO_LETTER_AFTER
            choices.append(f"{_NO_LETTER_BEFORE}{tokens}{end}")
    return re.compile("|".join(choices) if choices else r"(?!)")


def snippet(text: str, hits: re.Pattern[str]) -> Snippet:
    """Cut a piece out of a text around its first hit, and make one line of it."""
    letters = plain(text)
    first = hits.search(letters)
    start = max(0, first.start() - BEFORE_CHARS) if first else 0
    if start and (space := text.find(" ", start, start + BEFORE_CHARS)) >= 0:
        start = space + 1  # not in the middle of a word
    end = min(len(text), start + SNIPPET_CHARS)
    found = [match.span() for match in hits.finditer(letters, start, end) if match[0]]
    line: list[str] = [str(glyphs.ELLIPSIS)] if start else []
    at = len(line[0]) if line else 0
    places: dict[int, int] = {}
    for offset, piece in _squeezed(text, start, end):
        places[offset] = at
        line.append(piece)
        at += len(piece)
    places[end] = at
    marks = tuple((places[begin], places[stop]) for begin, stop in found)
    if end < len(text):
        line.append(str(glyphs.ELLIPSIS))
    return Snippet("".join(line), tuple(mark for mark in marks if mark[0] < mark[1]))


def _squeezed(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Give each character with its offset; of white space, one space."""
    after_space = True
    for offset in range(start, end):
        char = text[offset]
        space = char.isspace()
        yield offset, "" if space and after_space else " " if space else char
        after_space = space
