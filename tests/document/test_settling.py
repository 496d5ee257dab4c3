"""A long paragraph is parsed a part at a time, and means what it would mean as a whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.document.markdown.inline import inline_spans, joined, settled
from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.document.markdown.paragraph import SETTLE_CHARS, Paragraph

WORDS = (
    "word ", "plain words here ", "**bold** ", "*em* ", "**open ", "close** ", "*a ", "b* ",
    "***", "`code` ", "`tick ", "tick` ", "``", "[link](http://a.test) ", "[late] ", "[ ", "] ",
    "(x) ", "![p](http://p.test) ", "snake_case ", "_it_ ", "_open ", "~~gone~~ ", "~~open ",
    "a*b*c ", "\\* ", "\\", "&amp; ", "& ", "2 < 3 > 1 ", "<http://auto.test> ", "é😀 ", "\n",
    "  \n", "! ", "[^1] ", "x ", "https://a.test/x_y ", "https://b.test/*", "www.", "c.test",
)  # fmt: skip
sources = st.lists(st.sampled_from(WORDS), min_size=20, max_size=90).map("".join)


@given(sources, st.integers(1, 40))
@settings(max_examples=150)
def test_a_paragraph_that_grows_has_the_spans_of_the_whole(source: str, size: int) -> None:
    made = MarkdownDocument()
    for start in range(0, len(source), size):
        made.feed(source[start : start + size])
        made.commit()
        made.height(60)
        for leaf in made.leaves:
            if isinstance(leaf, Paragraph):
                spans = inline_spans(leaf.markdown, leaf.references, leaf.base)
                assert leaf._parse() == spans


@given(sources, sources)
@settings(max_examples=150)
def test_what_is_settled_means_the_same_whatever_comes_after_it(source: str, after: str) -> None:
    at, before = settled(source, {})
    parts = joined(before, inline_spans(source[at:] + after, {}))
    assert parts == inline_spans(source + after, {})


def test_the_beginning_of_a_long_paragraph_is_settled() -> None:
    made = MarkdownDocument()
    for times in (10, 10):
        made.feed("many **bold** words and `code` " * times)
        made.commit()
        made.height(60)
    (leaf,) = made.leaves
    assert isinstance(leaf, Paragraph)
    assert leaf._settled.chars > len(leaf.markdown) - 2 * SETTLE_CHARS


def test_nothing_is_settled_of_a_paragraph_that_came_whole() -> None:
    made = MarkdownDocument()
    made.feed("many **bold** words and `code` " * 20 + "\n\n")
    made.commit()
    made.height(60)
    (leaf,) = made.leaves
    assert isinstance(leaf, Paragraph)
    assert leaf._settled.chars == 0
