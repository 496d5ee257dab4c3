import importlib
import tomllib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.code.inks import PLAIN, ink_at, ink_of, spans_of
from chat_tui.document.spans import Ink
from chat_tui.resources import theme_files

tokens = importlib.import_module("pygments.token")  # which has no type stubs
texts = st.text(st.sampled_from("ab .\t(é"), max_size=20)
pieces = st.lists(
    st.tuples(st.integers(0, 24), st.integers(0, 24), st.sampled_from(["one", "two", PLAIN])),
    max_size=8,
).map(sorted)


def test_every_ink_of_code_is_one_that_themes_have() -> None:
    inks = {ink_of(token) for token in tokens.STANDARD_TYPES}
    (theme,) = (path for path in theme_files() if path.name == "dusk.toml")
    syntax = tomllib.loads(theme.read_text("utf-8"))["syntax"]
    assert inks == {PLAIN, *(f"syntax.{name}" for name in syntax)}


@pytest.mark.parametrize(
    ("token", "ink"),
    [
        (tokens.Token, PLAIN),
        (tokens.Token.Of.Somebody, PLAIN),
        (tokens.Comment.Multiline, "syntax.comment"),
        (tokens.Keyword.Reserved, "syntax.keyword"),
        (tokens.String.Doc, "syntax.string"),
        (tokens.Number.Integer.Long, "syntax.number"),
        (tokens.Name.Function.Magic, "syntax.function"),
    ],
)
def test_a_token_has_the_ink_of_the_nearest_general_one(token: tuple[str, ...], ink: Ink) -> None:
    assert ink_of(token) == ink


def test_a_name_before_a_bracket_is_a_function() -> None:
    assert ink_at(tokens.Name, "run(1)", 3) == "syntax.function"
    assert ink_at(tokens.Name, "run (1)", 3) == PLAIN
    assert ink_at(tokens.Keyword, "if(1)", 2) == "syntax.keyword"


@given(texts, pieces)
def test_spans_are_all_of_the_text_and_no_ink_follows_itself(
    text: str, pieces: list[tuple[int, int, Ink]]
) -> None:
    spans = spans_of(text, pieces)
    assert "".join(span.text for span in spans) == text
    assert all(span.text for span in spans)
    assert all(first.ink != second.ink for first, second in pairwise(spans))


def test_white_space_takes_the_ink_beside_it() -> None:
    assert spans_of("  a  b", [(2, 3, "one"), (3, 5, "two"), (5, 6, "one")]) == [
        ("  a  b", "one", "")
    ]


def test_a_gap_is_plain() -> None:
    assert spans_of("a.b", [(0, 1, "one"), (2, 9, "one")]) == [
        ("a", "one", ""),
        (".", PLAIN, ""),
        ("b", "one", ""),
    ]
