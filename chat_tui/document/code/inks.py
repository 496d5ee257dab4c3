"""The inks of code: what a token means for its colour, and a line as few spans."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from chat_tui.document.spans import Ink, Span

TokenType: TypeAlias = tuple[str, ...]
"""A token type of Pygments is a tuple of words, the general one first."""

PLAIN: Final[Ink] = "syntax"
NAME: Final[TokenType] = ("Name",)
_CALL: Final[Ink] = "syntax.function"

_INKS: Final[dict[TokenType, Ink]] = {
    ("Comment",): "syntax.comment",
    ("Comment", "Preproc"): "syntax.keyword",
    ("Comment", "PreprocFile"): "syntax.string",
    ("Generic", "Deleted"): "syntax.deleted",
    ("Generic", "Error"): "syntax.deleted",
    ("Generic", "Heading"): "syntax.keyword",
    ("Generic", "Inserted"): "syntax.inserted",
    ("Generic", "Prompt"): "syntax.comment",
    ("Generic", "Subheading"): "syntax.function",
    ("Generic", "Traceback"): "syntax.deleted",
    ("Keyword",): "syntax.keyword",
    ("Keyword", "Constant"): "syntax.constant",
    ("Keyword", "Type"): "syntax.type",
    ("Literal",): "syntax.constant",
    ("Literal", "Number"): "syntax.number",
    ("Literal", "String"): "syntax.string",
    ("Literal", "String", "Escape"): "syntax.constant",
    ("Literal", "String", "Interpol"): "syntax.constant",
    ("Literal", "String", "Symbol"): "syntax.constant",
    ("Name", "Attribute"): "syntax.variable",
    ("Name", "Builtin"): "syntax.function",
    ("Name", "Builtin", "Pseudo"): "syntax.variable",
    ("Name", "Class"): "syntax.type",
    ("Name", "Constant"): "syntax.constant",
    ("Name", "Decorator"): "syntax.function",
    ("Name", "Entity"): "syntax.constant",
    ("Name", "Exception"): "syntax.type",
    ("Name", "Function"): "syntax.function",
    ("Name", "Label"): "syntax.constant",
    ("Name", "Namespace"): "syntax.type",
    ("Name", "Property"): "syntax.variable",
    ("Name", "Tag"): "syntax.keyword",
    ("Name", "Variable"): "syntax.variable",
    ("Operator",): "syntax.operator",
    ("Operator", "Word"): "syntax.keyword",
    ("Punctuation",): "syntax.operator",
}
_MAYBE_CALLED: Final = frozenset({NAME, ("Name", "Other"), ("Name", "Attribute")})


def ink_at(token: TokenType, text: str, end: int) -> Ink:
    """Choose the ink of a token; a name before a bracket is a function.

    Args:
        token: Its type.
        text: What it stands in.
        end: Where it ends there.
    """
    if token in _MAYBE_CALLED and text.startswith("(", end):
        return _CALL
    return ink_of(token)


def ink_of(token: TokenType) -> Ink:
    """Choose the ink of a token type: its own, or that of the nearest general one."""
    while token:
        if ink := _INKS.get(token):
            return ink
        token = token[:-1]
    return PLAIN


def spans_of(text: str, pieces: Iterable[tuple[int, int, Ink]]) -> list[Span]:
    """Make spans that are all of a line, one for each run of an ink.

    White space has no ink of its own: it takes that of what stands before it, or, where a line
    begins, after it.

    Args:
        text: A line without its end.
        pieces: Start, end and ink, in order of their starts; what lies outside the line, is
            empty or was covered by an earlier piece does not count, and gaps are plain.
    """
    spans: list[Span] = []
    start, at = 0, 0  # of the run that is open: where it begins, and how far it goes by now
    run_ink: Ink | None = None
    for piece_start, piece_end, piece_ink in (*pieces, (len(text), len(text), PLAIN)):
        for stop, ink in ((piece_start, PLAIN), (piece_end, piece_ink)):
            stop = min(stop, len(text))
            if stop <= at:
                continue
            if ink != run_ink and not text[at:stop].isspace():
                if run_ink is not None:
                    spans.append(Span(text[start:at], run_ink))
                    start = at
                run_ink = ink
            at = stop
    if text:
        spans.append(Span(text[start:], run_ink or PLAIN))
    return spans
