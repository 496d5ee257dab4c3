"""`chat-tui ask` and the ways in which a run is ended from outside: text kept, the right code."""

import asyncio
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from chat_tui.simulator.script import Gate, Hang, Hold, Say, Script
from chat_tui.simulator.server import Simulator
from tests.app.desk import reply
from tests.cli.conftest import CHECKOUT, User, ended

HANGS = Script((Say("so far so good"), Hang()))
LONG = "word " * 40_000


async def first_output(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    assert await process.stdout.readuntil(b"good") == b"so far so good"


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=["sigint", "sigterm", "sighup", "sigquit"],
)
async def test_a_signal_ends_a_reply_with_its_code_and_the_text_saved(
    user: User, simulator: Simulator, number: signal.Signals, code: int
) -> None:
    simulator.enqueue(HANGS)
    process = await user.start("ask", "hello")
    await first_output(process)
    process.send_signal(number)
    ran = await ended(process)
    assert ran.code == code
    assert ran.err == "chat-tui: stopped\n"
    [stored] = await user.stored()
    assert stored.path()[-1].text == "so far so good"


async def test_a_reader_that_reads_nothing_does_not_keep_a_run_from_ending(
    user: User, simulator: Simulator
) -> None:
    gate = Gate()
    simulator.enqueue(reply("so far so good", LONG, LONG, Hold(gate)))
    reading, writing = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chat_tui", "ask", "hello",
            stdin=asyncio.subprocess.DEVNULL, stdout=writing, stderr=asyncio.subprocess.PIPE,
            env=user.environ, cwd=user.home,
        )  # fmt: skip
        await gate.reached.wait()
        process.send_signal(signal.SIGTERM)
        ran = await asyncio.wait_for(process.communicate(), 30)
    finally:
        os.close(writing)
        os.close(reading)
    assert process.returncode == 143
    assert ran[1] == b"chat-tui: stopped\n"
    [stored] = await user.stored()
    assert stored.path()[-1].text.startswith("so far so good")


async def test_a_terminal_that_hangs_up_ends_a_run(user: User, simulator: Simulator) -> None:
    simulator.enqueue(HANGS)
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-ISc",
        "import fcntl, os, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0); "
        "os.execvp(sys.argv[1], sys.argv[1:])",
        sys.executable, "-m", "chat_tui", "ask", "hello",
        stdin=asyncio.subprocess.DEVNULL, stdout=slave, stderr=slave,
        env=user.environ, cwd=user.home, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    seen = b""
    while b"so far so good" not in seen:
        seen += await asyncio.to_thread(os.read, master, 4096)
    os.close(master)
    assert await asyncio.wait_for(process.wait(), 30) == 129
    [stored] = await user.stored()
    assert stored.path()[-1].text == "so far so good"


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
async def test_a_stream_that_is_closed_from_the_start_is_no_traceback(
    user: User, simulator: Simulator, closed: str, tmp_path: Path
) -> None:
    simulator.enqueue(reply("ok"))
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f'exec "$0" -m chat_tui ask -p sim hello {closed}', sys.executable,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=user.environ | {"PYTHONPATH": str(CHECKOUT)},
        cwd=tmp_path,
    )  # fmt: skip
    ran = await ended(process)
    assert "Traceback" not in ran.err
    assert ran.code in (0, 3)
    assert [one.path()[-1].text for one in await user.stored()] == ["ok"]
