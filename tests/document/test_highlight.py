import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.code.highlight import (
    GRACE_S,
    LINE_LIMIT_S,
    MAX_LINE_CHARS,
    MAX_WHOLE_CHARS,
    SLOW_S_PER_CHAR,
    LineHighlighter,
    highlight_whole,
    whole_fence,
)
from chat_tui.document.code.languages import goes_by_line, languages
from chat_tui.document.spans import Span
from tests.document import hanging

CODE = {path.stem: path for path in sorted((Path(__file__).parent / "code").glob("*.txt"))}
UNITS = (*" \t-=/*\\\"'`()[]{}<>a0_.,:$@", "a ", "a.", "(a", '\\"', "/*", "${", "a b ")
"""What makes expressions go back and forth when there is a line full of it."""
BY_LINE = [name for name in languages() if goes_by_line(name)]
AS_A_WHOLE = [name for name in languages() if not goes_by_line(name)]
every_line = [line for path in CODE.values() for line in path.read_text("utf-8").splitlines()]


def lines_of(language: str) -> list[str]:
    return CODE[language].read_text("utf-8").splitlines()


def by_line(language: str, lines: list[str]) -> list[list[Span]]:
    highlighter = LineHighlighter(language)
    state = highlighter.START
    rows = []
    for line in lines:
        spans, state = highlighter.line(line, state)
        rows.append(spans)
    assert not highlighter.plain
    return rows


def text_of(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)


def ink_of(part: str, spans: list[Span]) -> str:
    (ink,) = {span.ink for span in spans if part in span.text}
    return ink


def ticking(*times: float) -> Callable[[], float]:
    given: Iterator[float] = iter(times)
    return lambda: next(given)


@pytest.mark.parametrize("language", CODE)
def test_lexing_by_line_is_lexing_the_whole(language: str) -> None:
    lines = lines_of(language)
    assert by_line(language, lines) == highlight_whole(language, lines)


@pytest.mark.parametrize("language", CODE)
def test_the_code_that_is_tried_has_many_inks(language: str) -> None:
    inks = {span.ink for row in by_line(language, lines_of(language)) for span in row}
    assert len(inks) >= 5


@pytest.mark.parametrize("language", CODE)
def test_a_line_is_the_same_when_it_is_lexed_again_in_any_order(language: str) -> None:
    lines = lines_of(language)
    highlighter = LineHighlighter(language)
    states = [highlighter.START]
    rows = []
    for line in lines:
        for cut in range(0, len(line), 7):
            highlighter.line(line[:cut], states[-1])  # as it came, bit by bit
        spans, state = highlighter.line(line, states[-1])
        rows.append(spans)
        states.append(state)
    for number in reversed(range(len(lines))):
        again = highlighter.line(lines[number], states[number])
        assert again == (rows[number], states[number + 1])


@given(st.sampled_from(BY_LINE), st.lists(st.sampled_from(every_line) | st.text(max_size=20)))
def test_whatever_comes_spans_are_all_of_it(language: str, lines: list[str]) -> None:
    assert [text_of(row) for row in by_line(language, lines)] == lines


@given(st.sampled_from(AS_A_WHOLE), st.lists(st.sampled_from(every_line)))
def test_whatever_is_lexed_as_a_whole_spans_are_all_of_it(language: str, lines: list[str]) -> None:
    rows = highlight_whole(language, lines)
    assert rows is not None
    assert [text_of(row) for row in rows] == lines


def test_equal_states_are_one_object() -> None:
    highlighter = LineHighlighter("python")
    _, first = highlighter.line('a = """', highlighter.START)
    _, second = highlighter.line('b = """', highlighter.START)
    assert first != highlighter.START
    assert first is second


@pytest.mark.parametrize("language", ["c", "js", "java", "go", "css", "rust", "sql", "kotlin"])
def test_a_comment_that_is_still_open_is_a_comment(language: str) -> None:
    highlighter = LineHighlighter(language)
    spans, state = highlighter.line("/* one, and it's open", highlighter.START)
    assert {span.ink for span in spans} == {"syntax.comment"}
    spans, state = highlighter.line("   still open", state)
    assert {span.ink for span in spans} == {"syntax.comment"}
    spans, _ = highlighter.line("*/ after", state)
    assert ink_of("*/", spans) == "syntax.comment"
    assert ink_of("after", spans) != "syntax.comment"


