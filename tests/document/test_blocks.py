from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

from chat_tui.document.block import Block
from chat_tui.document.blocks import FoldBlock, MarkdownBlock, TextBlock
from chat_tui.document.spans import Span
from chat_tui.text import clean
from tests.document.corpus import CORPUS
from tests.document.drawing import document

TEXTS = st.text(st.sampled_from("ab \t\n-你👩é"), max_size=60).map(clean)
WIDTHS = st.integers(min_value=1, max_value=40)
DOCUMENTS = tuple(CORPUS.values())


def rows(block: Block, width: int) -> list[str]:
    return [line(block.row(index, width)) for index in range(block.height(width))]


def line(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans)


def marked(text: str) -> TextBlock:
    return TextBlock(text, first=" ▌ ", rest="   ")


def folded(body: str = "one\ntwo", *, opened: bool = False, gap: int = 0) -> FoldBlock:
    return FoldBlock("tool", "head", lambda: TextBlock(body, first="  ", rest="  "),
                     opened=opened, gap=gap)  # fmt: skip


def markdown(text: str, *, gap: int = 0) -> MarkdownBlock:
    return MarkdownBlock(document(text), gap=gap)


def test_the_mark_stands_before_the_first_row_only() -> None:
    assert rows(marked("one two three"), 9) == [" ▌ one", "   two", "   three"]


def test_a_gap_is_empty_rows_above() -> None:
    assert rows(TextBlock("a", gap=2), 10) == ["", "", "a"]


def test_text_and_marks_have_their_own_inks() -> None:
    block = TextBlock("a", ink="error", first="✕ ", rest="  ", mark_ink="warning")
    assert list(block.row(0, 10)) == [Span("✕ ", "warning"), Span("a", "error")]


def test_what_stands_at_the_right_ends_one_cell_before_the_edge() -> None:
    assert rows(TextBlock("you", right="14:02"), 20) == ["you" + " " * 11 + "14:02"]


def test_what_stands_at_the_right_is_left_out_where_there_is_no_room() -> None:
    assert rows(TextBlock("a long name", right="14:02"), 17) == ["a long name"]


def test_what_stands_at_the_right_keeps_its_row_when_there_is_a_gap() -> None:
    assert rows(TextBlock("you", right="14:02", gap=1), 20)[1].endswith("14:02")


def test_spaces_at_the_end_of_a_row_are_not_painted() -> None:
    assert rows(TextBlock("one   two  "), 4) == ["one", "two"]


def test_an_empty_text_is_one_empty_row() -> None:
    assert rows(TextBlock(""), 10) == [""]


def test_a_text_that_grows_after_it_was_measured_has_the_rows_of_the_whole() -> None:
    block = TextBlock("one tw")
    assert rows(block, 7) == ["one tw"]
    block.extend("elve\nthree")
    assert rows(block, 7) == ["one", "twelve", "three"]


@given(TEXTS, st.lists(TEXTS, max_size=4), WIDTHS)
def test_growing_by_pieces_is_the_same_as_the_whole(
    text: str, pieces: list[str], width: int
) -> None:
    grown = TextBlock(text)
    for piece in pieces:
        grown.height(width)
        grown.extend(piece)
    whole = TextBlock(text + "".join(pieces))
    assert rows(grown, width) == rows(whole, width)
    assert grown.text == whole.text == whole.source


@given(TEXTS, st.lists(WIDTHS, min_size=1, max_size=4))
def test_widths_may_change_at_any_time(text: str, widths: list[int]) -> None:
    block = TextBlock(text)
    for width in widths:
        assert rows(block, width) == rows(TextBlock(text), width)


@given(TEXTS, st.integers(min_value=5, max_value=40))
def test_no_row_is_wider_than_its_room(text: str, width: int) -> None:
    block = TextBlock(text, right="14:02", first="│ ", rest="│ ")
    assert max(map(cell_len, rows(block, width))) <= width


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_width_below_the_mark_still_gives_rows(width: int) -> None:
    assert rows(marked("ab"), width) == [" ▌ a", "   b"]


def test_a_closed_fold_is_its_line() -> None:
    block = folded()
    assert rows(block, 20) == ["▸ head"]
    assert (block.text, block.source) == ("head", "one\ntwo")


def test_an_open_fold_has_its_body_below() -> None:
    block = folded(gap=1)
    block.toggle()
    assert rows(block, 20) == ["", "▾ head", "  one", "  two"]
    assert block.text == "head\none\ntwo"
    block.toggle()
    assert rows(block, 20) == ["", "▸ head"]


def test_what_is_behind_a_fold_is_made_when_it_is_first_wanted() -> None:
    made: list[str] = []

    def body() -> TextBlock:
        made.append("body")
        return TextBlock("x")

    block = FoldBlock("tool", "head", body)
    block.height(20)
    assert made == []
    block.toggle()
    block.height(20)
    block.row(1, 20)
    assert made == ["body"]


