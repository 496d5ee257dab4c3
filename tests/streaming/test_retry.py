"""Whether to try again, and when."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.errors import ProviderError, ProviderFailed, RateLimited, Rejected
from chat_tui.streaming.retry import RetryPolicy

OVERLOADED = ProviderFailed("overloaded", retryable=True)


def asked_to_wait(seconds: float) -> ProviderError:
    return RateLimited("slow down", retry_after_s=seconds, retryable=True)


def test_the_ceilings_double_up_to_the_last() -> None:
    policy = RetryPolicy(tries=9, jitter=lambda low, high: high)
    assert [policy.delay_s(OVERLOADED, tried=n) for n in range(1, 6)] == [1, 2, 4, 8, 8]


@settings(deadline=None)
@given(st.integers(1, 8), st.integers())
def test_a_wait_is_anywhere_below_its_ceiling(tried: int, seed: int) -> None:
    policy = RetryPolicy(tries=9, jitter=random.Random(seed).uniform)
    delay_s = policy.delay_s(OVERLOADED, tried=tried)
    assert delay_s is not None
    assert 0 <= delay_s <= min(8, 2 ** (tried - 1))


def test_the_usual_policy_tries_three_times() -> None:
    policy = RetryPolicy()
    waits = [policy.delay_s(OVERLOADED, tried=n) is not None for n in (1, 2, 3)]
    assert waits == [True, True, False]


def test_a_single_try_is_not_repeated() -> None:
    assert RetryPolicy(tries=1).delay_s(OVERLOADED, tried=1) is None


def test_what_cannot_succeed_is_not_tried_again() -> None:
    assert RetryPolicy().delay_s(Rejected("no such model"), tried=1) is None


@pytest.mark.parametrize("seconds", [0.0, 5.0, 60.0])
def test_a_short_retry_after_is_followed_to_the_second(seconds: float) -> None:
    assert RetryPolicy().delay_s(asked_to_wait(seconds), tried=1) == seconds


@pytest.mark.parametrize("seconds", [60.1, 3600.0, float("inf"), float("nan")])
def test_a_long_retry_after_is_left_to_the_user(seconds: float) -> None:
    assert RetryPolicy().delay_s(asked_to_wait(seconds), tried=1) is None


def test_a_retry_after_does_not_lengthen_the_tries() -> None:
    assert RetryPolicy(tries=2).delay_s(asked_to_wait(0.0), tried=2) is None
