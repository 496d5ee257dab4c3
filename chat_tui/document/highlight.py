"""Colouring code: line by line where a lexer can go on, else all of it at once.

Code in a reply is not to be trusted: only languages that were tried are lexed, long lines are
not, and a lexer that gets slow is left for good.
"""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from chat_tui.document.inks import PLAIN, spans_of
from chat_tui.document.languages import canonical, goes_by_line
from chat_tui.document.lexers import START, Piece, State, line_lexer, make_lexer, pieces_of
from chat_tui.document.spans import Span

MAX_LINE_CHARS: Final = 2_000
"""A line longer than this is plain: some expressions take the square of its length."""
MAX_WHOLE_CHARS: Final = 20_000
"""What is lexed as a whole is no longer than this."""
GRACE_S: Final = 0.25
"""Time that may be used up whatever the length."""
SLOW_S_PER_CHAR: Final = 20e-6
"""Ten times what a lexer usually takes."""


class LineHighlighter:
    """Colours the code of one fence, a line at a time, and again as often as wanted.

    Cutting does not matter: every line is lexed from the state that the one before it left.
    """

    START: ClassVar[State] = START

    def __init__(self, language: str, *, clock: Callable[[], float] = time.thread_time) -> None:
        """Colour code of a language; of one that is not known by line, all is plain.

        Args:
            language: The name that the fence gives.
            clock: Seconds of CPU time that this thread has used.
        """
        name = canonical(language)
        self._language = name if name and goes_by_line(name) else None
        self._clock = clock
        self._used_s = 0.0
        self._chars = 0
        self._states: dict[State, State] = {}

    @property
    def plain(self) -> bool:
        """Whether nothing is coloured: not known by line, or the lexer was too slow."""
        return self._language is None

    def line(self, text: str, state: State) -> tuple[list[Span], State]:
        """Colour one line.

        Args:
            text: Without its line end; as much of it as has come.
            state: What was returned for the line before, `START` for the first.

        Returns:
            Spans that are all of the text, and the state for the next line. Equal states of one
            highlighter are mostly one object.
        """
        if self._language is None or len(text) > MAX_LINE_CHARS:
            return _plain(text), state
        lexer = line_lexer(self._language)
        began_s = self._clock()
        pieces, after = lexer.lex(f"{text}\n", state)
        self._used_s += self._clock() - began_s
        self._chars += len(text)
        if self._used_s > GRACE_S + SLOW_S_PER_CHAR * self._chars:
            self._language = None
        return spans_of(text, pieces), self._states.setdefault(after, after)


def known(language: str) -> bool:
    """Whether code of this language is coloured at all.

    Args:
        language: The name that a fence gives, in any case.
    """
    return canonical(language) is not None


def resumable(language: str) -> bool:
    """Whether code of this language is coloured line by line, and not only as a whole."""
    name = canonical(language)
    return name is not None and goes_by_line(name)


def highlight_whole(
    language: str,
    lines: Sequence[str],
    *,
    max_chars: int = MAX_WHOLE_CHARS,
    clock: Callable[[], float] = time.thread_time,
) -> list[list[Span]] | None:
    """Colour the code of a fence that is closed, all at once; a thread's work where it is long.

    Args:
        language: The name that the fence gives.
        lines: Without line ends.
        max_chars: The most that is lexed.
        clock: Seconds of CPU time that this thread has used.

    Returns:
        The spans of each line; nothing where it stays plain: the language is not known, there is
        too much, a line is too long, or the lexer is too slow.
    """
    name = canonical(language)
    text = "".join(f"{line}\n" for line in lines)
    if name is None or len(text) > max_chars or any(len(line) > MAX_LINE_CHARS for line in lines):
        return None
    limit_s = clock() + GRACE_S + SLOW_S_PER_CHAR * len(text)
    pieces: list[Piece] = []
    options = {"startinline": "<?" not in text} if name == "php" else {}
    for piece in pieces_of(make_lexer(name, **options), text):
        if clock() > limit_s:
            return None
        pieces.append(piece)
    return _by_line(lines, pieces)


def _by_line(lines: Sequence[str], pieces: Sequence[Piece]) -> list[list[Span]]:
    rows: list[list[Span]] = []
    first, begin = 0, 0
    for line in lines:
        end = begin + len(line)
        while first < len(pieces) and pieces[first][1] <= begin:
            first += 1
        last = first
        while last < len(pieces) and pieces[last][0] < end:
            last += 1
        inside = [(start - begin, stop - begin, ink) for start, stop, ink in pieces[first:last]]
        rows.append(spans_of(line, inside))
        begin = end + 1
    return rows


def _plain(text: str) -> list[Span]:
    return [Span(text, PLAIN)] if text else []
