import pytest

from benchmarks import corpus


@pytest.mark.parametrize("tokens", [1, 200, 301, 1_000])
def test_a_stream_has_so_many_tokens_between_its_marks(tokens: int) -> None:
    first, *between, _, last = corpus.deltas(tokens, stream=3)
    assert first.strip() == corpus.FIRST
    assert last == corpus.last_mark(3)
    assert len(between) == tokens
    assert {len(text) for text in between} == {corpus.TOKEN_CHARS}


def test_an_answer_is_the_same_each_time_and_another_one_in_each_stream() -> None:
    assert corpus.deltas(400, stream=1) == corpus.deltas(400, stream=1)
    assert corpus.mixed(400, seed=1) != corpus.mixed(400, seed=2)


@pytest.mark.parametrize("tokens", range(250, 900, 50))
def test_the_last_mark_is_outside_of_any_fence(tokens: int) -> None:
    text = "".join(corpus.deltas(tokens))
    assert sum(line.startswith("```") for line in text.splitlines()) % 2 == 0


def test_an_answer_has_everything_that_answers_have() -> None:
    lines = corpus.mixed(1_000).splitlines()
    for begin in ("## ", "- ", "```python", "|---"):
        assert any(line.startswith(begin) for line in lines), begin
    assert any(len(line) > 200 for line in lines)
