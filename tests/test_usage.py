from hypothesis import given
from hypothesis import strategies as st

from chat_tui.config.prices import Price
from chat_tui.events import Usage
from chat_tui.usage import Reckoned, by_model, dollars, total

counts = st.none() | st.integers(0, 10**9)
usages = st.builds(Usage, counts, counts, st.none() | st.floats(0, 1000))
replies = st.lists(st.builds(Reckoned, st.sampled_from(["a", "b", ""]), usages))


@given(replies)
def test_the_sums_of_the_models_are_the_sum_of_all(reckoned: list[Reckoned]) -> None:
    sums, everything = by_model(reckoned).values(), total(reckoned)
    assert sum(one.replies for one in sums) == everything.replies == len(reckoned)
    assert sum(one.input_tokens for one in sums) == everything.input_tokens
    assert sum(one.output_tokens for one in sums) == everything.output_tokens
    assert abs(sum(one.cost_usd for one in sums) - everything.cost_usd) < 1e-6
    assert sum(one.unpriced for one in sums) == everything.unpriced
    assert sum(one.silent for one in sums) == everything.silent


@given(replies)
def test_every_reply_is_priced_or_not_or_told_nothing(reckoned: list[Reckoned]) -> None:
    everything = total(reckoned)
    costless = sum(one.usage.cost_usd is None for one in reckoned)
    assert everything.priced == len(reckoned) - costless
    assert costless - everything.silent <= everything.unpriced <= costless


@given(replies)
def test_the_dearest_model_comes_first(reckoned: list[Reckoned]) -> None:
    costs = [one.cost_usd for one in by_model(reckoned).values()]
    assert costs == sorted(costs, reverse=True)


def test_a_price_is_for_a_million_tokens() -> None:
    price = Price(input=2, output=10)
    assert price.of(500_000, 100_000) == 2.0
    assert price.of(None, 100_000) == 1.0
    assert price.of(None, None) is None


def test_costs_are_written_with_as_many_digits_as_count() -> None:
    assert [dollars(x) for x in (0, 0.0031, 0.2, 1, 1234.5)] == [
        "$0",
        "$0.0031",
        "$0.2",
        "$1.00",
        "$1,234.50",
    ]
