import time
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.heights import HeightIndex

heights = st.lists(st.integers(0, 9), max_size=70)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("set"), st.integers(0, 200), st.integers(0, 9)),
        st.tuples(st.just("extend"), st.integers(0, 40), st.integers(0, 9)),
    ),
    max_size=40,
)


def looks_like(index: HeightIndex, model: list[int]) -> None:
    tops = [0, *accumulate(model)]
    assert len(index) == len(model)
    assert index.total == tops[-1]
    assert [index.height(number) for number in range(len(model))] == model
    assert [index.top(number) for number in range(len(model) + 1)] == tops
    rows = [(number, row) for number, height in enumerate(model) for row in range(height)]
    assert [index.find(row) for row in range(index.total)] == rows


@given(heights)
def test_an_index_says_what_a_list_would(model: list[int]) -> None:
    looks_like(HeightIndex(model), model)


@given(heights, changes)
def test_changes_do_what_they_do_to_a_list(
    model: list[int], steps: list[tuple[str, int, int]]
) -> None:
    index = HeightIndex(model)
    model = list(model)
    for step, number, height in steps:
        match step:
            case "append":
                index.append(number)
                model.append(number)
            case "extend":
                index.extend(height for _ in range(number))
                model += [height] * number
            case "set" if model:
                index.set(number % len(model), height)
                model[number % len(model)] = height
            case _:
                pass
    looks_like(index, model)


@pytest.mark.parametrize("row", [-1, 3])
def test_a_row_outside_is_refused(row: int) -> None:
    with pytest.raises(IndexError, match="no row"):
        HeightIndex([1, 2]).find(row)


def test_nothing_is_in_an_empty_index() -> None:
    index = HeightIndex()
    assert (len(index), index.total, index.top(0)) == (0, 0, 0)
    with pytest.raises(IndexError):
        index.find(0)


@pytest.mark.parametrize("number", [-1, 2])
def test_a_number_outside_is_refused(number: int) -> None:
    index = HeightIndex([1, 2])
    for ask in (index.height, lambda number: index.set(number, 1)):
        with pytest.raises(IndexError):
            ask(number)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_length_outside_is_refused(number: int) -> None:
    index = HeightIndex([1, 2])
    with pytest.raises(IndexError, match="no top"):
        index.top(number)


def test_a_negative_height_changes_nothing() -> None:
    index = HeightIndex([1, 2])
    with pytest.raises(ValueError, match="not -1"):
        index.extend([3, -1])
    with pytest.raises(ValueError, match="not -1"):
        index.set(0, -1)
    looks_like(index, [1, 2])


@pytest.mark.slow
def test_a_hundred_thousand_messages_are_indexed_within_60_ms() -> None:
    model = [number % 50 for number in range(100_000)]
    spent = []
    for _ in range(5):
        began = time.process_time()
        HeightIndex(model)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.06
