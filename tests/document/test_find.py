import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.document.blocks import FoldBlock, TextBlock
from chat_tui.document.find import Match, Matches, matches_in, pattern, whole_text

TEXTS = st.lists(st.text(st.sampled_from("abAB \n("), max_size=12), max_size=4)


def found(query: str, *texts: str) -> list[str]:
    wanted = pattern(query)
    assert wanted is not None
    return [texts[match.block][match.start : match.end] for match in matches_in(0, texts, wanted)]


def filled(*messages: str) -> Matches:
    matches = Matches()
    wanted = pattern("x")
    assert wanted is not None
    for number, text in enumerate(messages):
        matches.put(number, matches_in(number, [text], wanted))
    return matches


def test_small_letters_find_capitals() -> None:
    assert found("lens", "Lens lens LENS") == ["Lens", "lens", "LENS"]


def test_capitals_find_only_capitals() -> None:
    assert found("Lens", "Lens lens LENS") == ["Lens"]


def test_signs_are_what_they_are() -> None:
    assert found("f(x)*", "f(x)* fx") == ["f(x)*"]


def test_a_space_finds_the_end_of_a_line() -> None:
    assert found("two words", "two\nwords two  words") == ["two\nwords", "two  words"]


@pytest.mark.parametrize("query", ["", "  ", "\n"])
def test_nothing_is_looked_for_with_nothing(query: str) -> None:
    assert pattern(query) is None


@given(TEXTS, st.text(st.sampled_from("ab("), min_size=1, max_size=3))
def test_there_are_as_many_matches_as_python_counts(texts: list[str], query: str) -> None:
    assert len(found(query, *texts)) == sum(text.lower().count(query) for text in texts)


def test_no_more_are_looked_for_than_allowed() -> None:
    wanted = pattern("x")
    assert wanted is not None
    assert len(matches_in(0, ["xx", "xxx"], wanted, 3)) == 3


@given(st.permutations(range(5)))
def test_the_order_in_which_messages_are_read_does_not_matter(order: list[int]) -> None:
    matches = Matches()
    for number in order:
        matches.put(number, [Match(number, 0, 1, 2), Match(number, 2, 0, 1)])
    steps = [matches.step(1) for _ in range(10)]
    assert steps == sorted(step for step in steps if step)
    assert len(steps) == len(set(steps))


def test_after_the_last_comes_the_first_and_before_the_first_the_last() -> None:
    matches = filled("x", "x x")
    places = [(matches.step(by), matches.place)[1] for by in (1, 1, 1, 1, -1)]
    assert places == [1, 2, 3, 1, 3]


def test_the_first_step_begins_where_the_reader_is() -> None:
    assert filled("x", "-", "x").step(1, (1, 0, 0)) == Match(2, 0, 0, 1)
    assert filled("x", "-", "x").step(-1, (1, 0, 0)) == Match(0, 0, 0, 1)


def test_without_matches_there_is_no_step() -> None:
    matches = filled("a")
    assert matches.step(1) is None
    assert matches.place == 0


def test_matches_of_a_block_are_its_own() -> None:
    matches = filled("x x", "x")
    assert matches.of(0, 0) == [Match(0, 0, 0, 1), Match(0, 0, 2, 3)]
    assert matches.of(0, 1) == []


def test_when_the_current_match_is_gone_the_next_one_is_current() -> None:
    matches = filled("x", "x", "x")
    matches.step(1, (1,))
    assert matches.put(1, [])
    assert matches.current == Match(2, 0, 0, 1)


def test_the_same_matches_again_change_nothing() -> None:
    assert not filled("x").put(0, [Match(0, 0, 0, 1)])


def test_a_closed_block_has_the_text_that_it_has_when_open() -> None:
    closed = FoldBlock("reasoning", "thought", lambda: TextBlock("deep"))
    opened = FoldBlock("reasoning", "thought", lambda: TextBlock("deep"), opened=True)
    assert whole_text(closed) == whole_text(opened) == opened.text
