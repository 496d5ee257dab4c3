"""The head of a Markdown page."""

import pytest

from chat_tui.transcripts.front_matter import front_matter


def _value(text: str) -> str:
    return front_matter({"title": text}).splitlines()[1].removeprefix("title: ")


@pytest.mark.parametrize("text", ["Hello", "deep/seek-V3.2", "two words", "a_b"])
def test_plain_words_stand_as_they_are(text: str) -> None:
    assert _value(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            "yes",
            "No",
            "null",
            "~",
            "12",
            "1e3",
            ".inf",
            "- a",
            "a: b",
            "a #b",
            " a",
            "a ",
            "'a'",
        ],
        *["[a]", "{a}", "&a", "*a", "!a", "%a", "@a", "a,b", "---", "2026-01-01", "?", "| a", "é"],
    ],
)
def test_what_yaml_might_take_for_something_else_is_quoted(text: str) -> None:
    assert _value(text) == f'"{text}"'


def test_quotes_and_line_ends_are_escaped() -> None:
    assert _value('say "a\\b"\nnow') == '"say \\"a\\\\b\\"\\nnow"'


def test_controls_are_made_visible() -> None:
    assert _value("a\x1bb\x85") == '"a␛b<U+0085>"'
