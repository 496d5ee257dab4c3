"""Signals, hang-ups and terminals that read nothing: for the app, in a terminal of its own."""

import asyncio
import os
import select
import signal
import sys
import termios
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType

import pytest

from chat_tui.simulator.script import Gate, Hang, Hold, Say, Script
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.app.desk import reply
from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE_MODES, Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CTRL_Q = "\x11"

# Runs a program that has no controlling terminal, so that nothing tells it of a hang-up.
APART = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
child = os.fork()
if not child:
    os.setsid()
    os.execvp(sys.argv[1], sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def program(tmp_path: Path, simulator: Simulator) -> Program:
    return Program(
        tmp_path,
        f'[providers.sim]\nkind = "openai"\nmodel = "m"\nbase_url = "{simulator.url}/v1"\n',
    )


class Watched(Terminal):
    """A terminal that remembers what it got, and that can be taken away."""

    received = b""
    gone = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.gone:
            self._master = os.open(os.devnull, os.O_RDONLY)
        super().__exit__(kind, error, traceback)

    def _feed(self, output: bytes) -> None:
        self.received += output
        super()._feed(output)

    @property
    def is_as_it_was(self) -> bool:
        """The terminal handles lines, echo and signals as before the program."""
        return termios.tcgetattr(self._master) == self.settings

    def take_in(self) -> None:
        """Read what is there, and wait for nothing."""
        while select.select([self._master], [], [], 0)[0] and self._read(time.monotonic() + 1):
            pass

    def wait_stopped(self) -> None:
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def wait_end(self) -> int:
        """Wait without reading."""
        return self._process.wait(timeout=60)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def hang_up(self) -> None:
        os.close(self._master)
        self.gone = True


def opened(program: Program, *before: str) -> Watched:
    return Watched([*before, *program.command()], env=program.env, cwd=program.folder)


def stored_text(program: Program) -> str:
    async def read() -> str:
        store = Store(Path(program.env["HOME"]) / "data" / "conversations.db")
        try:
            latest = await store.latest()
            assert latest is not None
            return (await store.load(latest)).path()[-1].text
        finally:
            await store.close()

    return asyncio.run(read())


def assert_left_as_it_was(terminal: Watched) -> None:
    modes = (ALTERNATE_SCREEN, *MOUSE_MODES, BRACKETED_PASTE)
    assert [mode for mode in modes if terminal.mode(mode)] == []
    assert not terminal.cursor_hidden
    assert terminal.is_as_it_was
    kitty_keys = terminal.received.rindex(b"\x1b[>")
    assert b"\x1b[<u" in terminal.received[kitty_keys:]


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=["sigterm", "sighup", "sigquit"],
)
async def test_a_signal_while_a_reply_streams_loses_nothing(
    program: Program, simulator: Simulator, number: signal.Signals, code: int
) -> None:
    simulator.enqueue(Script((Say("so far so good"), Hang())))

    def go() -> None:
        with opened(program) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("so far so good")
            terminal.signal(number)
            assert terminal.wait_exit() == code
            assert_left_as_it_was(terminal)
        assert stored_text(program) == "so far so good"

    await asyncio.to_thread(go)


async def test_the_first_interrupt_stops_the_reply_and_a_second_one_leaves(
    program: Program, simulator: Simulator
) -> None:
    simulator.enqueue(Script((Say("so far so good"), Hang())))

    def go() -> None:
        with opened(program) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("so far so good")
            terminal.signal(signal.SIGINT)
            terminal.wait_for("stopped; interrupt again")
            terminal.signal(signal.SIGINT)
            assert terminal.wait_exit() == 130
            assert_left_as_it_was(terminal)
        assert stored_text(program) == "so far so good"

    await asyncio.to_thread(go)


async def test_a_stopped_program_gives_the_terminal_back_and_goes_on_where_it_was(
    program: Program, simulator: Simulator
) -> None:
    gate = Gate()
    simulator.enqueue(reply("before the stop", Hold(gate), " and after it"))
    loop = asyncio.get_running_loop()

    def go() -> None:
        with opened(program) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("before the stop")
            terminal.signal(signal.SIGTSTP)
            terminal.wait_stopped()
            terminal.take_in()
            assert_left_as_it_was(terminal)
            loop.call_soon_threadsafe(gate.open)
            terminal.signal(signal.SIGCONT)
            terminal.wait_for("before the stop and after it")
            assert terminal.mode(ALTERNATE_SCREEN)
            terminal.send(CTRL_Q)
            assert terminal.wait_exit() == 0
            assert_left_as_it_was(terminal)

    await asyncio.to_thread(go)


@pytest.mark.parametrize("told", [True, False], ids=["with a signal", "without one"])
async def test_a_terminal_that_hangs_up_ends_the_program_and_what_came_is_saved(
    program: Program, simulator: Simulator, told: bool
) -> None:
    simulator.enqueue(Script((Say("so far so good"), Hang())))

    def go() -> None:
        with opened(program, *([] if told else [sys.executable, "-c", APART])) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("so far so good")
            terminal.hang_up()
            assert terminal.wait_end() == 129
        assert stored_text(program) == "so far so good"

    await asyncio.to_thread(go)


async def test_a_terminal_that_reads_nothing_stops_neither_the_reply_nor_the_end(
    program: Program, simulator: Simulator
) -> None:
    first, last = Gate(), Gate()
    long = "**word** `code` " * 500
    pieces = [long for _ in range(40)]
    simulator.enqueue(reply("begun ", Hold(first), *pieces, "and its end", Hold(last)))
    loop = asyncio.get_running_loop()

    def go() -> None:
        with opened(program) as terminal:
            terminal.wait_for("❯")
            terminal.send("hello\r")
            terminal.wait_for("begun")
            loop.call_soon_threadsafe(first.open)  # from here on nothing is read
            while not stored_text(program).endswith("and its end"):
                assert terminal.runs
            terminal.signal(signal.SIGTERM)
            assert terminal.wait_end() == 143
        assert stored_text(program).endswith("and its end")

    await asyncio.to_thread(go)


async def test_after_a_kill_the_terminal_can_be_reset(program: Program) -> None:
    def go() -> None:
        with opened(program) as terminal:
            terminal.wait_for("❯")
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit() == -signal.SIGKILL
            assert terminal.mode(ALTERNATE_SCREEN)
        reset = program.run("--reset-terminal").stdout.encode()
        terminal._feed(reset)
        modes = (ALTERNATE_SCREEN, *MOUSE_MODES, BRACKETED_PASTE)
        assert [mode for mode in modes if terminal.mode(mode)] == []
        assert not terminal.cursor_hidden
        assert reset.count(b"\x1b[<u") == 2

    await asyncio.to_thread(go)


def test_reset_has_a_terminal_show_what_is_typed_again(program: Program) -> None:
    spoil = "import os, sys, tty; tty.setraw(0); os.execvp(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", spoil, *program.command("--reset-terminal")]
    with Watched(command, env=program.env, cwd=program.folder) as terminal:
        assert terminal.wait_exit() == 0
        now = termios.tcgetattr(terminal._master)
        assert now[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == (
            termios.ECHO | termios.ICANON | termios.ISIG
        )
        assert now[1] & termios.OPOST
