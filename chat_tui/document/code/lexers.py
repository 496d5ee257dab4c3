"""Pygments' lexers, taken one line at a time: where one line ends, the next goes on."""

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple, Protocol, TypeAlias

from chat_tui.document.code.inks import NAME, TokenType, ink_at, ink_of
from chat_tui.document.spans import Ink

State: TypeAlias = tuple[str, ...]
"""Where a lexer stands between two lines: the names of its open states, outermost first."""

START: Final[State] = ("root",)

Piece: TypeAlias = tuple[int, int, Ink]
"""Start, end and ink of a part of a text."""

_TABLES: Final = "_tokens"
"""The compiled rules: Pygments has no public way to learn the state that a text ends in."""
_UNTIL: Final = " until "
"""Stands in the name of a state of ours, between an ink and what ends it."""
_MAX_DEPTH: Final = 256
_STEPS_PER_CHAR: Final = 8
"""More than any lexer takes; one that goes round in circles is left there."""

_Callback: TypeAlias = Callable[["Lexer", re.Match[str]], Iterable[tuple[int, TokenType, str]]]
_Action: TypeAlias = "TokenType | _Callback | _Until | None"
_Transition: TypeAlias = tuple[str, ...] | int | str | None
_Rule: TypeAlias = tuple[Callable[[str, int], re.Match[str] | None], _Action, _Transition]


class Lexer(Protocol):
    """What is used of a lexer of Pygments, which has no type stubs."""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, TokenType, str]]:
        """Yield offset, type and text of each token."""


class _Opener(NamedTuple):
    """A token that Pygments matches with one expression over all of its lines."""

    specimen: str
    pattern: str
    """Matches its beginning, on a line that does not end it."""
    end: str
    """What ends it, a template for the match of `pattern`."""


_OPENERS: Final = (
    _Opener("/* x\n x */", r"/\*", "*/"),
    _Opener("<!-- x\n x -->", "<!--", "-->"),
    _Opener('"""x\n x"""', r'[a-zA-Z]{0,2}"""', '"""'),
    _Opener("'''x\n x'''", r"[a-zA-Z]{0,2}'''", "'''"),
    _Opener("`x\n x`", "`", "`"),
    _Opener("--[[ x\n x ]]", r"--\[(=*)\[", r"]\1]"),
    _Opener("[[x\n x]]", r"\[(=*)\[", r"]\1]"),
    _Opener("```\nx\n```\n", r"```[\w-]*", "```"),
    _Opener("<<E\nx\nE", r"<<-?\s*'?\\?(\w+)", r"\1"),
)

_QUOTE: Final = _Opener("'x\n x'", "'", "'")
_DOUBLE_QUOTE: Final = _Opener('"x\n x"', '"', '"')
_MORE_OPENERS: Final = {"bash": (_QUOTE,), "sql": (_QUOTE, _DOUBLE_QUOTE)}
"""Pygments lets the strings of most languages go over lines; only in these they may."""
_OPTIONS: Final[dict[str, dict[str, object]]] = {
    "markdown": {"handlecodeblocks": False},  # would lex code of any language in it
}


def make_lexer(language: str, **options: object) -> Lexer:
    """Make a lexer; the first of a language takes some milliseconds.

    Args:
        language: A name that Pygments knows.
        options: Of that lexer, over those that it has here in any case.
    """
    options = {**_OPTIONS.get(language, {}), **options}
    lexer: Lexer = importlib.import_module("pygments.lexers").get_lexer_by_name(language, **options)
    return lexer


class LineLexer(Protocol):
    """Lexes a line at a time."""

    def lex(self, text: str, state: State) -> tuple[list[Piece], State]:
        """Lex one line from a state.

        Args:
            text: The line with its line feed.
            state: What was returned for the line before; `START` for the first. The empty state
                is that of a text nested too deep: all of it is plain.
        """


@cache
def line_lexer(language: str) -> LineLexer:
    """Return the lexer of a language that goes by line.

    Args:
        language: A canonical name.
    """
    lexer = make_lexer(language)
    openers = (*_OPENERS, *_MORE_OPENERS.get(language, ()))
    return _TableLexer(lexer, openers) if hasattr(lexer, _TABLES) else _StatelessLexer(lexer)


class _StatelessLexer:
    """For a lexer without states, whose tokens end where a line does, such as JSON's."""

    def __init__(self, lexer: Lexer) -> None:
        self._lexer = lexer

    def lex(self, text: str, state: State) -> tuple[list[Piece], State]:
        return list(pieces_of(self._lexer, text)), state


