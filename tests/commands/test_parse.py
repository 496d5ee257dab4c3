import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.commands.parse import (
    Invocation,
    Words,
    first_word,
    nearest_command,
    parse,
    parse_setting,
    parse_value,
    unquoted,
    write_value,
)

json_values = st.recursive(
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.text())
def test_text_without_a_slash_at_its_beginning_is_sent_as_it_is(text: str) -> None:
    if not text.startswith("/"):
        assert parse(text) == Words(text)


@given(st.text())
def test_a_second_slash_makes_the_text_literal(text: str) -> None:
    assert parse(f"//{text}") == Words(f"/{text}")


@given(st.from_regex(r"[a-z]{1,10}", fullmatch=True), st.text())
def test_a_command_and_its_argument_come_apart(name: str, argument: str) -> None:
    assert parse(f"/{name} {argument}") == Invocation(name, argument.strip())


def test_a_name_may_be_typed_in_capitals_and_an_argument_keeps_its_lines() -> None:
    assert parse("/System one\ntwo ") == Invocation("system", "one\ntwo")


@pytest.mark.parametrize("text", ["/", "/ ", "/\n"])
def test_a_slash_alone_is_a_command_without_a_name(text: str) -> None:
    assert parse(text) == Invocation("", "")


def test_a_space_after_the_slash_is_no_name() -> None:
    assert parse("/ new") == Invocation("", "new")


def test_the_first_word_leaves_a_path_with_spaces_whole() -> None:
    assert first_word("json  my talks/one.json ") == ("json", "my talks/one.json")
    assert first_word("json") == ("json", "")


@pytest.mark.parametrize(
    ("written", "path"),
    [("'a b'", "a b"), ('"a"', "a"), ("a'b", "a'b"), ("'", "'"), ("\"a'", "\"a'"), ("", "")],
)
def test_quotes_around_a_path_are_taken_off(written: str, path: str) -> None:
    assert unquoted(written) == path


@pytest.mark.parametrize(
    ("argument", "setting"),
    [
        ("temperature=0.2", ("temperature", 0.2)),
        ("n = 3", ("n", 3)),
        ("stream=true", ("stream", True)),
        ('stop=["a", "b"]', ("stop", ["a", "b"])),
        ("size=1024*1024", ("size", "1024*1024")),
        ('words="12"', ("words", "12")),
        ("note=a=b", ("note", "a=b")),
        ("gone=", ("gone", None)),
        ("gone=null", ("gone", None)),
        ("x=NaN", ("x", "NaN")),
        ("x=1e999", ("x", "1e999")),
        ("x=" + "9" * 30, ("x", "9" * 30)),
        ("x=" + "[" * 100_000, ("x", "[" * 100_000)),
    ],
)
def test_a_setting_is_json_where_it_parses_else_text(
    argument: str, setting: tuple[str, object]
) -> None:
    assert parse_setting(argument) == setting


@pytest.mark.parametrize("argument", ["", "temperature", "=1", " = 1", "two words=1"])
def test_what_names_no_key_is_no_setting(argument: str) -> None:
    assert parse_setting(argument) is None


@given(json_values)
def test_a_written_value_reads_back_as_the_same(value: object) -> None:
    assert parse_value(write_value(value)) == value


@given(st.text())
def test_whatever_is_typed_has_a_form_in_json(written: str) -> None:
    value = parse_value(written.strip())
    assert not (isinstance(value, float) and not math.isfinite(value))
    json.dumps(value, allow_nan=False)


def test_the_nearest_name_is_found_and_none_where_none_is_near() -> None:
    assert nearest_command("modle", ["model", "new"]) == "model"
    assert nearest_command("xyzzy", ["model", "new"]) == ""
