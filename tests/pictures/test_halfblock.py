from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from chat_tui import glyphs
from chat_tui.pictures.halfblock import half_block_rows

RED, BLUE = bytes((200, 0, 0)), bytes((0, 0, 200))


@pytest.fixture(autouse=True)
def unicode_signs() -> Iterator[None]:
    before = glyphs.drawing_ascii()
    glyphs.draw_ascii(False)
    yield
    glyphs.draw_ascii(before)


def test_a_cell_is_two_pixels() -> None:
    ((segment,),) = half_block_rows(RED + BLUE, 1, "pixels")
    assert segment.text == "▀"
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.bgcolor is not None
    assert segment.style.color.triplet == (200, 0, 0)
    assert segment.style.bgcolor.triplet == (0, 0, 200)


def test_where_both_are_the_same_it_is_a_blank_of_that_colour() -> None:
    ((segment,),) = half_block_rows(RED + RED, 1, "pixels")
    assert segment.text == " "


def test_cells_that_are_alike_are_one_segment() -> None:
    data = (RED * 3 + BLUE) + (BLUE * 4)
    (row,) = half_block_rows(data, 4, "pixels")
    assert [segment.text for segment in row] == ["▀▀▀", " "]


def test_rows_are_as_wide_as_they_should_be() -> None:
    data = bytes(range(240)) * 3  # 20 columns, 6 rows of cells
    rows = list(half_block_rows(data, 20, "pixels"))
    assert len(rows) == 6
    assert all(sum(cell_len(segment.text) for segment in row) == 20 for row in rows)


def test_numbers_of_shared_colours_stay_numbers() -> None:
    ((segment,),) = half_block_rows(bytes((33, 44)), 1, "palette")
    assert segment.style is not None
    assert segment.style.color is not None
    assert segment.style.color.number == 33
