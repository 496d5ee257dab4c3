import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.pictures.picture_shape import (
    BETWEEN,
    MOST_COLUMNS,
    MOST_LINES,
    MOST_PICTURES,
    asked_count,
    asked_ratio,
    grid,
)

parameters = st.dictionaries(
    st.sampled_from(
        ["size", "image_size", "resolution", "aspect_ratio", "ratio", "width", "height", "n"]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=12),
        st.sampled_from(["0x0", "1x999999", "0:1", "portrait_0_3", "16:9", "1e9x3"]),
        st.lists(st.integers()),
        st.dictionaries(st.sampled_from(["width", "height"]), st.integers() | st.floats()),
    ),
)


@pytest.mark.parametrize(
    ("asked", "ratio"),
    [
        ({"size": "1024x1024"}, 1.0),
        ({"size": "1536x1024"}, 1.5),
        ({"size": "1024*2048"}, 0.5),
        ({"size": "1024\u00d7512"}, 2.0),
        ({"image_size": "square_hd"}, 1.0),
        ({"image_size": "landscape_4_3"}, 4 / 3),
        ({"image_size": "portrait_4_3"}, 3 / 4),
        ({"image_size": "portrait_3_4"}, 3 / 4),
        ({"image_size": "landscape_16_9"}, 16 / 9),
        ({"image_size": {"width": 900, "height": 600}}, 1.5),
        ({"aspect_ratio": "16:9"}, 16 / 9),
        ({"aspect_ratio": "3/2"}, 1.5),
        ({"width": 512, "height": 1024}, 0.5),
        ({"size": "auto", "aspect_ratio": "4:3"}, 4 / 3),
        ({"size": "10000x10"}, 4.0),
    ],
)
def test_the_shape_is_what_was_asked_for(asked: dict[str, object], ratio: float) -> None:
    found = asked_ratio(asked)
    assert found is not None
    assert math.isclose(found, ratio)


@pytest.mark.parametrize(
    "asked",
    [{}, {"size": "auto"}, {"size": "0x10"}, {"width": 10}, {"aspect_ratio": "wide"}, {"size": 3}],
)
def test_what_says_no_shape_has_none(asked: dict[str, object]) -> None:
    assert asked_ratio(asked) is None


@pytest.mark.parametrize(
    ("asked", "count"),
    [({}, 1), ({"n": 3}, 3), ({"num_images": 4}, 4), ({"n": 0}, 1), ({"n": True}, 1),
     ({"n": "2"}, 1), ({"n": 10**9}, MOST_PICTURES)],
)  # fmt: skip
def test_the_count_is_what_was_asked_for(asked: dict[str, object], count: int) -> None:
    assert asked_count(asked) == count


def test_a_square_is_twice_as_many_columns_as_lines() -> None:
    assert grid(1.0, 1, 97, several=False) == (36, 18, 1, 1)


def test_a_cell_of_another_shape_makes_another_square() -> None:
    assert grid(1.0, 1, 97, several=False, cell=1.5).columns == 27


def test_a_wide_picture_is_as_wide_as_there_is_room() -> None:
    assert grid(2.0, 1, 97, several=False) == (MOST_COLUMNS, 15, 1, 1)
    assert grid(2.0, 1, 30, several=False) == (30, 8, 1, 1)


def test_several_stand_side_by_side_as_many_as_fit() -> None:
    assert grid(1.0, 3, 97, several=True) == (24, 12, 3, 1)
    assert grid(1.0, 3, 40, several=True) == (24, 12, 1, 3)


def test_rows_of_several_are_even() -> None:
    assert grid(1.0, 4, 80, several=True)[2:] == (2, 2)


@given(parameters)
def test_any_parameters_have_a_shape_that_can_be_drawn(asked: dict[str, object]) -> None:
    ratio = asked_ratio(asked)
    assert ratio is None or 0.25 <= ratio <= 4.0
    assert 1 <= asked_count(asked) <= MOST_PICTURES


@given(
    st.floats(min_value=0.25, max_value=4.0),
    st.integers(min_value=1, max_value=80),
    st.integers(min_value=1, max_value=300),
    st.booleans(),
    st.floats(min_value=0.5, max_value=4.0),
)
def test_all_pictures_have_room_within_the_width(
    ratio: float, count: int, width: int, several: bool, cell: float
) -> None:
    columns, lines, per_row, rows = grid(ratio, count, width, several=several, cell=cell)
    assert 1 <= columns <= min(MOST_COLUMNS, width)
    assert 1 <= lines <= MOST_LINES
    assert per_row * columns + (per_row - 1) * BETWEEN <= max(width, columns)
    assert (rows - 1) * per_row < count <= rows * per_row
