"""Texts that come whole each time."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.events import Notice
from chat_tui.providers.growing_text import GrowingText

REPLACED = Notice("the server replaced its answer; the new one follows the old")


def told(*texts: str) -> list[str | Notice]:
    growing = GrowingText("answer")
    events = [each for text in texts for each in growing.take(text)]
    return [*events, *growing.end()]


def test_only_what_is_new_is_told() -> None:
    assert told("Gro", "Growth", "Growth", "Growth requires") == ["Gro", "wth", " requires"]


def test_half_a_character_waits_for_the_other() -> None:
    assert told("a\ufffd", "a\U0001f600", "a\U0001f600!") == ["a", "\U0001f600", "!"]


def test_a_broken_character_is_told_at_the_end() -> None:
    assert told("a\ufffd") == ["a", "\ufffd"]


def test_what_is_told_is_not_taken_back() -> None:
    assert told("done. ", "done.", "done. Or not") == ["done. ", "Or not"]


def test_another_text_follows_the_old_one() -> None:
    assert told("Hello", "Bye", "Bye.") == ["Hello", REPLACED, "\n\nBye", "."]


@given(st.lists(st.text()))
def test_a_text_that_only_grows_is_told_whole(pieces: list[str]) -> None:
    assert "".join(str(each) for each in told(*accumulate(pieces))) == "".join(pieces)


@given(st.lists(st.text(), min_size=1))
def test_the_latest_text_is_always_among_what_is_told(texts: list[str]) -> None:
    assert texts[-1] in "".join(each for each in told(*texts) if isinstance(each, str))