def test_a_folds_line_can_be_changed() -> None:
    block = folded()
    block.rename("other")
    assert rows(block, 20) == ["▸ other"]


def test_leaves_are_parted_by_an_empty_line_in_the_text() -> None:
    block = markdown("# A\n\nb *c*\n")
    assert block.text == "A\n\nb c"
    assert block.source == "# A\n\nb *c*\n"


def test_a_leaf_is_found_by_its_row() -> None:
    block = markdown("a\n\nb", gap=1)
    assert [block.leaf_at(row, 20) for row in range(block.height(20) + 1)] == [0, 0, 1, 1, None]
    assert block.first_row(1, 20) == 2


def test_no_character_is_above_or_below_a_document() -> None:
    block = markdown("a\n\nb", gap=1)
    assert block.offset_at(0, 5, 20) == 0
    assert block.offset_at(9, 5, 20) == len(block.text)
    assert block.columns_of(0, 0, 9, 20) is None
    assert block.columns_of(9, 0, 9, 20) is None


def blocks(text: str, kind: str, gap: int) -> Block:
    match kind:
        case "text":
            return TextBlock(text, first="▌ ", rest="  ", gap=gap)
        case "fold":
            return folded(text, opened=True, gap=gap)
        case _:
            return markdown(text, gap=gap)


KINDS = st.sampled_from(("text", "fold", "markdown"))


@given(TEXTS | st.sampled_from(DOCUMENTS), KINDS, st.sampled_from((0, 1)), WIDTHS)
def test_offsets_are_in_the_text_and_never_fall_from_row_to_row(
    text: str, kind: str, gap: int, width: int
) -> None:
    block = blocks(text, kind, gap)
    offsets = [block.offset_at(row, 0, width) for row in range(block.height(width))]
    assert all(0 <= offset <= len(block.text) for offset in offsets)
    assert offsets == sorted(offsets) or "|" in text  # the cells of a table stand side by side


@given(TEXTS | st.sampled_from(DOCUMENTS), KINDS, st.sampled_from((0, 1)),
       st.integers(min_value=12, max_value=60), st.data())  # fmt: skip
def test_the_cells_of_a_character_lead_back_to_it(
    text: str, kind: str, gap: int, width: int, data: st.DataObject
) -> None:
    block = blocks(text, kind, gap)
    if not block.text:
        return
    at = data.draw(st.integers(min_value=0, max_value=len(block.text) - 1))
    for row in range(block.height(width)):
        columns = block.columns_of(row, at, at + 1, width)
        if columns is None or columns[0] == columns[1]:
            continue
        assert 0 <= columns[0] < columns[1] <= width
        assert abs(block.offset_at(row, columns[0], width) - at) <= 8  # a grapheme is one place


@given(TEXTS | st.sampled_from(DOCUMENTS), KINDS, WIDTHS)
def test_all_cells_of_a_text_are_covered_by_all_of_it(text: str, kind: str, width: int) -> None:
    block = blocks(text, kind, 0)
    covered = [
        block.columns_of(row, 0, len(block.text), width) for row in range(block.height(width))
    ]
    assert any(covered) or not block.text.strip()
    assert all(columns is None or columns[0] <= columns[1] for columns in covered)


TABLE = "| a | b |\n|---|---|\n| one two three four | five six seven eight |\n| x | y |\n"


@given(TEXTS | st.sampled_from((*DOCUMENTS, TABLE)), KINDS, st.sampled_from((0, 1)), WIDTHS)
def test_the_row_of_an_offset_is_one_that_begins_with_it(
    text: str, kind: str, gap: int, width: int
) -> None:
    # Without room for its columns a table shows header and cell in turns: no offsets that rise.
    assume("|" not in text or width >= 80)
    block = blocks(text, kind, gap)
    for row in range(block.height(width)):
        offset = block.offset_at(row, 0, width)
        assert block.offset_at(block.row_of(offset, width), 0, width) == offset


@given(TEXTS | st.sampled_from((*DOCUMENTS, TABLE)), KINDS, WIDTHS, st.data())
def test_the_row_of_a_character_shows_it(
    text: str, kind: str, width: int, data: st.DataObject
) -> None:
    block = blocks(text, kind, 0)
    at = data.draw(st.integers(min_value=0, max_value=len(block.text)))
    shows = [
        row
        for row in range(block.height(width))
        if (cells := block.columns_of(row, at, at + 1, width)) and cells[0] < cells[1]
    ]
    found = block.row_of(at, width)
    assert 0 <= found < max(1, block.height(width))
    assert not shows or found in shows or "|" in text