def test_a_here_document_ends_at_its_own_word() -> None:
    first, middle, last, after = by_line("sh", ["cat <<END", "EOF if then", "END", "if true"])
    assert ink_of("<<END", first) == ink_of("EOF", middle) == ink_of("END", last)
    assert ink_of("if", after) == "syntax.keyword"


@pytest.mark.parametrize("language", ["autohotkey", "no such", "html"])
def test_what_does_not_go_by_line_is_plain(language: str) -> None:
    highlighter = LineHighlighter(language)
    assert highlighter.plain
    assert highlighter.line("if x: pass", highlighter.START) == (
        [Span("if x: pass", "syntax")],
        highlighter.START,
    )


def test_an_empty_line_has_no_spans() -> None:
    for language in ("python", "no such"):
        highlighter = LineHighlighter(language)
        assert highlighter.line("", highlighter.START)[0] == []


def test_a_line_that_is_too_long_is_plain_and_the_next_is_not() -> None:
    long = "1 + " * MAX_LINE_CHARS
    rows = by_line("python", ["1", long, "2"])
    assert rows == [
        [Span("1", "syntax.number")],
        [Span(long, "syntax")],
        [Span("2", "syntax.number")],
    ]


def test_a_lexer_that_is_too_slow_is_left_for_good() -> None:
    enough = GRACE_S + SLOW_S_PER_CHAR
    highlighter = LineHighlighter("python", clock=ticking(0, 0, 5, 5 + enough + 0.001))
    state = highlighter.START
    assert highlighter.line("1", state)[0] == [Span("1", "syntax.number")]
    highlighter.line("1", state)
    assert highlighter.plain
    assert highlighter.line("1", state)[0] == [Span("1", "syntax")]


def test_a_lexer_that_needs_long_for_much_is_kept() -> None:
    highlighter = LineHighlighter("json", clock=ticking(0, GRACE_S, 1, 1 + 99 * SLOW_S_PER_CHAR))
    highlighter.line("1", highlighter.START)
    highlighter.line("1" * 100, highlighter.START)
    assert not highlighter.plain


def test_brackets_without_end_are_not_remembered_without_end() -> None:
    highlighter = LineHighlighter("rust")
    state = highlighter.START
    for _ in range(40):
        _, state = highlighter.line("/*" * 100, state)
    assert len(state) <= 256
    assert highlighter.line("fn", state) == ([Span("fn", "syntax")], state)


@pytest.mark.parametrize("language", AS_A_WHOLE)
def test_a_lexer_that_sees_the_whole_colours_it(language: str) -> None:
    code = {
        "console": "$ echo 'a'\na",
        "elixir": "def a(b), do: :c",
        "html": "<p class='a'>b</p>\n<script>if (a) b()</script>",
        "make": "all: a\n\techo $(B)",
        "php": "function a($b) { return 'c'; }",
        "pycon": ">>> 1 + 1\n2",
        "ruby": "def a(b) = :c",
        "vue": "<template><p>{{ a }}</p></template>",
        "xml": "<a b='c'>d</a>",
        "yaml": "a:\n  - b: 'c' # d",
    }[language]
    lines = code.split("\n")
    rows = highlight_whole(language, lines)
    assert rows is not None
    assert [text_of(row) for row in rows] == lines
    assert len({span.ink for row in rows for span in row}) >= 2


@pytest.mark.parametrize(
    "lines",
    [["a" * 100] * 199, ["a" * (MAX_LINE_CHARS + 1)]],
    ids=["too much", "too long a line"],
)
def test_what_is_too_much_for_a_whole_stays_plain(lines: list[str]) -> None:
    assert highlight_whole("yaml", lines) is None


