"""The line of a key is found in any shape of TOML."""

import tomllib

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.lines import find_line

TEXT = '''# first
[app]  # [not.a.table]
theme = "dusk" # theme = 1
prompt = """
[fake]
measure = 1
"""
measure = 3

[ providers . "my.own" ]
kind = 'a # b'
graph_ids = [
  "x", # ]
  "[y]",
]
parameters.a."b c" = 1
api_key = { env = "A" }

[[list]]
one = 1
"q\\u0041" = 2
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["app"], 2),
        (["app", "theme"], 3),
        (["app", "prompt"], 4),
        (["app", "measure"], 8),
        (["app", "missing"], 2),
        (["providers", "my.own"], 10),
        (["providers", "my.own", "kind"], 11),
        (["providers", "my.own", "graph_ids"], 12),
        (["providers", "my.own", "parameters", "a", "b c"], 16),
        (["providers", "my.own", "api_key", "env"], 17),
        (["list", "one"], 20),
        (["list", "qA"], 21),
        (["fake"], None),
        ([], None),
    ],
)
def test_a_key_stands_on_its_line(keys: list[str], line: int | None) -> None:
    assert tomllib.loads(TEXT)
    assert find_line(TEXT, keys) == line


def test_windows_line_ends_count_once() -> None:
    assert find_line("[app]\r\ntheme = 1\r\n", ["app", "theme"]) == 2


def test_a_quote_may_stand_right_before_the_end_of_a_long_text() -> None:
    assert find_line('a = """x""""\nb = 1\n', ["b"]) == 2
    assert find_line("a = '''x'''''\nb = 1\n", ["b"]) == 2
    assert find_line('a = """"""\nb = 1\n', ["b"]) == 2


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.text("[]{}#'\"\\\n =")),
    )
)
def test_every_key_that_a_library_wrote_is_found_in_order(table: dict[str, object]) -> None:
    text = tomli_w.dumps(table, multiline_strings=True)
    lines = [find_line(text, [key]) for key in table]
    assert None not in lines
    assert lines == sorted(line for line in lines if line is not None)
    assert len(set(lines)) == len(lines)


@given(st.text("[]{}#'\"\\\n =.ab"))
def test_any_text_at_all_comes_to_an_end(text: str) -> None:
    line = find_line(text, ["a"])
    assert line is None or 1 <= line <= text.count("\n") + 1
