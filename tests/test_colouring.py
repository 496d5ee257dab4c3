import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chat_tui.colouring.colouring import MOST_FAILURES, Colouring
from chat_tui.document.code.highlight import Colours, WholeFence, highlight_whole
from tests.builders import loop_turn
from tests.document.hanging import LINES

HANGING = (
    sys.executable,
    "-c",
    "import sys; sys.path[:] = sys.argv[1:]; import tests.hanging_program",
    str(Path(__file__).parent.parent),
    *sys.path,
)
YAML = WholeFence("yaml", ("a:", "  - b: 'c' # d"))


@asynccontextmanager
async def colouring(
    *program: str, limit_s: float = 30.0, idle_s: float = 30.0
) -> AsyncGenerator[Colouring, None]:
    made = Colouring(program=program or None, limit_s=limit_s, idle_s=idle_s)
    try:
        yield made
    finally:
        await made.aclose()


async def coloured(colours: Colouring, fence: WholeFence) -> Colours | None:
    done: asyncio.Future[Colours | None] = asyncio.get_running_loop().create_future()
    colours.hand_out(fence, done.set_result)
    return await done


async def test_a_fence_comes_back_as_it_would_be_here() -> None:
    async with colouring() as colours:
        assert await coloured(colours, YAML) == highlight_whole(*YAML)


async def test_fences_are_coloured_in_order_by_one_process() -> None:
    async with colouring() as colours:
        fences = [WholeFence("yaml", (f"a: {n}",)) for n in range(5)]
        results = await asyncio.gather(*(coloured(colours, fence) for fence in fences))
        assert results == [fence.run() for fence in fences]
        assert colours._helper.process is not None


async def test_what_is_known_is_given_back_at_once() -> None:
    async with colouring() as colours:
        first = await coloured(colours, YAML)
        again: list[Colours | None] = []
        colours.hand_out(YAML, again.append)
        assert again == [first]


async def test_the_event_loop_does_not_wait_for_a_lexer_that_hangs() -> None:
    async with colouring(*HANGING) as colours:
        await coloured(colours, YAML)  # the process is there
        colours._limit_s = 1.0
        turns, worst_s, last_s = 0, 0.0, time.thread_time()
        done: list[Colours | None] = []
        colours.hand_out(WholeFence("hanging", LINES), done.append)
        while not done:
            await loop_turn()
            turns += 1
            worst_s, last_s = max(worst_s, time.thread_time() - last_s), time.thread_time()
        assert done == [None]
    assert turns > 10
    assert worst_s < 0.5  # half of what the lexer had; what other programs took is not in it


async def test_a_lexer_that_hangs_is_killed_and_not_asked_again() -> None:
    async with colouring(*HANGING) as colours:
        await coloured(colours, YAML)
        colours._limit_s = 0.3
        process = colours._helper.process
        assert process is not None
        fence = WholeFence("hanging", LINES)
        assert await coloured(colours, fence) is None
        assert process.returncode is not None
        again: list[Colours | None] = []
        colours.hand_out(fence, again.append)
        assert again == [None]


async def test_after_a_lexer_that_hung_other_fences_are_coloured() -> None:
    async with colouring(*HANGING, limit_s=0.3) as colours:
        assert await coloured(colours, WholeFence("hanging", LINES)) is None
        colours._limit_s = 30
        assert await coloured(colours, YAML) == YAML.run()


@pytest.mark.parametrize(
    "program",
    [
        ("/no/such/program",),
        (sys.executable, "-c", ""),
        (sys.executable, "-c", "print(); print('no JSON', flush=True); input()"),
        (sys.executable, "-c", "print(); print('[3]', flush=True); input()"),
        (sys.executable, "-c", "print(); print('9' * 5_000_000, flush=True); input()"),
    ],
    ids=["none", "ends", "no JSON", "other JSON", "too much"],
)
async def test_where_the_process_fails_code_is_plain(program: tuple[str, ...]) -> None:
    async with colouring(*program) as colours:
        assert await coloured(colours, YAML) is None


async def test_after_many_failures_nothing_is_started_any_more() -> None:
    async with colouring("/no/such/program") as colours:
        for number in range(MOST_FAILURES):
            await coloured(colours, WholeFence("yaml", (f"{number}",)))
        done: list[Colours | None] = []
        colours.hand_out(YAML, done.append)
        assert done == [None]


async def test_the_process_ends_when_nothing_comes() -> None:
    async with colouring(idle_s=0.01) as colours:
        await coloured(colours, YAML)
        task = colours._task
        assert task is not None
        await task
        assert colours._helper.process is None
        assert await coloured(colours, WholeFence("yaml", ("b: 2",))) is not None


@pytest.mark.parametrize("turns", range(12))
async def test_a_fence_that_comes_as_the_process_ends_is_coloured(turns: int) -> None:
    async with colouring(idle_s=0) as colours:
        await coloured(colours, YAML)
        for _ in range(turns):
            await loop_turn()
        assert await coloured(colours, WholeFence("yaml", ("b: 2",))) is not None


async def test_closing_calls_nobody_any_more() -> None:
    done: list[Colours | None] = []
    async with colouring() as colours:
        colours.hand_out(YAML, done.append)
        await loop_turn()
    assert done == []
    colours.hand_out(YAML, done.append)
    assert done == [None]


def test_the_program_knows_no_variables_of_ours() -> None:
    program = (
        "import asyncio, sys\n"
        "from chat_tui.colouring.colouring import Colouring\n"
        "from chat_tui.document.code.highlight import WholeFence\n"
        "async def main():\n"
        "    c = Colouring(program=(sys.executable, '-c', 'import os, sys; print(); sys.exit("
        '0 if "A_KEY" in os.environ else 3)\'))\n'
        "    process = await c._helper.start()\n"
        "    print(await process.wait())\n"
        "    await c._helper.end()\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "A_KEY": "x"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert ran.stdout == "3\n"


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    program = (
        "import sys; from chat_tui.colouring.colouring import Colouring; Colouring();"
        "assert 'pygments' not in sys.modules;"
        "assert 'chat_tui.document.code.highlight' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
