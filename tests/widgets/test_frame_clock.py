import asyncio
from collections.abc import Callable

import pytest

from chat_tui.widgets.frame_clock import COST_SHARE, FRAME_S, SLOWEST_S, FrameClock
from tests.builders import loop_turn


class Painter:
    """Remembers when it painted, by the loop's clock, and takes as much processor time as told."""

    def __init__(self) -> None:
        self.frames_s: list[float] = []
        self.left = 0
        self.cost_s = 0.0
        self.cpu_s = 0.0
        self.waiting: Callable[[], None] = lambda: None

    def __call__(self) -> bool:
        self.frames_s.append(asyncio.get_running_loop().time())
        self.cpu_s += self.cost_s
        self.left = max(0, self.left - 1)
        self.waiting()
        return self.left > 0


@pytest.fixture
def painter() -> Painter:
    return Painter()


async def painted(painter: Painter, count: int) -> None:
    """Wait for frames until there are as many."""
    done = asyncio.get_running_loop().create_future()

    def look() -> None:
        if len(painter.frames_s) >= count and not done.done():
            done.set_result(None)

    painter.waiting = look
    look()
    await done


async def test_the_first_frame_comes_at_once(painter: Painter) -> None:
    clock = FrameClock(painter)
    clock.ask()
    assert clock.waiting
    await loop_turn()
    assert len(painter.frames_s) == 1
    assert not clock.waiting


async def test_several_wishes_are_one_frame(painter: Painter) -> None:
    clock = FrameClock(painter)
    for _ in range(5):
        clock.ask()
    await loop_turn()
    await loop_turn()
    assert len(painter.frames_s) == 1


async def test_between_two_frames_is_the_time_of_one(painter: Painter) -> None:
    def paint() -> bool:
        if len(painter.frames_s) < 4:
            clock.ask()
        return painter()

    clock = FrameClock(paint)
    clock.ask()
    await painted(painter, 5)
    pauses = [b - a for a, b in zip(painter.frames_s, painter.frames_s[1:], strict=False)]
    assert min(pauses) >= FRAME_S - 0.001  # as exact as the loop's clock
    assert not clock.waiting


async def test_what_is_left_is_painted_in_the_next_turn_of_the_loop(painter: Painter) -> None:
    painter.left = 3
    clock = FrameClock(painter)
    clock.ask()
    for _ in range(3):
        await loop_turn()
    assert len(painter.frames_s) == 3
    assert not clock.waiting


async def test_a_wish_while_painting_is_a_frame_of_its_own(painter: Painter) -> None:
    def paint() -> bool:
        clock.ask()
        return painter()

    clock = FrameClock(paint)
    clock.ask()
    await painted(painter, 2)
    clock.stop()
    assert not clock.waiting


async def test_dear_frames_come_less_often_but_not_too_rarely(painter: Painter) -> None:
    painter.left, painter.cost_s = 3, 0.05
    clock = FrameClock(painter, cpu_clock=lambda: painter.cpu_s)
    assert clock.interval_s == FRAME_S
    clock.ask()
    await painted(painter, 1)
    assert clock.interval_s == pytest.approx(COST_SHARE * 0.05 / 8)
    painter.cost_s = 10.0
    await painted(painter, 3)
    assert clock.interval_s == SLOWEST_S


async def test_nobody_looks_closely_and_frames_are_rarer(painter: Painter) -> None:
    clock = FrameClock(painter)
    clock.least_s = 0.05
    assert clock.interval_s == 0.05


async def test_a_terminal_that_is_behind_gets_no_frame_until_it_is_not(painter: Painter) -> None:
    asked = 0

    def busy() -> bool:
        nonlocal asked
        asked += 1
        return asked < 3

    clock = FrameClock(painter, busy=busy)
    clock.ask()
    await painted(painter, 1)
    assert asked == 3


async def test_a_clock_that_was_stopped_paints_no_more(painter: Painter) -> None:
    clock = FrameClock(painter)
    clock.ask()
    clock.stop()
    clock.stop()
    await loop_turn()
    assert painter.frames_s == []
    clock.ask()
    await loop_turn()
    assert len(painter.frames_s) == 1
