"""Types are told in words."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
import pytest

from chat_tui.config.expected import describe_type, describe_value
from chat_tui.config.model import AppSection


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (str, "text"),
        (bool | None, "true or false"),
        (int | str, "an integer or text"),
        (Annotated[int, msgspec.Meta(ge=0)], "an integer of 0 or more"),
        (Annotated[float, msgspec.Meta(ge=0, le=2.5)] | None, "a number from 0 to 2.5"),
        (Annotated[float, msgspec.Meta(gt=0, le=9)], "a number above 0 and up to 9"),
        (Annotated[int, msgspec.Meta(le=9)], "an integer up to 9"),
        (Annotated[str, "a note"], "text"),
        (Literal["b", "a"], "one of b, a"),
        (dict[str, str], "a table of text"),
        (dict[str, object], "a table"),
        (list[Any], "a list"),
        (list[Literal["a", "b"]], "a list of one of a, b"),
        (AppSection, "a table"),
        (bytes, "another value"),
    ],
)
def test_a_type_is_told_in_words(kind: Any, words: str) -> None:
    assert describe_type(kind) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true or false"),
        (1, "an integer"),
        (1.5, "a number"),
        ([1], "a list"),
        ({}, "a table"),
        (date(2024, 1, 1), "a date or time"),
        ("secret", "text"),
    ],
)
def test_a_value_is_told_by_its_sort(value: object, words: str) -> None:
    assert describe_value(value) == words
