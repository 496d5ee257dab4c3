import asyncio
import os
import subprocess
import sys

import pytest

from chat_tui.processes import end_process, started
from tests.builders import loop_turn

SLEEPER = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable, "-I", "-S", "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True);"
    "time.sleep(600)",
)  # fmt: skip


async def test_a_process_that_is_ended_has_been_waited_for() -> None:
    process = await started(asyncio.create_subprocess_exec(*STUBBORN, stdout=subprocess.PIPE))
    assert process.stdout is not None
    await process.stdout.readline()
    await end_process(process)
    assert process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)


async def test_an_end_that_is_cancelled_again_and_again_is_still_an_end() -> None:
    process = await started(asyncio.create_subprocess_exec(*SLEEPER, stdin=subprocess.PIPE))
    ending = asyncio.create_task(end_process(process))
    await loop_turn()
    while not ending.done():
        ending.cancel()
        await asyncio.wait([ending], timeout=0.001)
    assert ending.cancelled()
    assert process.returncode is not None


@pytest.mark.parametrize("turns", range(1, 9))
async def test_a_start_that_is_cancelled_leaves_no_process(turns: int) -> None:
    made: list[asyncio.subprocess.Process] = []

    async def create() -> asyncio.subprocess.Process:
        made.append(await asyncio.create_subprocess_exec(*SLEEPER, stdin=subprocess.PIPE))
        return made[0]

    starting = asyncio.create_task(started(create()))
    for _ in range(turns):
        await loop_turn()
    starting.cancel()
    while not starting.done():
        await asyncio.wait([starting], timeout=0.001)
        starting.cancel()
    if not starting.cancelled():
        await end_process(starting.result())
    assert all(process.returncode is not None for process in made)


async def test_a_group_is_ended_with_the_one_who_leads_it() -> None:
    script = (
        "import os, sys; os.fork(); print(os.getpid(), flush=True); import time; time.sleep(600)"
    )
    process = await started(
        asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-c", script),
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    )
    assert process.stdout is not None
    pids = {int(await process.stdout.readline()), int(await process.stdout.readline())}
    reading = process.stdout
    await end_process(process, group=True)
    assert process.pid in pids
    assert await reading.read() == b""


async def test_what_cannot_be_run_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        await started(asyncio.create_subprocess_exec("/no/such/program"))


def test_a_loop_that_ends_in_the_middle_of_an_end_leaves_nothing_behind() -> None:
    processes: list[asyncio.subprocess.Process] = []

    async def leave() -> None:
        process = await started(asyncio.create_subprocess_exec(*SLEEPER, stdin=subprocess.PIPE))
        processes.append(process)
        ending = asyncio.create_task(end_process(process), name="ending")
        await loop_turn()
        ending.cancel()

    asyncio.run(leave())
    assert processes[0].returncode is not None
