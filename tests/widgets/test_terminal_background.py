"""What a terminal says about its background is taken out of what is typed, and understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.widgets.terminal.background import BackgroundReader

END = "\x1b[?62;22c"
LIGHT = "\x1b]11;rgb:ffff/f8f8/e7e7\x1b\\"


@pytest.mark.parametrize(
    ("told", "light"),
    [
        ("rgb:ffff/ffff/ffff\x1b\\", True),
        ("rgb:ff/f8/e7\x07", True),
        ("rgb:0/0/0\x07", False),
        ("rgb:1c1c/1e1e/2626\x1b\\", False),
        ("rgba:f0f0/f0f0/f0f0/ffff\x1b\\", True),
        ("rgb:0000/0000/ffff\x07", False),
    ],
)
def test_a_background_is_light_or_dark(told: str, light: bool) -> None:
    reader = BackgroundReader()
    assert reader.take(f"\x1b]11;{told}{END}") == ""
    assert reader.light is light
    assert reader.complete


def test_a_terminal_that_does_not_know_the_question_leaves_it_open() -> None:
    reader = BackgroundReader()
    assert reader.take(END) == ""
    assert reader.light is None
    assert reader.complete


def test_the_end_of_another_question_is_left_to_whoever_asked_that() -> None:
    reader = BackgroundReader()
    assert reader.take(LIGHT + END + "\x1b[6;20;10t" + END) == "\x1b[6;20;10t" + END


def test_a_lone_escape_is_held_back_and_can_be_had_back() -> None:
    reader = BackgroundReader()
    assert reader.take("a\x1b") == "a"
    assert reader.let_go() == "\x1b"
    assert reader.take("b") == "b"


@given(st.lists(st.integers(1, 40), max_size=12))
def test_it_does_not_matter_how_the_answers_are_cut(cuts: list[int]) -> None:
    typed = f"h\x1b[A{LIGHT}é{END}i"
    places = sorted({cut for cut in cuts if cut < len(typed)})
    reader = BackgroundReader()
    pieces = [typed[a:b] for a, b in zip([0, *places], [*places, len(typed)], strict=True)]
    assert "".join(map(reader.take, pieces)) + reader.let_go() == "h\x1b[Aéi"
    assert reader.light
