"""Tests of the incremental document: its laws over many texts, then what it makes of each block."""

import random
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.document.markdown.markdown import MarkdownDocument
from tests.document.corpus import CORPUS
from tests.document.drawing import (
    cut,
    document,
    drawn,
    everything,
    grown,
    rows,
    shown,
    spec_examples,
)

PIECES = (
    *"ab \n*_`~[]()!<>|\\&#-+=:.1\t",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n> ",
    "\n  ",
    "\n    ",
    "\n```",
    "\n```py\n",
    "\n|-|-|\n",
    "\n| a | b |",
    "\n---\n",
    "\n===\n",
    "[a]",
    "\n[a]: http://x.test\n",
    "[^1]",
    "\n[^1]: ",
    "**",
    "word ",
    "[x] ",
    "你好",
    "👩‍💻",
    "\u0301",
    "\u200d",
    "&#27;",
    "\r",
    "https://",
    "www.",
    "x.test",
    "x.test/a",
    "http://x.test/b ",
)
markdown = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
texts = markdown | st.text(max_size=60)
sizes = st.lists(st.integers(min_value=1, max_value=9), min_size=1, max_size=5)


def steps(text: str, count: int) -> int:
    """Choose how much comes at a time, so that long texts take no longer than short ones."""
    return max(1, len(text) // (count if len(text) < 4000 else 12))


by_name = pytest.mark.parametrize("name", CORPUS)


@given(texts, sizes)
@example("a\n[a]: http://x.test\n===\n[a]", [1])
@example("[a]: http://x.test\n> [a] word\n", [1])
@settings(max_examples=150)
def test_a_text_in_any_pieces_is_the_same_document(text: str, sizes: list[int]) -> None:
    made = grown(list(cut(text, sizes)))
    made.finish()
    assert everything(made) == everything(document(text))


@given(texts, sizes)
@settings(max_examples=150)
def test_what_has_come_is_shown_the_same_whatever_pieces_it_came_in(
    text: str, sizes: list[int]
) -> None:
    made = MarkdownDocument()
    so_far = ""
    for piece in cut(text, sizes):
        made.feed(piece)
        made.commit()
        so_far += piece
        assert everything(made, (24,)) == everything(document(so_far, finish=False), (24,))


@by_name
def test_texts_of_every_kind_are_the_same_document_in_any_pieces(name: str) -> None:
    text = CORPUS[name]
    whole = everything(document(text))
    choose = random.Random(name)
    for most in (3, 40, 3000):
        size = [choose.randint(1, most) for _ in range(50)]
        if len(text) / most < 500:
            made = grown(list(cut(text, size)))
            made.finish()
            assert everything(made) == whole


@by_name
def test_texts_of_every_kind_are_shown_the_same_at_each_prefix(name: str) -> None:
    text = CORPUS[name]
    made = MarkdownDocument()
    step = steps(text, 150)
    for end in range(step, len(text), step):
        made.feed(text[end - step : end])
        made.commit()
        assert everything(made, (24,)) == everything(document(text[:end], finish=False), (24,))


def test_the_examples_of_the_specification_are_the_same_at_each_prefix() -> None:
    for text in spec_examples():
        made = MarkdownDocument()
        for end, char in enumerate(text, 1):
            made.feed(char)
            made.commit()
            assert everything(made, (24,)) == everything(
                document(text[:end], finish=False), (24,)
            ), text[:end]
        made.finish()
        assert everything(made) == everything(document(text))


@given(texts, st.lists(st.integers(min_value=1, max_value=120), max_size=5))
def test_rows_do_not_depend_on_what_was_looked_at_before(text: str, widths: list[int]) -> None:
    made = document(text)
    for width in widths:
        rows(made, width)
    assert rows(made, 40) == rows(document(text), 40)


@given(texts, st.integers(min_value=1, max_value=30), st.booleans())
@settings(max_examples=150)
def test_no_row_is_wider_than_asked(text: str, width: int, finish: bool) -> None:
    for row in rows(document(text, finish=finish), width):
        assert sum(cell_len(span.text) for span in row) <= width
        assert "\n" not in "".join(span.text for span in row)


@by_name
def test_no_row_of_any_kind_is_wider_than_asked(name: str) -> None:
    made = document(CORPUS[name])
    for width in (1, 2, 3, 9, 33) if len(CORPUS[name]) < 4000 else (2, 33):
        assert all(sum(cell_len(span.text) for span in row) <= width for row in rows(made, width))


@given(st.text(st.characters(categories=["L", "Nd"]), max_size=60), st.integers(2, 30))
def test_nothing_of_a_paragraph_is_lost(text: str, width: int) -> None:
    made = document(text)
    assert "".join(shown(made, width)).replace(" ", "") == made.source.replace(" ", "")


@by_name
def test_changes_begin_where_commit_says(name: str) -> None:
    text = CORPUS[name]
    made = MarkdownDocument()
    step = steps(text, 200)
    for end in range(0, len(text), step):
        before = [tuple(leaf.row(at, 30) for at in range(leaf.height(30))) for leaf in made.leaves]
        made.feed(text[end : end + step])
        changed = made.commit()
        first = len(made.leaves) if changed is None else changed
        after = [tuple(leaf.row(at, 30) for at in range(leaf.height(30))) for leaf in made.leaves]
        assert before[:first] == after[:first]
        assert changed is not None or before == after


@by_name
def test_the_mouse_finds_what_a_range_covers(name: str) -> None:
    made = document(CORPUS[name][:3000])
    for leaf in made.leaves:
        for at in range(leaf.height(24)):
            offset = leaf.offset_at(at, 7, 24)
            assert 0 <= offset <= len(leaf.text)
            covered = leaf.columns_of(at, 0, len(leaf.text), 24)
            if covered is not None:
                assert 0 <= covered[0] < covered[1] <= 24
                assert leaf.offset_at(at, covered[0], 24) <= leaf.offset_at(at, covered[1], 24)


def test_a_commit_takes_no_more_than_its_budget() -> None:
    made = MarkdownDocument()
    made.feed("word " * 1000)
    made.commit(100)
    assert len(made.source) == 100
    assert made.pending


def test_a_commit_with_nothing_new_changes_nothing() -> None:
    made = document("# a\n\nb", finish=False)
    assert made.commit() is None


def test_leaves_that_are_done_stay_the_same_objects() -> None:
    made = document("# a\n\npara\n\n- x\n", finish=False)
    before = list(made.leaves)
    made.feed("- y\n\nmore *text*")
    made.commit()
    assert all(now is then for now, then in zip(made.leaves, before, strict=False))


def test_importing_loads_neither_parser_nor_lexers() -> None:
    code = (
        "import sys, chat_tui.document.markdown.markdown as m; d = m.MarkdownDocument()\n"
        "assert not {'markdown_it', 'pygments'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_source_of_a_leaf_is_its_markdown() -> None:
    made = document("# A *b*\n\npara\nmore\n\n```py\nx\n```\nend")
    sources = [made.source[slice(*leaf.source)] for leaf in made.leaves]
    assert sources == ["# A *b*", "para\nmore", "```py\nx\n```", "end"]


def test_a_reference_that_comes_later_makes_the_link() -> None:
    made = document("[x] is\n\n", finish=False)
    assert rows(made, 40)[0][0].ink == "text"
    made.feed("[x]: http://x.test\n\n")
    assert made.commit() == 0
    assert rows(made, 40)[0][0] == ("x", "link", "http://x.test")


def test_only_harmless_addresses_are_links() -> None:
    made = document("[a](http://a.test) [b](ftp://b.test) [c](javascript:x)")
    assert drawn("[a](http://a.test) [b](ftp://b.test) [c](javascript:x)") == [
        "a b (ftp://b.test) [c](javascript:x)"
    ]
    assert [span.link for span in rows(made, 80)[0] if span.link] == ["http://a.test"]


def test_what_entities_stand_for_is_cleaned() -> None:
    assert "\u202e" not in drawn("&#x202e;abc &#x1b;[31m")[0]


def test_items_have_their_marks() -> None:
    assert drawn("- a\n  - b\n3. c\n4. d\n- [ ] e\n- [x] f") == [
        "• a",
        "  • b",
        "",
        "3. c",
        "4. d",
        "",
        "☐ e",
        "☑ f",
    ]


def test_a_table_has_columns_as_wide_as_its_cells() -> None:
    assert drawn("| a | b | c |\n|--|:-:|--:|\n| one | two | 3 |\n| x | y |") == [
        "a   │  b  │ c",
        "────┼─────┼──",
        "one │ two │ 3",
        "x   │  y  │",
    ]


def test_the_cells_of_a_table_that_is_too_wide_wrap() -> None:
    assert drawn("| name | text |\n|--|--|\n| a | one two three four five |", 20) == [
        "name │ text",
        "─────┼──────────────",
        "a    │ one two three",
        "     │ four five",
    ]


def test_a_table_with_too_many_columns_becomes_a_list() -> None:
    assert drawn("| a | b | c |\n|--|--|--|\n| one one | two two | three |", 14) == [
        "a: one one",
        "b: two two",
        "c: three",
    ]


def test_a_long_line_of_code_goes_on_in_the_next_row() -> None:
    assert drawn("```\nabcdefghijkl\n```", 10) == ["┃ abcdefgh", "┆ ijkl"]


def test_code_keeps_its_tabs_for_copying() -> None:
    made = document("```make\nall:\n\techo\n```")
    assert made.leaves[0].text == "all:\n\techo"
    assert made.leaves[0].offset_at(2, 6, 40) == 6


def test_code_has_its_colours() -> None:
    row = rows(document("```python\nreturn 1\n```"), 40)[1]
    assert [span.ink for span in row[1:]] == ["syntax.keyword", "syntax.number"]


def test_what_nests_too_deep_is_text() -> None:
    made = document("> " * 5000 + "x")
    assert made.height(40) > 1
    assert "".join(shown(made, 200)).count(">") > 4000


def test_a_list_mark_alone_is_not_shown_yet() -> None:
    made = document("text\n-", finish=False)
    assert shown(made) == ["text"]
    made.feed(" item")
    made.commit()
    assert shown(made) == ["text", "", "• item"]


@by_name
def test_a_text_that_is_over_is_finished_by_as_many_commits_as_it_takes(name: str) -> None:
    made = MarkdownDocument()
    made.feed(CORPUS[name])
    made.close(10)
    made.feed("ignored")
    commits = 0
    while made.pending:
        made.commit(997)
        commits += 1
    assert commits >= len(CORPUS[name]) // 997
    assert rows(made, 40) == rows(document(CORPUS[name]), 40)


def test_a_short_rest_is_finished_when_the_text_is_over() -> None:
    made = MarkdownDocument()
    made.feed("*a")
    made.close()
    assert not made.pending
    assert rows(made, 40) == rows(document("*a"), 40)
