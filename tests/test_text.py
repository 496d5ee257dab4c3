import base64
import json
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat_tui import text as text_module
from chat_tui.text import MAX_MARKS, Cleaner, SurrogateJoiner, clean, clean_line, json_line

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in map(
        json.loads, Path(__file__).with_name("hostile.jsonl").read_text("utf-8").splitlines()
    )
}
"""Texts that have harmed terminals, and what of them may not or must reach one."""
LARGE = {
    "a line of a million": "x" * 1_000_000,
    "brackets": "[" * 20_000,
    "a wide table": "|a" * 10_000,
    "a deep list": "".join("  " * depth + "- x\n" for depth in range(300)),
}
SUSPECTS = (
    *map(chr, (*range(0x20), *range(0x7F, 0xA0))),
    *"\xad\u034f\u061c\u115f\u1160\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202e",
    *"\u2060\u2066\u2069\u206f\u2800\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\ufff9\ufffe\ufdd0",
    *"\U0001d173\U0001bca0\U000e0001\U000e0061\U000e007f\U000e0100\U0010eeee\U0010ffff",
    *"\ud83d\ude00\udfff",
    *"a1# <\u0301\u20e3é你👩💻❤🏽🏴🇩ق\u064bक\u094dර\u1820",
    *"🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\r\n",
    "\u0301" * MAX_MARKS,
    "👩\u200d💻",
    "❤\ufe0f",
    "क\u094d\u200dष",
)
hostile = (
    st.lists(st.sampled_from(SUSPECTS), max_size=30).map("".join)
    | st.text(st.characters(exclude_categories=()), max_size=30)
    | st.sampled_from([base64.b64decode(case["text_base64"]).decode() for case in CASES.values()])
)


def in_pieces(text: str, cuts: list[int]) -> list[str]:
    edges = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def cleaned_in_pieces(pieces: list[str]) -> str:
    cleaner = Cleaner()
    return "".join(map(cleaner.feed, pieces)) + cleaner.end()


@pytest.mark.parametrize("name", CASES)
def test_hostile_text_does_not_get_through(name: str) -> None:
    case = CASES[name]
    cleaned = clean(base64.b64decode(case["text_base64"]).decode())
    assert [harm for harm in case["must_not_reach_terminal"] if harm in cleaned] == []
    assert [shown for shown in case["must_show"] if shown not in cleaned] == []


@pytest.mark.parametrize("name", LARGE)
def test_large_plain_text_is_given_back_as_it_is(name: str) -> None:
    assert clean(LARGE[name]) is LARGE[name]


def test_a_hundred_thousand_nuls_are_pictures() -> None:
    assert clean("\0" * 100_000) == "␀" * 100_000


@given(hostile, st.lists(st.integers(min_value=0), max_size=6))
def test_cleaning_does_not_care_how_text_is_cut(text: str, cuts: list[int]) -> None:
    assert cleaned_in_pieces(in_pieces(text, cuts)) == clean(text)


@given(hostile)
@example("👩\u200d")
@example("\r\xad\n")
@example("क\u200d" + "\u094d" * 20)
def test_cleaning_character_by_character_is_cleaning_the_whole(text: str) -> None:
    assert cleaned_in_pieces(list(text)) == clean(text)


@given(hostile)
def test_at_most_one_character_is_held_back(text: str) -> None:
    for length in range(len(text)):
        cleaner = Cleaner()
        cleaner.feed(text[:length])
        assert cleaner.end() in ("", "<U+200D>")


@given(hostile)
@example("\u00ad\ufeff\ufeffx")
@example("🏴\U000e0067\u200d☠\ufe0f")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(hostile)
def test_clean_text_has_only_tabs_and_line_feeds_for_controls(text: str) -> None:
    controls = {char for char in clean(text) if unicodedata.category(char) in ("Cc", "Cs")}
    assert controls <= {"\t", "\n"}


