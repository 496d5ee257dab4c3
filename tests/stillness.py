"""Waits until a program that is driven by keys has nothing left to do, without a clock's help."""

import asyncio
from time import monotonic
from typing import Final

import textual.app
import textual.pilot
import textual.screen

from tests.builders import loop_turn

STILL_ROUNDS: Final = 3
"""Turns of the loop in a row that found nothing to do: sockets are looked at in each of them."""
SOON_S: Final = 0.012
"""What a timer will do so soon belongs to what was begun."""
DRAWN_EACH_S: Final = 1 / 250
"""What is on the screen is drawn anew, at most; whoever looks at it waits for that."""
LET_GO_S: Final = 0.002
"""Leaves the interpreter to threads that have something to hand back."""


def wait_by_stillness() -> None:
    """Let Textual's pilot wait for no longer than there is something to do."""
    for place, name, value in (
        (textual.app, "wait_for_idle", stillness),
        (textual.pilot, "wait_for_idle", stillness),
        (textual.screen, "UPDATE_PERIOD", DRAWN_EACH_S),
    ):
        setattr(place, name, value)


async def stillness(min_sleep: float = 0, max_sleep: float = 0.3) -> None:
    """Wait until the loop has nothing to run but what a distant timer, or a thread, will bring.

    Stands for Textual's own `wait_for_idle`, which sleeps 20 ms and more at a time until the
    process has used little of the processor. That wastes half of a test's time, and on a busy
    machine takes a process that was not let run for one that has nothing to do.

    Args:
        min_sleep: Seconds that are waited in any case.
        max_sleep: Seconds after which a loop that never rests is left as it is.
    """
    loop = asyncio.get_running_loop()
    until = monotonic() + max_sleep
    if min_sleep:
        await asyncio.sleep(min_sleep)
    await asyncio.sleep(LET_GO_S)
    still = 0
    while still < STILL_ROUNDS and monotonic() < until:
        await loop_turn()
        if loop._ready:  # type: ignore[attr-defined]
            still = 0
        elif (wait := _next_timer_s(loop)) < SOON_S:
            await asyncio.sleep(max(wait, 0))
            still = 0
        else:
            still += 1


def _next_timer_s(loop: asyncio.AbstractEventLoop) -> float:
    """How long until the next timer that has not been cancelled."""
    times = [one.when() for one in loop._scheduled if not one.cancelled()]  # type: ignore[attr-defined]
    return min(times, default=loop.time() + 60) - loop.time()