class _TableLexer:
    """Runs the tables of a regular expression lexer from any state."""

    def __init__(self, lexer: Lexer, openers: Iterable[_Opener]) -> None:
        self._lexer = lexer
        tables: Mapping[str, Iterable[_Rule]] = getattr(lexer, _TABLES)
        self._tables = {
            name: [*_with_openers(lexer, openers, rules)] for name, rules in tables.items()
        }
        regex_lexer = importlib.import_module("pygments.lexer").RegexLexer
        self._renames = type(lexer).get_tokens_unprocessed is not regex_lexer.get_tokens_unprocessed
        self._renamed = lru_cache(4096)(self._rename)

    def lex(self, text: str, state: State) -> tuple[list[Piece], State]:
        pieces: list[Piece] = []
        stack = list(state)
        position = 0
        # Rules that match nothing at the end of a line have to wait for what the next one holds.
        for _ in range(_STEPS_PER_CHAR * len(text) + 100 if stack else 0):
            if position >= len(text):
                break
            rules = self._tables.get(stack[-1])
            if rules is None:
                position = _go_on(text, position, stack, pieces)
                continue
            for match_at, action, transition in rules:
                if match := match_at(text, position):
                    self._act(action, match, pieces, stack)
                    position = match.end()
                    _move(stack, transition)
                    break
            else:
                if text[position] == "\n":
                    stack = ["root"]
                position += 1
        return pieces, tuple(stack) if len(stack) <= _MAX_DEPTH else ()

    def _act(
        self, action: _Action, match: re.Match[str], pieces: list[Piece], stack: list[str]
    ) -> None:
        if isinstance(action, _Until):
            pieces.append((*match.span(), action.ink))
            stack.append(f"{action.ink}{_UNTIL}{match.expand(action.end)}")
        elif isinstance(action, tuple):
            token = self._renamed(match.group()) if self._renames and action == NAME else action
            pieces.append((*match.span(), ink_at(token, match.string, match.end())))
        elif action is not None:
            for start, token, value in action(self._lexer, match):
                end = start + len(value)
                pieces.append((start, end, ink_at(token, match.string, end)))

    def _rename(self, name: str) -> TokenType:
        """Ask a lexer that looks names up, such as those of a standard library, for one name."""
        tokens = [token for _, token, _ in self._lexer.get_tokens_unprocessed(name)]
        return tokens[0] if len(tokens) == 1 else NAME


def pieces_of(lexer: Lexer, text: str) -> Iterator[Piece]:
    """Lex all of a text."""
    for start, token, value in lexer.get_tokens_unprocessed(text):
        end = start + len(value)
        yield start, end, ink_at(token, text, end)


class _Until(NamedTuple):
    """What an opener does: this ink, up to this end."""

    ink: Ink
    end: str


def _with_openers(
    lexer: Lexer, openers: Iterable[_Opener], rules: Iterable[_Rule]
) -> Iterator[_Rule]:
    """Let what may span lines begin on one and end on another."""
    for rule in rules:
        yield rule
        match_at, action, transition = rule
        if action is None or transition is not None:
            continue
        for opener in openers:
            match = match_at(opener.specimen, 0)
            first_line = opener.specimen[: opener.specimen.index("\n") + 1]
            if match and match.end() == len(opener.specimen) and not match_at(first_line, 0):
                token = action if isinstance(action, tuple) else _last_token(action, lexer, match)
                at_line_start = not match_at(f"x{opener.specimen}", 1)
                anchor = r"^[ \t]*" if at_line_start else ""
                pattern = re.compile(f"{anchor}{opener.pattern}[^\n]*\n?", re.MULTILINE)
                yield pattern.match, _Until(ink_of(token), opener.end), None


def _go_on(text: str, position: int, stack: list[str], pieces: list[Piece]) -> int:
    """Take what is before the end that an opener waits for; return where to go on."""
    ink, _, end = stack[-1].partition(_UNTIL)
    found = text.find(end, position)
    if found >= 0:
        stack.pop()
    stop = len(text) if found < 0 else found + len(end)
    pieces.append((position, stop, ink))
    return stop


def _move(stack: list[str], transition: _Transition) -> None:
    """Open and close states as a rule of Pygments says; the outermost stays open."""
    match transition:
        case None:
            return
        case int(count):
            del stack[max(1, len(stack) + count) :]
        case "#push":
            stack.append(stack[-1])
        case str(name):
            stack.append(name)
        case names:
            for name in names:
                if name == "#pop":
                    del stack[max(1, len(stack) - 1) :]
                else:
                    stack.append(stack[-1] if name == "#push" else name)


def _last_token(action: _Callback, lexer: Lexer, match: re.Match[str]) -> TokenType:
    return [token for _, token, _ in action(lexer, match)][-1]