def test_the_limit_of_a_whole_can_be_set() -> None:
    assert highlight_whole("yaml", ["a: 1"], max_chars=5) is not None
    assert highlight_whole("yaml", ["a: 1"], max_chars=4) is None


def test_a_whole_of_an_unknown_language_stays_plain() -> None:
    assert highlight_whole("no such", ["a"]) is None


def test_a_whole_that_takes_too_long_stays_plain() -> None:
    assert highlight_whole("yaml", ["a: 1"], clock=ticking(0, 0, GRACE_S + 1)) is None


def test_php_is_coloured_with_and_without_its_tag() -> None:
    for lines in (["<?php return 1;"], ["return 1;"]):
        rows = highlight_whole("php", lines)
        assert rows is not None
        assert ink_of("return", rows[0]) == "syntax.keyword"


def test_pygments_is_imported_when_code_is_coloured() -> None:
    program = (
        "import sys; from chat_tui.document.code.highlight import LineHighlighter;"
        "h = LineHighlighter('py'); assert 'pygments' not in sys.modules;"
        "h.line('a', h.START); assert 'pygments' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_fence_in_markdown_does_not_choose_another_lexer() -> None:
    lines = ["```python", "if True: pass", "```"]
    for rows in (by_line("markdown", lines), highlight_whole("markdown", lines)):
        assert rows is not None
        assert rows[1] == [Span("if True: pass", "syntax.string")]


def test_a_lexer_that_hangs_in_a_line_is_left_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging.install(monkeypatch)

    def held_s() -> float:
        highlighter = LineHighlighter("hanging-by-line")
        state = highlighter.START
        assert highlighter.line("b", state)[0] == [Span("b", "syntax.type")]
        began_s = time.thread_time()
        assert highlighter.line("a" * 100, state) == ([Span("a" * 100, "syntax")], state)
        took_s = time.thread_time() - began_s
        assert highlighter.plain
        assert highlighter.line("b", state)[0] == [Span("b", "syntax")]
        return took_s

    assert min(held_s() for _ in range(5)) < 3 * LINE_LIMIT_S


def test_a_whole_whose_lexer_hangs_stays_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    hanging.install(monkeypatch)

    def held_s() -> float:
        began_s = time.thread_time()
        assert highlight_whole("hanging", hanging.LINES) is None
        return time.thread_time() - began_s

    assert min(held_s() for _ in range(3)) < 2 * GRACE_S


def test_only_what_needs_it_is_a_job() -> None:
    assert whole_fence("yml", ["a: 1"]) == ("yml", ("a: 1",))
    assert whole_fence("python", ["a"]) is None
    assert whole_fence("no such", ["a"]) is None
    assert whole_fence("yaml", ["a" * 100] * 199) is None
    assert whole_fence("yaml", ["a" * (MAX_LINE_CHARS + 1)]) is None
    assert whole_fence("yaml", []) == ("yaml", ())


@pytest.mark.slow
@pytest.mark.parametrize("language", BY_LINE)
def test_no_line_holds_a_lexer_for_long(language: str) -> None:
    for unit in UNITS:
        line = ('"' + unit * MAX_LINE_CHARS)[:MAX_LINE_CHARS]
        highlighter = LineHighlighter(language)
        highlighter.line("", highlighter.START)
        began = time.thread_time()
        highlighter.line(line, highlighter.START)
        assert time.thread_time() - began < 3, unit


@pytest.mark.slow
@pytest.mark.parametrize("language", AS_A_WHOLE)
def test_no_text_holds_a_lexer_for_long(language: str) -> None:
    for unit in (*UNITS, "\n", " \n", "a\n", "<a "):
        text = (unit * MAX_WHOLE_CHARS)[: MAX_WHOLE_CHARS * 9 // 10]
        lines = [line[: MAX_LINE_CHARS - 1] for line in text.split("\n")]
        if len(lines) == 1:
            lines = [text[at : at + 1_900] for at in range(0, len(text), 1_900)]
        began = time.thread_time()
        highlight_whole(language, lines)
        assert time.thread_time() - began < 3, unit
