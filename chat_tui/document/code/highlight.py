"""Colouring code: line by line where a lexer can go on, else all of it at once.

Code in a reply is not to be trusted: only languages that were tried are lexed, long lines are
not, and a lexer that gets slow is left for good, even in the middle of an expression.
"""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple, TypeAlias

from chat_tui.document.code.inks import PLAIN, spans_of
from chat_tui.document.code.languages import canonical, goes_by_line
from chat_tui.document.code.lexers import START, Piece, State, line_lexer, make_lexer, pieces_of
from chat_tui.document.code.time_limit import TooSlow, within
from chat_tui.document.spans import Span

MAX_LINE_CHARS: Final = 2_000
"""A line longer than this is plain: some expressions take the square of its length."""
MAX_WHOLE_CHARS: Final = 20_000
"""What is lexed as a whole is no longer than this."""
GRACE_S: Final = 0.25
"""Time that may be used up whatever the length."""
SLOW_S_PER_CHAR: Final = 20e-6
"""Ten times what a lexer usually takes."""
LINE_LIMIT_S: Final = 0.03
"""More than any line takes, and less than anybody sees."""

Colours: TypeAlias = list[list[Span]]
"""The spans of each line."""


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
        try:
            pieces, after = within(LINE_LIMIT_S, lambda: lexer.lex(f"{text}\n", state))
        except TooSlow:
            self._language = None
            return _plain(text), state
        self._used_s += self._clock() - began_s
        self._chars += len(text)
        if self._used_s > GRACE_S + SLOW_S_PER_CHAR * self._chars:
            self._language = None
        return spans_of(text, pieces), self._states.setdefault(after, after)


class WholeFence(NamedTuple):
    """The code of a fence that is closed, to be coloured all at once: a job for somebody else."""

    language: str
    """The name that the fence gives."""
    lines: tuple[str, ...]

    def run(self) -> Colours | None:
        """Colour it; the same in any thread and in any process. See `highlight_whole`."""
        return highlight_whole(self.language, self.lines)


HandOut: TypeAlias = Callable[[WholeFence, Callable[[Colours | None], None]], None]
"""Has a job done somewhere else, and gives what it returned, or null, back in the thread that
handed it out: later, or at once where it is known."""


def whole_fence(language: str, lines: Sequence[str]) -> WholeFence | None:
    """Make the job of colouring a fence; null where it goes by line, or stays plain in any case.

    Args:
        language: The name that the fence gives.
        lines: Without line ends or tabs.
    """
    name = canonical(language)
    if name is None or goes_by_line(name) or _too_much(lines, MAX_WHOLE_CHARS):
        return None
    return WholeFence(language, tuple(lines))


def highlight_whole(
    language: str,
    lines: Sequence[str],
    *,
    max_chars: int = MAX_WHOLE_CHARS,
    clock: Callable[[], float] = time.thread_time,
) -> Colours | None:
    """Colour the code of a fence that is closed, all at once.

    Args:
        language: The name that the fence gives.
        lines: Without line ends.
        max_chars: The most that is lexed, line ends included.
        clock: Seconds of CPU time that this thread has used.

    Returns:
        The spans of each line; nothing where it stays plain: the language is not known, there is
        too much, a line is too long, or the lexer is too slow.
    """
    name = canonical(language)
    if name is None or _too_much(lines, max_chars):
        return None
    text = "".join(f"{line}\n" for line in lines)
    options = {"startinline": "<?" not in text} if name == "php" else {}
    lexer = make_lexer(name, **options)
    most_s = GRACE_S + SLOW_S_PER_CHAR * len(text)
    limit_s = clock() + most_s

    def lex() -> list[Piece]:
        pieces: list[Piece] = []
        for piece in pieces_of(lexer, text):
            if clock() > limit_s:
                raise TooSlow
            pieces.append(piece)
        return pieces

    try:
        pieces = within(most_s, lex)
    except TooSlow:
        return None
    return _by_line(lines, pieces)


def _too_much(lines: Sequence[str], max_chars: int) -> bool:
    return (
        sum(map(len, lines)) + len(lines) > max_chars
        or max(map(len, lines), default=0) > MAX_LINE_CHARS
    )


def _by_line(lines: Sequence[str], pieces: Sequence[Piece]) -> Colours:
    rows: Colours = []
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
