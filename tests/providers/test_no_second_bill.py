"""What is paid for by the picture is not asked for twice, when it may be on its way."""

from collections.abc import Callable
from typing import Any

import pytest

from chat_tui.events import StreamError
from chat_tui.providers.fal.provider import FalProvider
from chat_tui.simulator.script import Drop, Progress, Script
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.retry import RetryPolicy
from tests.providers.asking import ask, closing, openai
from tests.providers.fal_sim import fal
from tests.providers.get3w_sim import get3w

AT_ONCE = RetryPolicy(jitter=lambda _least, _most: 0.0)


def submitting(simulator: Simulator) -> FalProvider:
    """Through a queue whose ticket is what the script says: a stream stands in for it."""
    url = f"{simulator.url}/fal/run"
    return fal(simulator, transport="queue", queue_url=url, model="fal-ai/flux/stream", path="")


@pytest.mark.parametrize(
    "build",
    [
        lambda it: fal(it, transport="stream"),
        submitting,
        lambda it: openai(it, model="m", endpoint="images"),
        get3w,
    ],
    ids=["fal", "queue", "images", "get3w"],
)
@pytest.mark.parametrize("acts", [(Drop(),), (Progress(0.1), Drop())], ids=["at once", "later"])
async def test_a_connection_that_is_lost_after_the_request_is_no_reason_for_another(
    simulator: Simulator, build: Callable[[Simulator], Any], acts: tuple[Any, ...]
) -> None:
    simulator.enqueue(Script(acts))
    async with closing(build(simulator)) as provider:
        events = await ask(provider, retry=AT_ONCE)
    assert isinstance(events[-1], StreamError)
    assert [call.method for call in simulator.calls].count("POST") == 1
