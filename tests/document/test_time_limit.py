import re
import threading

import pytest

from chat_tui.document.code.time_limit import TooSlow, within

FOREVER = re.compile(r"(a+)+b")
"""Takes twice as long for each letter: for these, longer than anybody lives."""
LETTERS = "a" * 100


def test_an_expression_that_goes_back_and_forth_is_interrupted() -> None:
    with pytest.raises(TooSlow):
        within(0.02, lambda: FOREVER.match(LETTERS))


def test_what_takes_no_time_is_as_it_was() -> None:
    assert within(5, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


def test_nothing_is_interrupted_afterwards() -> None:
    with pytest.raises(TooSlow):
        within(0.02, lambda: FOREVER.match(LETTERS))
    assert FOREVER.match("a" * 22) is None  # a tenth of a second
    assert within(5, lambda: FOREVER.match("ab")) is not None


def test_the_outer_limit_counts() -> None:
    with pytest.raises(TooSlow):
        within(0.02, lambda: within(500, lambda: FOREVER.match(LETTERS)))


def test_in_another_thread_there_is_no_limit() -> None:
    results: list[object] = []
    thread = threading.Thread(
        target=lambda: results.append(within(0.001, lambda: FOREVER.match("a" * 20)))
    )
    thread.start()
    thread.join()
    assert results == [None]