@given(hostile)
def test_clean_text_can_be_encoded(text: str) -> None:
    assert clean(text).encode().decode() == clean(text)


def test_no_format_character_stands_alone_in_clean_text() -> None:
    # Signs of Arabic, Syriac and Kaithi numbers are drawn, though they count as formats.
    drawn = {*map(chr, range(0x600, 0x606)), *"\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}
    formats = {
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in ("Cf", "Zl", "Zp")
    }
    assert {char for char in formats if char in clean(f"a{char}b")} == drawn


def test_the_quick_look_misses_no_suspect() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    suspects = text_module._compiled(
        text_module._SUSPECT.replace(
            f"(?={text_module._ODD}|{text_module._ODD_LETTER_OR_SPACE})", "", 1
        )
    )
    found = "".join(match[0] for match in suspects.finditer(everything) if match.lastgroup)
    assert len(found) > 6_000
    assert [char for char in found if text_module._is_plain(char)] == []


def test_the_quick_look_misses_no_combining_mark() -> None:
    marks = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c)[0] == "M"]
    assert [mark for mark in marks if text_module._is_plain(mark)] == []


@pytest.mark.parametrize(
    "text",
    [
        "plain, ASCII\tand\nlines",
        "Grüße aus Köln – „so“ … 你好,世界!",
        "Привет мир שלום مرحبا สวัสดีครับ",
        "┌─┐ → ≤ ∑ € ™ \ue0b0 \U000f0001",
        "👍 🇩🇪 👍🏽",
    ],
)
def test_ordinary_text_is_kept(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["hello", "Grüße 你好 👍 ─ “x”"])
def test_plain_text_is_given_back_as_the_same_object(text: str) -> None:
    assert clean(text) is text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\0b\x7f", "a␀b␡"),
        ("\x9b2J", "<U+009B>2J"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("a\u2028b", "a<U+2028>b"),
        ("a\ufeffb", "a<U+FEFF>b"),
        ("a\U000e0061", "a<U+E0061>"),
        ("a\U000e0100", "a<U+E0100>"),
        ("a\U0010eeee", "a<U+10EEEE>"),
        ("a\ufdd0\uffff\U0001fffe", "a<U+FDD0><U+FFFF><U+1FFFE>"),
        ("a\ufe00", "a<U+FE00>"),
        ("\ud83d \ude00", "\ufffd \ufffd"),
        ("\u28ff\u2800\u28ff", "\u28ff \u28ff"),
        ("Donau\xaddampf", "Donaudampf"),
    ],
)
def test_what_hides_or_acts_is_shown(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\r\r\nb", "a\n\nb"), ("a\n\rb", "a\n\nb")],
)
def test_every_line_end_becomes_a_line_feed(text: str, lines: str) -> None:
    assert clean(text) == lines


def test_a_line_end_cut_in_two_is_one() -> None:
    assert cleaned_in_pieces(["a\r", "", "\n", "b"]) == "a\nb"


