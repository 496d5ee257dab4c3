"""Keys of vi: what they leave of a text, and where the cursor is then."""

import pytest

from chat_tui.vi.keys import Vi
from tests.vi.cases import CASES
from tests.vi.typing import ESCAPE, typed


@pytest.mark.parametrize(("text", "at", "keys", "then", "cursor"), CASES)
def test_keys_do_what_they_do_in_vi(text: str, at: int, keys: str, then: str, cursor: int) -> None:
    assert typed(keys, text, at)[:2] == (then, cursor)


def test_what_is_no_command_is_forgotten() -> None:
    assert typed("dzx", "abc", 0)[:2] == ("bc", 0)


def test_a_dot_repeats_what_was_written_after_the_cursor_went_elsewhere() -> None:
    vi = Vi()
    typed("cwone", "two two", 0, vi)
    vi.look("one two", 3)
    vi.look("one two", 7)
    assert vi.escape("one twos", 8) is not None
    assert typed(".", "one twos", 7, vi)[:2] == ("one twoss", 7)


def test_a_dot_repeats_a_change_in_another_text() -> None:
    vi = Vi()
    typed(f"dwiX{ESCAPE}", "one two", 0, vi)
    vi.reset()
    assert typed(".", "three", 0, vi)[:2] == ("Xthree", 0)


def test_escape_in_visual_mode_leaves_the_text_and_the_cursor_on_a_character() -> None:
    assert typed(f"v${ESCAPE}", "one\ntwo", 0) == ("one\ntwo", 2, "normal")


@pytest.mark.parametrize(
    ("keys", "marked"),
    [("vl", (1, 2)), ("vh", (2, 0)), ("V", (0, 3)), ("Vj", (0, 7)), ("v$o", (4, 1))],
)
def test_what_is_selected_is_marked_up_to_the_cursor(keys: str, marked: tuple[int, int]) -> None:
    vi = Vi()
    text, at, _ = typed(keys, "one\ntwo", 1, vi)
    assert vi.shown(text, at) == marked
