"""Following a job by asking, and cancelling it at its server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.errors import AuthFailed, ConnectionLost, ProviderError, RateLimited, Stalled
from chat_tui.events import StopAnswer
from chat_tui.providers.jobs import MAX_MISSES, Cancels, poll

SOON_S = 0.05


class Server:
    """Answers inquiries one after the other; the last answer is given again and again."""

    def __init__(self, *answers: str | ProviderError) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.waits: list[float] = []

    async def fetch(self) -> str:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ProviderError):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def poll(
        self,
        *,
        idle_s: float = 100.0,
        first_s: float = 0.5,
        longest_s: float = 2.0,
        max_polls: int = 1000,
    ) -> AsyncGenerator[str, None]:
        return poll(
            self.fetch,
            done=lambda state: state == "done",
            idle_s=idle_s,
            first_s=first_s,
            longest_s=longest_s,
            max_polls=max_polls,
            sleep=self.sleep,
        )


async def states(polled: AsyncGenerator[str, None]) -> list[str]:
    async with aclosing(polled):
        return [state async for state in polled]


def lost() -> ConnectionLost:
    return ConnectionLost("it broke", retryable=True)


async def test_each_new_state_is_told_once() -> None:
    server = Server("queued", "queued", "running", "running", "running", "done")
    assert await states(server.poll()) == ["queued", "running", "done"]
    assert server.asked == 6


async def test_a_job_that_is_done_is_not_waited_for() -> None:
    server = Server("done")
    assert await states(server.poll()) == ["done"]
    assert server.waits == []


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_no_state_follows_itself_and_none_is_lost(told: list[str]) -> None:
    server = Server(*told, "done")
    changes = [
        one for one, before in zip([*told, "done"], ["", *told], strict=True) if one != before
    ]
    assert asyncio.run(states(server.poll())) == changes


async def test_waits_grow_up_to_the_longest_and_start_anew_when_the_job_moves() -> None:
    server = Server("a", "a", "a", "a", "a", "b", "b", "done")
    await states(server.poll(first_s=1.0, longest_s=3.0))
    assert server.waits == pytest.approx([1.0, 1.5, 2.25, 3.0, 3.0, 1.0, 1.5])


async def test_a_job_that_does_not_move_is_given_up() -> None:
    with pytest.raises(Stalled, match=r"the job at sim did not move for 0.05 s") as caught:
        await states(
            poll(
                Server("running").fetch,
                done=lambda _: False,
                idle_s=SOON_S,
                first_s=SOON_S / 10,
                host="sim",
            )
        )
    assert not caught.value.retryable
    assert "idle_timeout_s" in caught.value.hint


async def test_no_wait_is_longer_than_the_patience() -> None:
    server = Server("running")
    with pytest.raises(Stalled):
        await states(poll(server.fetch, done=lambda _: False, idle_s=SOON_S, first_s=100.0))
    assert server.asked == 1


async def test_an_inquiry_that_hangs_is_given_up() -> None:
    async def hang() -> str:
        await asyncio.Event().wait()
        return "never"

    with pytest.raises(Stalled):
        await states(poll(hang, done=lambda _: False, idle_s=SOON_S))


async def test_a_timeout_inside_an_inquiry_is_not_mistaken_for_ours() -> None:
    async def fail() -> str:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        await states(poll(fail, done=lambda _: False, idle_s=100.0))


async def test_the_readers_time_does_not_count() -> None:
    server = Server("a", "done")
    async with aclosing(
        poll(server.fetch, done=lambda s: s == "done", idle_s=0.01, first_s=0)
    ) as it:
        assert await anext(it) == "a"
        await busy_until(asyncio.get_running_loop().time() + 0.02)
        assert await anext(it) == "done"


async def test_without_an_idle_time_only_the_number_is_bounded() -> None:
    server = Server("running")
    with pytest.raises(Stalled, match="not done after 50 inquiries"):
        await states(server.poll(idle_s=0.0, max_polls=50))
    assert server.asked == 50


async def test_a_few_failures_in_a_row_are_tolerated() -> None:
    misses = [lost() for _ in range(MAX_MISSES - 1)]
    server = Server("a", *misses, "a", *misses, "done")
    assert await states(server.poll()) == ["a", "done"]


async def test_too_many_failures_in_a_row_are_raised_and_not_tried_anew() -> None:
    server = Server("a", *[lost() for _ in range(MAX_MISSES)])
    with pytest.raises(ConnectionLost, match="it broke") as caught:
        await states(server.poll())
    assert server.asked == 1 + MAX_MISSES
    assert not caught.value.retryable


async def test_a_failure_that_will_not_pass_is_raised_at_once() -> None:
    server = Server("a", AuthFailed("no"))
    with pytest.raises(AuthFailed):
        await states(server.poll())
    assert server.asked == 2


async def test_a_wait_that_the_server_asks_for_is_granted() -> None:
    slow = RateLimited("slow down", retry_after_s=9.0, retryable=True)
    server = Server(slow, "done")
    assert await states(server.poll(longest_s=2.0)) == ["done"]
    assert server.waits == [9.0]


async def test_a_job_is_cancelled_when_its_follower_is_cancelled() -> None:
    sent = Sent()
    following = asyncio.create_task(sent.follow())
    await sent.inside.wait()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    await sent.cancels.aclose()
    assert sent.count == 1


async def test_a_job_is_cancelled_when_its_generator_is_closed() -> None:
    sent = Sent()

    async def follow() -> AsyncGenerator[int, None]:
        async with sent.cancels.cancelling(sent.cancel):
            yield 1

    async with aclosing(follow()) as following:
        await anext(following)
    await sent.cancels.aclose()
    assert sent.count == 1


async def test_a_job_is_cancelled_when_it_is_given_up() -> None:
    sent = Sent()
    with pytest.raises(Stalled):
        await leave(sent, Stalled("too long"))
    await sent.cancels.aclose()
    assert sent.count == 1


async def test_a_job_that_is_over_is_not_cancelled() -> None:
    sent = Sent()
    async with sent.cancels.cancelling(sent.cancel):
        pass
    with pytest.raises(ProviderError):
        await leave(sent, ProviderError("it failed"), over=True)
    await sent.cancels.aclose()
    assert sent.count == 0


async def test_leaving_does_not_wait_for_the_request_but_closing_does() -> None:
    sent = Sent(held=True)
    with pytest.raises(Stalled):
        await leave(sent, Stalled("too long"))
    closing = asyncio.create_task(sent.cancels.aclose())
    await sent.started.wait()
    assert not closing.done()
    sent.gate.set()
    await closing
    assert sent.count == 1


@pytest.mark.parametrize("error", [lost(), TimeoutError()])
async def test_a_request_that_fails_is_logged_and_nothing_else(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> StopAnswer | None:
        raise error

    cancels = Cancels()
    with pytest.raises(Stalled):
        async with cancels.cancelling(fail, name="job 7"):
            raise Stalled("too long")
    await cancels.aclose()
    assert "job 7 was not cancelled at its server" in caplog.text


async def test_a_request_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat_tui.providers.jobs.CANCEL_S", 0.01)
    sent = Sent(held=True)
    with pytest.raises(Stalled):
        await leave(sent, Stalled("too long"))
    await sent.cancels.aclose()
    assert sent.count == 0


async def test_what_is_submitted_is_returned() -> None:
    sent = Sent()

    async def submit() -> str:
        return "job 7"

    assert await sent.cancels.submitted(submit, sent.cancel_named) == "job 7"
    await sent.cancels.aclose()
    assert sent.names == []


async def test_a_failed_submission_is_raised() -> None:
    sent = Sent()

    async def submit() -> str:
        raise AuthFailed("no")

    with pytest.raises(AuthFailed):
        await sent.cancels.submitted(submit, sent.cancel_named)


async def test_a_job_that_gets_its_name_too_late_is_cancelled_then() -> None:
    sent = Sent(held=True)

    async def submit() -> str:
        sent.inside.set()
        await sent.gate.wait()
        return "job 7"

    asking = asyncio.create_task(sent.cancels.submitted(submit, sent.cancel_named))
    await sent.inside.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    sent.gate.set()
    await sent.cancels.aclose()
    assert sent.names == ["job 7"]


async def test_a_submission_that_hangs_is_given_up_when_nobody_wants_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chat_tui.providers.jobs.CANCEL_S", 0.01)
    sent = Sent(held=True)

    async def submit() -> str:
        sent.inside.set()
        await sent.gate.wait()
        return "never"

    asking = asyncio.create_task(sent.cancels.submitted(submit, sent.cancel_named))
    await sent.inside.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await sent.cancels.aclose()
    assert sent.names == []


class Sent:
    """Cancel requests, and how many arrived."""

    def __init__(self, *, held: bool = False) -> None:
        self.cancels = Cancels()
        self.count = 0
        self.names: list[str] = []
        self.answer: StopAnswer | None = "confirmed"
        self.inside = asyncio.Event()
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()

    async def cancel(self) -> StopAnswer | None:
        self.started.set()
        await self.gate.wait()
        self.count += 1
        return self.answer

    async def cancel_named(self, name: str) -> StopAnswer | None:
        self.names.append(name)
        return self.answer

    async def follow(self) -> None:
        async with self.cancels.cancelling(self.cancel):
            self.inside.set()
            await asyncio.Event().wait()


async def leave(sent: Sent, error: Exception, *, over: bool = False) -> None:
    async with sent.cancels.cancelling(sent.cancel) as job:
        job.over = over
        raise error


async def busy_until(moment: float) -> None:
    """Let the loop turn until then."""
    loop = asyncio.get_running_loop()
    passed = asyncio.Event()
    loop.call_at(moment, passed.set)
    await passed.wait()
