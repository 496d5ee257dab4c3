import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.pictures.protocol import (
    LIMIT_S,
    SSH_LIMIT_S,
    AnswerReader,
    Answers,
    Protocol,
    by_answers,
    by_name,
    limit_s,
)
from chat_tui.pictures.wanted import can_draw

KITTY = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.40.1)\x1b\\\x1b[6;20;10t\x1b[?62;c"
WEZTERM = "\x1b_Gi=31;OK\x1b\\\x1bP>|WezTerm 20240203\x1b\\\x1b[6;16;8t\x1b[?65;4;6;18;22c"
XTERM = "\x1bP>|XTerm(390)\x1b\\\x1b[6;13;6t\x1b[?64;1;2;4;6;9;15;18;21;22c"
VTE = "\x1bP>|VTE(7600)\x1b\\\x1b[?65;1;9c"
WARP = "\x1b_Gi=31;OK\x1b\\\x1bP>|Warp(v0)\x1b\\\x1b[?62c"
REFUSING = "\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1bP>|kitty\x1b\\\x1b[?62c"


@pytest.mark.parametrize(
    ("mode", "environ", "expected"),
    [
        ("kitty", {}, "kitty"),
        ("sixel", {"TERM": "xterm-kitty"}, "sixel"),
        ("halfblock", {"TERM": "xterm-kitty"}, "halfblock"),
        ("auto", {"TERM": "xterm-kitty"}, None),  # which one it is, only it can tell
        ("auto", {"TERM": "rxvt-unicode-256color"}, "halfblock"),
        ("auto", {"TERM": "xterm-ghostty"}, "kitty"),
        ("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, "kitty"),
        ("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "sixel"),
        ("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "sixel"),
        ("auto", {"TERM": "foot"}, "sixel"),
        ("auto", {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "halfblock"),
        ("auto", {"TERM": "alacritty"}, "halfblock"),
        ("auto", {"TERM": "screen-256color"}, "halfblock"),
        ("auto", {"TERM": "xterm-256color", "STY": "1.x"}, "halfblock"),
        ("auto", {"TERM": "xterm-kitty", "ZELLIJ": "0"}, None),
        ("auto", {"TERM": "xterm-256color"}, None),
        ("auto", {}, None),
    ],
)
def test_the_name_of_a_terminal_may_tell(
    mode: str, environ: dict[str, str], expected: Protocol | None
) -> None:
    assert by_name(mode, environ) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [(KITTY, "kitty"), (KITTY.replace("0.40", "0.28"), "kitty"), (KITTY.replace("40", "27"), "halfblock"),
     (KITTY.replace("0.40", "1.2"), "kitty"), (WEZTERM, "sixel"), (XTERM, "sixel"), (VTE, "halfblock"),
     (WARP, "halfblock"), (REFUSING, "halfblock"), ("\x1b[?1;2c", "halfblock"),
     ("\x1b[?4c", "halfblock"), ("", "halfblock")],
)  # fmt: skip
def test_what_a_terminal_answers_decides(typed: str, expected: Protocol) -> None:
    reader = AnswerReader()
    assert reader.take(typed) == ""
    assert by_answers(reader.answers, {}) == expected
    assert reader.answers.complete == typed.endswith("c")


@pytest.mark.parametrize(
    ("term", "typed", "expected"),
    [
        ("xterm-kitty", "", "kitty"),  # it answers late
        ("xterm-kitty", KITTY.replace("40", "26"), "halfblock"),
        ("xterm-kitty", KITTY, "kitty"),
        ("xterm-256color", "", "halfblock"),
    ],
)
def test_a_terminal_that_does_not_answer_in_time_is_what_it_is_called(
    term: str, typed: str, expected: Protocol
) -> None:
    reader = AnswerReader()
    reader.take(typed)
    assert by_answers(reader.answers, {"TERM": term}) == expected


def test_the_size_of_a_cell_is_width_and_height() -> None:
    reader = AnswerReader()
    reader.take(KITTY)
    assert reader.answers.cell_px == (10, 20)


@given(st.sampled_from([KITTY, WEZTERM, XTERM, VTE]), st.lists(st.integers(0, 120)), st.data())
def test_however_answers_are_cut_nothing_of_them_is_typed(
    answers: str, cuts: list[int], data: st.DataObject
) -> None:
    keys = data.draw(st.lists(st.sampled_from("abc 4;c[_P"), min_size=2, max_size=2))
    typed = keys[0] + answers + keys[1]
    reader, kept, at = AnswerReader(), "", 0
    for cut in [*sorted(cut for cut in cuts if cut < len(typed)), len(typed)]:
        kept += reader.take(typed[at:cut])
        at = cut
    assert kept + reader.let_go() == "".join(keys)
    assert reader.answers.complete


@given(st.text("\x1b[_PG>|?;0123456789ctA\\~uO", max_size=60))
def test_what_is_no_answer_is_typed(typed: str) -> None:
    reader = AnswerReader()
    kept = reader.take(typed) + reader.let_go()
    if reader.answers == Answers():
        assert kept == typed


@pytest.mark.parametrize(
    "key", ["\x1b", "\x1b[A", "\x1b[1;5C", "\x1bOP", "\x1b[<0;3;4M", "\x1b[200~x\x1b[201~", "a"]
)
def test_keys_pass(key: str) -> None:
    reader = AnswerReader()
    assert reader.take(key) + reader.let_go() == key


def test_after_the_last_answer_nothing_is_held_back() -> None:
    reader = AnswerReader()
    reader.take(KITTY)
    assert reader.take("\x1b") == "\x1b"


def test_who_waits_no_longer_holds_nothing_back_but_takes_late_answers() -> None:
    reader = AnswerReader()
    reader.patient = False
    assert reader.take("\x1b[") == "\x1b["
    assert reader.take(f"a{KITTY}b") == "ab"


def test_over_ssh_there_is_more_time() -> None:
    assert limit_s({}) == LIMIT_S
    assert limit_s({"SSH_CONNECTION": "1 2 3 4"}) == SSH_LIMIT_S


@pytest.mark.parametrize(
    ("mode", "environ", "terminal", "ascii_only", "expected"),
    [
        ("auto", {"TERM": "xterm"}, True, False, True),
        ("off", {"TERM": "xterm"}, True, False, False),
        ("auto", {"TERM": "xterm"}, False, False, False),
        ("kitty", {"TERM": "xterm"}, False, False, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": "1"}, True, False, False),
        ("auto", {"TERM": "xterm", "NO_COLOR": ""}, True, False, True),
        ("auto", {"TERM": "dumb"}, True, False, False),
        ("auto", {}, True, False, False),
        ("sixel", {"TERM": "vt340"}, True, False, True),
        ("auto", {"TERM": "xterm"}, True, True, False),
        ("halfblock", {"TERM": "xterm"}, True, True, False),
        ("sixel", {"TERM": "xterm"}, True, True, True),
    ],
)
def test_pictures_are_not_drawn_where_they_cannot_be(
    mode: str, environ: dict[str, str], terminal: bool, ascii_only: bool, expected: bool
) -> None:
    assert can_draw(mode, environ, terminal=terminal, ascii_only=ascii_only) is expected
