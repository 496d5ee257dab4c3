"""What came of the requests to stop that one reply has caused."""

import asyncio
from collections.abc import Sequence

import pytest

from chat_tui.events import StopAnswer
from chat_tui.providers.stopping import StopAnswers


async def heard(
    *answers: StopAnswer | Exception | None, silent: int = 0, wait_s: float = 5.0
) -> StopAnswer | None:
    async def one(answer: StopAnswer | Exception | None) -> StopAnswer | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def never() -> StopAnswer | None:
        await asyncio.Event().wait()
        return "confirmed"

    found = StopAnswers()
    tasks = [asyncio.create_task(one(answer)) for answer in answers]
    tasks += [asyncio.create_task(never()) for _ in range(silent)]
    for task in tasks:
        found.add(task)
    try:
        return await found.heard(wait_s)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks or [asyncio.create_task(one(None))])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((), None),
        ((None,), None),
        (("confirmed",), "confirmed"),
        (("confirmed", None), "confirmed"),
        (("confirmed", "too_late"), "too_late"),
        (("too_late", "unanswered"), "unanswered"),
        (("confirmed", ValueError()), "unanswered"),
    ],
)
async def test_the_worst_answer_counts(
    answers: Sequence[StopAnswer | Exception | None], expected: StopAnswer | None
) -> None:
    assert await heard(*answers) == expected


async def test_who_does_not_answer_in_time_is_not_waited_for() -> None:
    assert await heard("confirmed", silent=1, wait_s=0.01) == "unanswered"
