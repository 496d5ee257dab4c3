import itertools

from hypothesis import given
from hypothesis import strategies as st

from chat_tui.fuzzy import cost, ranked

letters = st.text("abcxyz -/", max_size=12)
words = st.text("abcxyz", min_size=1, max_size=4)


def in_order(word: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in word)


@given(letters, letters)
def test_a_text_fits_when_it_has_the_letters_of_each_word_in_order(query: str, text: str) -> None:
    assert (cost(query, text) is not None) == all(in_order(word, text) for word in query.split())


@given(words, words, letters)
def test_typing_on_never_finds_more(word: str, more: str, text: str) -> None:
    if cost(word + more, text) is not None:
        assert cost(word, text) is not None


@given(words, letters, letters)
def test_the_whole_is_nearer_than_the_beginning_and_that_nearer_than_the_middle(
    word: str, before: str, after: str
) -> None:
    whole, start = cost(word, word), cost(word, word + after)
    somewhere = cost(word, before + word + after)
    assert whole is not None
    assert start is not None
    assert somewhere is not None
    assert whole <= start <= somewhere or somewhere.looseness < start.looseness


@given(words, letters)
def test_case_does_not_count(word: str, text: str) -> None:
    assert cost(word.upper(), text) == cost(word, text.upper())


@given(st.lists(letters), letters)
def test_ranking_keeps_what_fits_and_orders_it_by_cost(texts: list[str], query: str) -> None:
    found = ranked(query, texts, str)
    assert sorted(found) == sorted(text for text in texts if cost(query, text) is not None)
    if query.split():
        costs = [cost(query, text) for text in found]
        assert all(a <= b for a, b in itertools.pairwise(costs) if a and b)


@given(st.lists(letters))
def test_an_empty_query_leaves_all_as_they_are(texts: list[str]) -> None:
    assert ranked("  ", texts, str) == texts


def test_the_beginning_of_a_word_comes_before_its_middle() -> None:
    models = ["llama-3-seeker", "deepseek-ai/DeepSeek-R1", "x-seek", "seek", "seekers"]
    assert ranked("seek", models, str) == [
        "seek",
        "seekers",
        "x-seek",
        "llama-3-seeker",
        "deepseek-ai/DeepSeek-R1",
    ]
