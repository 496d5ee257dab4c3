from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.block import Block
from chat_tui.document.blocks import TextBlock
from chat_tui.document.selection import Point, Selection, line_at, word_at

TEXTS = st.text(st.sampled_from("ab -.\n界é"), max_size=20)
CONVERSATIONS = st.lists(st.lists(TEXTS, min_size=1, max_size=3), min_size=1, max_size=3)


def whole(conversation: list[list[str]]) -> str:
    return "\n\n".join(text for message in conversation for text in message if text)


def in_blocks(conversation: list[list[str]], selection: Selection) -> str:
    blocks: list[Sequence[Block]] = [list(map(TextBlock, message)) for message in conversation]
    return selection.text(lambda number: blocks[number])


@st.composite
def points(draw: st.DrawFn, conversation: list[list[str]]) -> Point:
    message = draw(st.integers(0, len(conversation) - 1))
    block = draw(st.integers(0, len(conversation[message]) - 1))
    return Point(message, block, draw(st.integers(0, len(conversation[message][block]))))


@given(CONVERSATIONS)
def test_from_the_first_point_to_the_last_is_everything(conversation: list[list[str]]) -> None:
    last = Point(len(conversation) - 1, len(conversation[-1]) - 1, len(conversation[-1][-1]))
    assert in_blocks(conversation, Selection(Point(0, 0, 0), last)) == whole(conversation)


@given(st.data(), CONVERSATIONS)
def test_it_does_not_matter_from_which_end_it_was_drawn(
    data: st.DataObject, conversation: list[list[str]]
) -> None:
    one, two = data.draw(points(conversation)), data.draw(points(conversation))
    assert in_blocks(conversation, Selection(one, two)) == in_blocks(
        conversation, Selection(two, one)
    )


@given(st.data(), CONVERSATIONS)
def test_two_selections_that_meet_are_the_characters_of_the_one_around_them(
    data: st.DataObject, conversation: list[list[str]]
) -> None:
    first, middle, last = sorted(data.draw(points(conversation)) for _ in range(3))
    halves = [Selection(first, middle), Selection(middle, last)]
    pieces = "".join(in_blocks(conversation, half) for half in halves)
    around = in_blocks(conversation, Selection(first, last))
    assert pieces.replace("\n", "") == around.replace("\n", "")


def test_the_first_and_the_last_block_may_be_covered_in_part() -> None:
    selection = Selection(Point(0, 1, 2), Point(1, 0, 3))
    blocks = [["never", "one two", "three"], ["four five", "never"]]
    assert in_blocks(blocks, selection) == "e two\n\nthree\n\nfou"


def test_a_point_beyond_a_text_that_has_become_shorter_is_its_end() -> None:
    assert Selection(Point(0, 0, 2), Point(0, 0, 90)).covers(0, 0, 5) == (2, 5)
    assert Selection(Point(0, 0, 8), Point(0, 0, 90)).covers(0, 0, 5) is None


def test_blocks_outside_are_not_covered() -> None:
    selection = Selection(Point(1, 1, 2), Point(1, 2, 3))
    assert selection.covers(1, 0, 9) is None
    assert selection.covers(1, 3, 9) is None
    assert selection.covers(0, 2, 9) is None
    assert selection.covers(2, 1, 9) is None


@given(TEXTS, st.integers(0, 20))
def test_a_word_is_in_its_line_and_around_the_character(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    start, end = word_at(text, offset)
    first, last = line_at(text, offset)
    assert first <= start <= end <= last
    assert start <= offset
    assert "\n" not in text[first:last]
    assert start < end or first == last


def test_a_word_ends_at_signs_and_spaces() -> None:
    assert word_at("call foo_bar(x)", 8) == (5, 12)
    assert word_at("call foo_bar(x)", 4) == (4, 5)
    assert word_at("naïve 日本語.", 7) == (6, 9)
