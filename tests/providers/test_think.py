"""Thinking inside the text, however it is cut."""

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.events import ReasoningDelta, TextDelta
from chat_tui.providers.chat.think import ThinkSplitter


def split(*pieces: str) -> tuple[str, str]:
    """The thinking and the text; each channel is told once, thinking first."""
    splitter = ThinkSplitter()
    events = [event for piece in pieces for event in splitter.feed(piece)]
    events += splitter.end()
    assert all(event.text for event in events)
    order = [kind for kind, _ in groupby(type(event) for event in events)]
    assert order in ([], [TextDelta], [ReasoningDelta], [ReasoningDelta, TextDelta])
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    return thought, "".join(event.text for event in events if isinstance(event, TextDelta))


CASES = {
    "<think>hm</think>42": ("hm", "42"),
    "<think>\nhm\n</think>\n\n42\n": ("hm", "42\n"),
    "\n <think>hm, well</think>42": ("hm, well", "42"),
    "<think>\n\n</think>\n\n42": ("", "42"),
    "<think></think>": ("", ""),
    "<think>a < b </thin </think>  indented": ("a < b </thin", "  indented"),
    "<think>never closed\n</thi": ("never closed\n</thi", ""),
    "<think>  </th": ("</th", ""),
    "<think> \n": ("", ""),
    "<think>hm</think>\r\n\r\n": ("hm", ""),
    "<think>a</think>b<think>c</think>": ("a", "b<think>c</think>"),
    "the <think> tag": ("", "the <think> tag"),
    "<thinking>no</thinking>": ("", "<thinking>no</thinking>"),
    "<think": ("", "<think"),
    "  ": ("", "  "),
    "": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_thinking_is_told_from_the_answer(text: str, expected: tuple[str, str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("text", CASES)
def test_a_cut_anywhere_changes_nothing(text: str) -> None:
    for at in range(len(text) + 1):
        assert split(text[:at], text[at:]) == CASES[text]
    assert split(*text) == CASES[text]


@given(
    st.lists(st.sampled_from(["<think>", "</think>", "<", "/", "think>", "\n", " ", "a", "\r"])),
    st.lists(st.integers(0, 60)),
)
def test_however_a_text_is_cut_its_parts_are_the_same(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert split(*pieces) == split(text)


def test_text_that_is_certain_is_told_at_once() -> None:
    splitter = ThinkSplitter()
    assert list(splitter.feed("<think>one")) == [ReasoningDelta("one")]
    assert list(splitter.feed(" two <")) == [ReasoningDelta(" two")]
    assert list(splitter.feed("</think>x")) == [ReasoningDelta(" <"), TextDelta("x")]
    assert list(splitter.feed("y")) == [TextDelta("y")]
