import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size, split_graphemes

from chat_tui.document import wrap as wrap_module
from chat_tui.document.wrap import TAB_CELLS, append_wrap, expand_tabs, wrap
from chat_tui.text import clean

PIECES = (
    *"ab -.,(\n",
    "word ",
    "  ",
    "é",
    "—",
    "“",
    "─",
    "你",
    "好",
    "。",
    "「",
    "한",
    "\u0301",
    "\u0903",
    "\u200c",
    "\u200d",
    "\ufe0f",
    "\ufe0e",
    "❤",
    "#",
    "👩",
    "💻",
    "🏽",
    "🇩",
    "क",
    "्",
    "م",
    "\u3000",
    "\x07",
)
mixed = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
texts = mixed | st.text(max_size=40)
narrow = st.text(st.sampled_from("abc   .é—─\n"), max_size=60)
widths = st.integers(min_value=-1, max_value=12)


def rows(text: str, width: int) -> list[str]:
    starts = wrap(text, width)
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def rows_by_graphemes(text: str, width: int) -> list[int]:
    starts: list[int] = []
    at = 0
    for line in text.split("\n"):
        if at < len(text):
            starts.append(at)
            wrap_module._wrap_wide(at, at + len(line), starts, text, width)
        at += len(line) + 1
    return starts or [0]


@given(texts, widths)
def test_the_rows_together_are_the_text(text: str, width: int) -> None:
    starts = wrap(text, width)
    assert "".join(rows(text, width)) == text
    assert starts[0] == 0
    assert all(earlier < later for earlier, later in pairwise(starts))


@given(texts.map(clean), widths)
def test_no_row_is_wider_than_asked_unless_one_grapheme_is(text: str, width: int) -> None:
    for row in rows(text, width):
        shown = row.rstrip("\n").rstrip(" ")
        if cell_len(shown) > max(1, width):
            assert sum(cells > 0 for _, _, cells in split_graphemes(shown)[0]) == 1


@given(texts, widths)
def test_no_row_begins_inside_a_grapheme(text: str, width: int) -> None:
    starts = set(wrap(text, width))
    at = 0
    for line in text.split("\n"):
        for first, last, _ in split_graphemes(line)[0]:
            assert starts.isdisjoint(range(at + first + 1, at + last))
        at += len(line) + 1


@given(st.lists(texts, max_size=6), widths)
@example(["a b❤", "\ufe0f"], 3)
@example(["ab\n", "c"], 4)
@example(["abc ", "\u0301"], 3)
def test_appending_wraps_as_wrapping_the_whole_does(pieces: list[str], width: int) -> None:
    text = ""
    starts = wrap(text, width)
    for piece in pieces:
        append_wrap(starts, len(text), text + piece, width)
        text += piece
        assert starts == wrap(text, width)


@given(mixed, widths)
@settings(max_examples=50)
def test_appending_one_character_at_a_time_wraps_as_the_whole_does(text: str, width: int) -> None:
    starts = wrap("", width)
    for length in range(len(text)):
        append_wrap(starts, length, text[: length + 1], width)
    assert starts == wrap(text, width)


@given(narrow, st.integers(min_value=1, max_value=12))
def test_the_quick_way_wraps_as_the_way_by_graphemes_does(text: str, width: int) -> None:
    assert wrap(text, width) == rows_by_graphemes(text, width)


def test_characters_that_are_taken_for_narrow_are_one_cell_and_alone() -> None:
    taken = [char for char in map(chr, range(0x3000)) if wrap_module._NARROW.fullmatch(char)]
    assert {get_character_cell_size(char) for char in taken} == {1}


def test_rows_end_after_a_space_where_there_is_one() -> None:
    assert rows("one two three", 7) == ["one two ", "three"]


def test_spaces_hang_over_the_edge() -> None:
    assert rows("one     two", 3) == ["one     ", "two"]


def test_spaces_at_the_end_begin_no_row() -> None:
    assert rows("one      ", 3) == ["one      "]


def test_a_word_wider_than_the_row_is_cut() -> None:
    assert rows("a abcdefgh", 3) == ["a ", "abc", "def", "gh"]


def test_line_feeds_end_rows() -> None:
    assert rows("a\n\nb\n", 9) == ["a\n", "\n", "b\n"]


def test_an_empty_text_is_one_row() -> None:
    assert wrap("", 10) == [0]


def test_ideographs_fill_the_row_beside_words() -> None:
    assert rows("see 你好世界", 8) == ["see 你好", "世界"]


def test_a_row_does_not_begin_with_an_ideographic_full_stop() -> None:
    assert rows("你好世。", 6) == ["你好", "世。"]


def test_a_row_does_not_end_with_an_opening_bracket() -> None:
    assert rows("你好「世", 6) == ["你好", "「世"]


def test_a_wide_character_has_its_own_row_where_none_fits() -> None:
    assert rows("你a", 1) == ["你", "a"]


def test_an_emoji_sequence_stays_whole() -> None:
    assert rows("ab👩‍💻❤️", 3) == ["ab", "👩‍💻", "❤️"]


def test_a_mark_stays_on_its_letter() -> None:
    assert rows("abe\u0301f", 3) == ["abe\u0301", "f"]


def test_tabs_reach_to_the_next_stop() -> None:
    assert expand_tabs("a\tb\n你\tc\t\td") == "a   b\n你  c       d"


def test_text_without_tabs_is_given_back_as_it_is() -> None:
    text = "no tabs"
    assert expand_tabs(text) is text


@given(st.text("ab\t\n", max_size=20), st.text("ab\t\n", max_size=20))
def test_tabs_expand_alike_however_the_text_is_cut(head: str, tail: str) -> None:
    expanded = expand_tabs(head)
    assert expanded + expand_tabs(tail, after=expanded) == expand_tabs(head + tail)


@given(st.text("ab\t", max_size=20))
def test_a_tab_ends_on_a_stop(text: str) -> None:
    assert len(expand_tabs(text + "\t")) % TAB_CELLS == 0


@pytest.mark.slow
def test_wrapping_takes_time_in_step_with_the_length() -> None:
    def seconds(text: str) -> float:
        began = time.perf_counter()
        wrap(text, 80)
        return time.perf_counter() - began

    assert seconds("x" * 1_000_000) < 1
    assert seconds("你好 " * 100_000) < 5