def test_a_byte_order_mark_at_the_start_is_dropped() -> None:
    assert clean("\ufeffa") == "a"


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻",
        "🏳\ufe0f\u200d🌈",
        "👩🏽\u200d🚀",
        "👨\u200d👩\u200d👧",
        "🏴\u200d☠\ufe0f",
        "❤\ufe0f ☺\ufe0e",
        "1\ufe0f\u20e3",
        "می\u200cخواهم",
        "ශ\u0dca\u200dරී",
        "क\u094d\u200dष",
        "র\u200d\u09cdয",
    ],
)
def test_joiners_stay_where_scripts_and_emoji_need_them(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200db", "a<U+200D>b"),
        ("👩\u200db", "👩<U+200D>b"),
        ("👩\u200d", "👩<U+200D>"),
        ("👩\u200d\u200d💻", "👩<U+200D><U+200D>💻"),
        ("👩\u200c💻", "👩<U+200C>💻"),
        ("क\u200d क", "क<U+200D> क"),
        ("a\u200cb", "a<U+200C>b"),
        ("م\u200c\u200cم", "م\u200c<U+200C>م"),
        ("a\ufe0f", "a<U+FE0F>"),
        ("\ufe0fa", "<U+FE0F>a"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f<U+FE0F>"),
    ],
)
def test_joiners_are_shown_elsewhere(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_flag_with_tags_becomes_a_plain_flag() -> None:
    england = "🏴" + "".join(chr(0xE0000 + ord(char)) for char in "gbeng\x7f")
    assert clean(f"{england}!") == "🏴!"


def test_tags_that_are_no_flag_are_shown() -> None:
    assert clean("🏴\U000e0067\U000e0078") == "🏴<U+E0078>"


def test_marks_beyond_the_limit_are_dropped() -> None:
    assert clean("e" + "\u0301" * 50 + "f\u0301") == "e" + "\u0301" * MAX_MARKS + "f\u0301"


def test_joiners_do_not_make_room_for_more_marks() -> None:
    marks = "\u064b" * MAX_MARKS
    assert clean(f"م{marks}\u200c{marks}") == f"م{marks}\u200c"


def test_a_line_has_no_line_ends_tabs_or_runs_of_spaces() -> None:
    assert clean_line("  a\r\n\tb \u2028 c\u00a0 d ") == "a b <U+2028> c d"


def test_a_long_line_ends_in_an_ellipsis() -> None:
    assert clean_line("abcdef", max_chars=4) == "abc…"


def test_a_line_of_the_longest_length_is_whole() -> None:
    assert clean_line("abcd", max_chars=4) == "abcd"


def test_a_line_is_not_cut_behind_a_joiner() -> None:
    assert clean_line("a👩\u200d💻b", max_chars=4) == "a👩…"


@given(hostile, st.integers(min_value=1, max_value=20))
def test_a_line_is_clean_and_short_enough(text: str, max_chars: int) -> None:
    line = clean_line(text, max_chars)
    assert len(line) <= max_chars
    assert "\n" not in line
    assert clean_line(line, max_chars) == line


def joined(pieces: list[str]) -> str:
    joiner = SurrogateJoiner()
    return "".join(map(joiner.feed, pieces)) + joiner.end()


def test_a_surrogate_pair_cut_in_two_is_one_character() -> None:
    assert joined(["a\ud83d", "", "\ude00b"]) == "a😀b"


@pytest.mark.parametrize("pieces", [["\ud83d", "x"], ["x", "\ude00"], ["\ud83d\ud83dx"]])
def test_half_a_character_is_replaced(pieces: list[str]) -> None:
    assert set(joined(pieces)) == {"\ufffd", "x"}


def test_half_a_character_at_the_end_is_replaced() -> None:
    assert joined(["a\ud83d"]) == "a\ufffd"


@given(st.text("a你😀\ud83d\ude00"), st.lists(st.integers(min_value=0), max_size=6))
def test_joining_does_not_care_how_text_is_cut(text: str, cuts: list[int]) -> None:
    whole = joined([text])
    assert joined(in_pieces(text, cuts)) == whole
    assert whole.encode().decode() == whole


@given(st.text())
def test_joining_keeps_whole_characters(text: str) -> None:
    assert joined([text]) == text


@given(hostile)
def test_json_keeps_its_meaning_when_it_is_made_one_line(text: str) -> None:
    encoded = json.dumps([text.encode("utf-8", "replace").decode()], ensure_ascii=False).encode()
    line = json_line(encoded)
    assert json.loads(line) == json.loads(encoded)
    assert line.decode().splitlines() == [line.decode()]
    assert not any(0x7F <= ord(char) < 0xA0 for char in line.decode())


def test_importing_compiles_no_pattern() -> None:
    program = "import chat_tui.text as t; print(t._compiled.cache_info().currsize)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"
