"""What holds for any text and any keys."""

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.vi.command import Command, parse
from chat_tui.vi.keys import Vi
from chat_tui.vi.places import on_line
from tests.vi.typing import ESCAPE, typed

TEXTS = st.text("ab. (_\tß字\n", max_size=30)
KEYS = st.lists(
    st.sampled_from([*'hlwbeWBE0^$gGfFtTdcyxXsSDCYpPJr~iaIAoO;,uUz23 a(vV.%><"p{', ESCAPE]),
    max_size=14,
)
MOTIONS = st.sampled_from([*"hlwbeWBE0^$G%", "gg", "fa", "Ta", "t."])
OBJECTS = st.sampled_from([how + what for how in "ia" for what in "wWp()[{<\"'`"])
DELETIONS = st.one_of(
    st.sampled_from(["x", "X", "D", "dd", "3x", "vd", "Vd", "vwd", "vjx", "vapD"]),
    MOTIONS.map(lambda motion: f"d{motion}"),
    MOTIONS.map(lambda motion: f"v{motion}d"),
    OBJECTS.map(lambda what: f"d{what}"),
    OBJECTS.map(lambda what: f"v{what}d"),
)
CHANGES = st.one_of(
    st.sampled_from(["x", "2X", "D", "dd", "J", "~", "rb", ">>", "2<<", "guu", "g~~", "p"]),
    st.sampled_from([f"{how}b {ESCAPE}" for how in "iaIAoOsSC"]),
    MOTIONS.map(lambda motion: f"d{motion}"),
    OBJECTS.map(lambda what: f"d{what}"),
    OBJECTS.map(lambda what: f"c{what}_{ESCAPE}"),
    MOTIONS.map(lambda motion: f"gU{motion}"),
)


@given(TEXTS, st.integers(0, 30), KEYS)
def test_the_cursor_stays_in_the_text_and_in_normal_mode_on_a_character(
    text: str, at: int, keys: list[str]
) -> None:
    then, cursor, mode = typed(keys, text, on_line(text, at))
    assert 0 <= cursor <= len(then)
    if mode == "normal":
        assert cursor == on_line(then, cursor)


@given(TEXTS, st.integers(0, 30), DELETIONS)
def test_a_deletion_never_makes_the_text_longer(text: str, at: int, keys: str) -> None:
    then, _, mode = typed(keys, text, on_line(text, at))
    assert len(then) <= len(text)
    assert mode == "normal" or keys.startswith("v")


@given(TEXTS, st.integers(0, 30), CHANGES)
def test_a_dot_does_what_the_change_would_do_again(text: str, at: int, keys: str) -> None:
    at = on_line(text, at)
    assert typed(f"{keys}.", text, at) == typed(keys + keys, text, at)


@given(TEXTS, st.integers(0, 30), st.one_of(MOTIONS, OBJECTS))
def test_a_selection_is_left_as_it_was(text: str, at: int, keys: str) -> None:
    then, cursor, mode = typed(f"v{keys}{ESCAPE}", text, on_line(text, at))
    assert (then, mode) == (text, "normal")
    assert cursor == on_line(text, cursor)


@given(TEXTS, st.integers(0, 30), OBJECTS)
def test_an_object_that_is_selected_is_what_an_operator_takes(
    text: str, at: int, keys: str
) -> None:
    at = on_line(text, at)
    chooser, taker = Vi(), Vi()
    typed(f"v{keys}y", text, at, chooser)
    typed(f"y{keys}", text, at, taker)
    if taker.register.text and "\n" not in taker.register.text and not taker.register.lines:
        assert chooser.register == taker.register


@given(TEXTS, st.integers(0, 30), MOTIONS)
def test_a_motion_and_a_copy_leave_the_text(text: str, at: int, motion: str) -> None:
    at = on_line(text, at)
    assert typed(motion, text, at)[0] == text
    assert typed(f"y{motion}", text, at)[0] == text


@given(TEXTS, st.integers(0, 30), st.sampled_from("wbeWBEhl"), st.integers(1, 5))
def test_a_count_is_so_many_motions(text: str, at: int, motion: str, count: int) -> None:
    at = on_line(text, at)
    assert typed(f"{count}{motion}", text, at) == typed(motion * count, text, at)


@given(TEXTS, st.integers(0, 30), MOTIONS)
def test_a_copy_takes_what_a_deletion_takes(text: str, at: int, motion: str) -> None:
    at = on_line(text, at)
    copier, deleter = Vi(), Vi()
    typed(f"y{motion}", text, at, copier)
    left = typed(f"d{motion}", text, at, deleter)[0]
    if left != text and not deleter.register.lines:
        assert copier.register == deleter.register
        assert len(left) + len(deleter.register.text) == len(text)


@given(TEXTS, st.integers(0, 30))
def test_lines_that_were_deleted_come_back(text: str, at: int) -> None:
    at = on_line(text, at)
    if "\n" in text[at:]:
        assert typed("ddP", text, at)[0] == text


@given(st.text("0123dcygwfaix;zA", max_size=6))
def test_what_was_typed_is_complete_wanting_or_nothing_and_never_grows_for_ever(
    keys: str,
) -> None:
    vi = Vi()
    typed(keys, "some text", 0, vi)
    if vi.typed:
        assert parse(vi.typed) == "more"


@given(st.text("123456789", min_size=1, max_size=30))
def test_a_count_has_a_limit(digits: str) -> None:
    command = parse(f"{digits}x")
    assert isinstance(command, Command)
    assert 1 <= command.count <= 9_999
