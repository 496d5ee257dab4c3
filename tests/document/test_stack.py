from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.blocks import FoldBlock, TextBlock
from chat_tui.document.stack import PeekBlock, StackBlock
from tests.document.test_blocks import TEXTS, WIDTHS, line, rows

texts = st.lists(TEXTS, min_size=1, max_size=4)


def stack(texts: list[str], gap: int = 0) -> StackBlock:
    return StackBlock("tool", [TextBlock(text, first="- ", rest="  ") for text in texts], gap=gap)


@given(texts, WIDTHS, st.integers(min_value=0, max_value=2))
def test_a_stack_has_the_rows_of_its_blocks(texts: list[str], width: int, gap: int) -> None:
    alone = [row for text in texts for row in rows(TextBlock(text, first="- ", rest="  "), width)]
    assert rows(stack(texts, gap), width) == [""] * gap + alone


@given(texts, WIDTHS)
def test_the_character_at_a_rows_edge_leads_back_to_that_row(texts: list[str], width: int) -> None:
    block = stack(texts, gap=1)
    for index in range(1, block.height(width)):
        found = block.row_of(block.offset_at(index, 0, width), width)
        assert found == index or not line(block.row(index, width))[2:]


def test_what_is_found_in_a_stack_is_marked_where_it_stands() -> None:
    block = stack(["one", "two three"], gap=1)
    start = block.text.index("three")
    assert block.text == "one\ntwo three"
    assert block.columns_of(2, start, start + 5, 20) == (6, 11)
    assert block.columns_of(1, start, start + 5, 20) is None
    assert block.columns_of(0, 0, 3, 20) is None


def test_a_peek_is_there_while_its_fold_is_closed() -> None:
    fold = FoldBlock("steps", "head", lambda: TextBlock("body"))
    peek = PeekBlock(fold, TextBlock("failed"))
    assert (rows(peek, 20), peek.text) == (["failed"], "failed")
    fold.toggle()
    assert (rows(peek, 20), peek.text) == ([], "")


def test_a_peek_at_nothing_has_no_rows() -> None:
    assert rows(PeekBlock(FoldBlock("steps", "head", lambda: TextBlock("body")), None), 20) == []
