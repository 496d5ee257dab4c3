import asyncio
from collections.abc import Callable

import pytest

from chat_tui.widgets.transcript.frame_clock import COST_SHARE, FRAME_S, SLOWEST_S, FrameClock
from tests.builders import loop_turn


class Painter:
    """Remembers when it painted, by the loop's clock, and takes as much processor time as told."""

    def __init__(self) -> None:
        self.frames_s: list[float] = []
        self.left = 1
        """How many slices there are to prepare."""
        self.lefts: list[int] = []
        """How many there were at each frame."""
        self.cost_s = 0.0
        self.cpu_s = 0.0
        self.waiting: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.frames_s.append(asyncio.get_running_loop().time())
        self.lefts.append(self.left)
        self.cpu_s += self.cost_s
        self.waiting()

    def prepare(self) -> bool:
        self.left -= 1
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
    def paint() -> None:
        if len(painter.frames_s) < 4:
            clock.ask()
        painter()

    clock = FrameClock(paint)
    # Not since the first paint: a machine that holds that up shortens the pause after it.
    began_s = asyncio.get_running_loop().time()
    clock.ask()
    await painted(painter, 5)
    assert painter.frames_s[-1] - began_s > 3.9 * FRAME_S
    assert not clock.waiting


async def test_of_many_slices_the_first_and_the_last_are_painted_at_once(painter: Painter) -> None:
    painter.left = 5
    clock = FrameClock(painter, prepare=painter.prepare, cpu_clock=lambda: 0.0)
    clock.least_s = 3600.0
    clock.ask()
    await painted(painter, 2)
    assert painter.lefts == [4, 0]
    assert not clock.waiting


async def test_what_nothing_follows_is_painted_once_and_whole(painter: Painter) -> None:
    painter.left = 3
    clock = FrameClock(painter, prepare=painter.prepare)
    clock.hurry()
    await painted(painter, 1)
    assert painter.lefts == [0]
    assert not clock.waiting


async def test_a_wish_while_painting_is_a_frame_of_its_own(painter: Painter) -> None:
    def paint() -> None:
        clock.ask()
        painter()

    clock = FrameClock(paint)
    clock.ask()
    await painted(painter, 2)
    clock.stop()
    assert not clock.waiting


async def test_dear_frames_come_less_often_but_not_too_rarely(painter: Painter) -> None:
    painter.cost_s = 0.02
    clock = FrameClock(painter, cpu_clock=lambda: painter.cpu_s)
    assert clock.interval_s == FRAME_S
    clock.ask()
    await painted(painter, 1)
    assert clock.interval_s == pytest.approx(COST_SHARE * 0.02 / 2)
    painter.cost_s = 10.0
    clock.ask()
    await painted(painter, 2)
    assert clock.interval_s == SLOWEST_S


async def test_a_dear_frame_is_forgotten_slowly(painter: Painter) -> None:
    painter.cost_s = 0.04
    clock = FrameClock(painter, cpu_clock=lambda: painter.cpu_s)
    clock.ask()
    await painted(painter, 1)
    painter.cost_s = 0.0
    clock.ask()
    await painted(painter, 2)
    assert clock.interval_s == pytest.approx(COST_SHARE * 0.02 * 7 / 8)


async def test_nobody_looks_closely_and_frames_are_rarer(painter: Painter) -> None:
    clock = FrameClock(painter)
    clock.least_s = 0.05
    assert clock.interval_s == 0.05


async def test_a_terminal_that_is_behind_gets_no_frame_until_it_is_not(painter: Painter) -> None:
    asked = 0

    def busy(pressing: bool) -> bool:
        assert not pressing
        nonlocal asked
        asked += 1
        return asked < 3

    clock = FrameClock(painter, busy=busy)
    clock.ask()
    await painted(painter, 1)
    assert asked == 3


async def test_what_nothing_follows_says_that_it_presses_until_it_is_painted(
    painter: Painter,
) -> None:
    asked: list[bool] = []

    def busy(pressing: bool) -> bool:
        asked.append(pressing)
        return len(asked) < 2

    clock = FrameClock(painter, busy=busy)
    clock.hurry()
    await painted(painter, 1)
    clock.ask()
    await painted(painter, 2)
    assert asked == [True, True, False]


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
