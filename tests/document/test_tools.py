import pytest

from chat_tui.document.tools import MAX_LINES, pretty, tool_block, tool_head
from chat_tui.events import ToolCall
from tests.document.test_blocks import rows


def opened(call: ToolCall) -> list[str]:
    return rows(tool_block(call, opened=True, gap=0), 60)[1:]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"candela": 10000000}', "candela=10000000"),
        ('{"a": "x y", "b": [1, {"c": null}]}', 'a=x y, b=[1,{"c":null}]'),
        ("{}", ""),
        ("6*7", "6*7"),
        ("[1, 2]", "[1, 2]"),
        ('{"cut": ', '{"cut":'),
        ('{"half": "\ud800"}', '{"half": "\ufffd"}'),
        ("[" * 9_000, "[" * 59 + "…"),
        ('{"a": "\\u001b[31m"}', "a=␛[31m"),
    ],
)
def test_the_line_has_short_arguments(arguments: str, shown: str) -> None:
    assert tool_head(ToolCall("1", "f", arguments)) == f"◌ tool  f({shown})"


def test_the_line_ends_with_the_output() -> None:
    assert tool_head(ToolCall("1", "f", "", "a\nb", "failed")) == "✕ tool  f() → a b"


def test_json_is_laid_out_with_its_values_as_they_were_written() -> None:
    call = ToolCall("1", "f", '{"a":1.10,"b":["\\u00e9"]}', '[{"ok":true}]', "done")
    assert opened(call) == [
        "  input",
        "    {",
        '      "a": 1.10,',
        '      "b": [',
        '        "\\u00e9"',
        "      ]",
        "    }",
        "  output",
        "    [",
        "      {",
        '        "ok": true',
        "      }",
        "    ]",
    ]


@pytest.mark.parametrize("text", ["6*7", "{half", "", "[" * 100_000, '{"a": "\ud800"}', '"word"'])
def test_what_is_no_object_or_list_stands_as_it_is(text: str) -> None:
    assert pretty(text) == text


def test_a_long_output_says_how_much_more_there_is() -> None:
    block = tool_block(
        ToolCall("1", "f", "", "\n".join(map(str, range(100))), "done"), opened=True, gap=0
    )
    shown = rows(block.body, 60)
    assert shown[:2] == ["  input", "    nothing"]
    assert shown[-2:] == [f"    {MAX_LINES - 1}", f"    … {100 - MAX_LINES} more lines"]


def test_a_call_without_an_output_shows_only_what_went_in() -> None:
    assert opened(ToolCall("1", "f", "6*7")) == ["  input", "    6*7"]
