"""Tests of the document with texts that mean harm: by what they hold, and by their size."""

import base64
import json
import time
from pathlib import Path

import pytest

from chat_tui.document.markdown.markdown import MarkdownDocument
from chat_tui.text import clean
from tests.document.drawing import document, grown, shown

HOSTILE = Path(__file__).parent.parent / "hostile.jsonl"
SIGNS = ("[", "![", "*", "_", "`", "<", ">", "&", "(", "~", "\\", "|", "**a _b ", "[a](", "![a](b)")
LONG = {
    **{f"many {sign}": sign * 10_000 for sign in SIGNS},
    "nested quotes": "\n".join("> " * n for n in range(1, 150)),
    "nested lists": "\n".join("  " * n + "- x" for n in range(300)),
    "brackets both ways": "[" * 3000 + "]" * 3000,
    "pictures in pictures": "![" * 400 + "](x)" * 400,
    "wide table": "|a" * 1000 + "|\n" + "|-" * 1000 + "|\n" + "|b" * 1000 + "|\n",
    "definitions": "".join(f"[l{n}]\n\n" for n in range(1000))
    + "".join(f"[l{n}]: http://x.test/{n}\n" for n in range(1000)),
    "open definition": '[a]: x "' + "y\n" * 3000,
    "feeds": "\n" * 20_000,
    "items": "-\n" * 5_000,
    "rules": "***\n" * 5_000,
    "marks": "e" + "\u0301" * 5_000,
}


def texts() -> dict[str, str]:
    lines = HOSTILE.read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        case = json.loads(line)
        raw = base64.b64decode(case["text_base64"])
        found[case["name"]] = raw.decode("utf-8", "surrogatepass")
    return found


def test_nothing_hostile_reaches_the_rows() -> None:
    for name, text in texts().items():
        for made in (document(text), grown(list(text[:300]))):
            for width in (7, 80):
                joined = "\n".join(shown(made, width))
                assert clean(joined) == joined, name


@pytest.mark.parametrize("name", LONG)
def test_long_and_nested_texts_are_bounded(name: str) -> None:
    began_s = time.thread_time()
    made = document(LONG[name])
    last = made.height(80)
    for index in range(max(0, last - 40), last):
        made.row(index, 80)
    made.height(20)
    assert time.thread_time() - began_s < 10


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "```python\n" + "x = [1, 2, 'abc']  # and a comment that is long\n" * 20_000,
            id="1 MB fence",
            marks=pytest.mark.slow,
        ),
        pytest.param("```\n" + "x" * 1_000_000, id="1 MB line of code"),
        pytest.param("x" * 1_000_000, id="1 MB word"),
        pytest.param("| a | b |\n|--|--|\n" + "| one *two* | three |\n" * 2_000, id="2000 rows"),
        pytest.param("A paragraph with *words*.\n\n" * 5_000, id="5000 paragraphs"),
        pytest.param("> " * 10_000 + "x", id="10,000 quotes"),
    ],
)
def test_huge_texts_are_bounded_in_each_step(text: str) -> None:
    made = MarkdownDocument()
    made.feed(text)
    longest_s = 0.0
    while made.pending:
        began_s = time.thread_time()
        made.commit()
        last = made.height(80)
        for index in range(max(0, last - 40), last):
            made.row(index, 80)
        longest_s = max(longest_s, time.thread_time() - began_s)
    made.finish()
    assert made.row(made.height(80) - 1, 80)
    assert longest_s < 1
