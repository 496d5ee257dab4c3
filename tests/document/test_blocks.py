import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.document.blocks import Block, Span
from chat_tui.text import clean

TEXTS = st.text(st.sampled_from("ab \t\n-你👩é"), max_size=60).map(clean)
WIDTHS = st.integers(min_value=1, max_value=40)


def rows(block: Block, width: int) -> list[str]:
    return [line(block.row(index, width)) for index in range(block.height(width))]


def line(spans: object) -> str:
    assert isinstance(spans, list | tuple)
    return "".join(text for text, _ in spans)


def test_the_mark_stands_before_the_first_row_only() -> None:
    block = Block("one two three", first=" ▌ ", rest="   ")
    assert rows(block, 9) == [" ▌ one", "   two", "   three"]


def test_a_gap_is_empty_rows_above() -> None:
    assert rows(Block("a", gap=2), 10) == ["", "", "   a"]


def test_text_and_marks_have_their_own_styles() -> None:
    block = Block("a", style="error", first=" ✕ ", rest="   ", mark_style="warning")
    spans: list[Span] = [(" ✕ ", "warning"), ("a", "error")]
    assert list(block.row(0, 10)) == spans


def test_what_stands_at_the_right_ends_one_cell_before_the_edge() -> None:
    assert rows(Block("you", right="14:02"), 20) == ["   you" + " " * 8 + "14:02"]


def test_what_stands_at_the_right_is_left_out_where_there_is_no_room() -> None:
    assert rows(Block("a long name", right="14:02"), 19) == ["   a long name"]


def test_what_stands_at_the_right_keeps_its_row_when_there_is_a_gap() -> None:
    assert rows(Block("you", right="14:02", gap=1), 20)[1].endswith("14:02")


def test_spaces_at_the_end_of_a_row_are_not_painted() -> None:
    assert rows(Block("one   two  "), 7) == ["   one", "   two"]


def test_an_empty_text_is_one_empty_row() -> None:
    assert rows(Block(""), 10) == ["   "]


def test_a_text_that_grows_after_it_was_measured_has_the_rows_of_the_whole() -> None:
    block = Block("one tw")
    assert rows(block, 10) == ["   one tw"]
    block.extend("elve\nthree")
    assert rows(block, 10) == ["   one", "   twelve", "   three"]


@given(TEXTS, st.lists(TEXTS, max_size=4), WIDTHS)
def test_growing_by_pieces_is_the_same_as_the_whole(
    text: str, pieces: list[str], width: int
) -> None:
    grown = Block(text)
    for piece in pieces:
        grown.height(width)
        grown.extend(piece)
    whole = Block(text + "".join(pieces))
    assert rows(grown, width) == rows(whole, width)


@given(TEXTS, st.lists(WIDTHS, min_size=1, max_size=4))
def test_widths_may_change_at_any_time(text: str, widths: list[int]) -> None:
    block = Block(text)
    for width in widths:
        assert rows(block, width) == rows(Block(text), width)


@given(TEXTS, st.integers(min_value=5, max_value=40))
def test_no_row_is_wider_than_its_room(text: str, width: int) -> None:
    assert max(map(cell_len, rows(Block(text, right="14:02"), width))) <= width


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_width_below_the_mark_still_gives_rows(width: int) -> None:
    assert rows(Block("ab"), width) == ["   a", "   b"]
