"""Compares the CPU time of starting chat-tui and quitting with that of a minimal Textual app."""

import argparse
import errno
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COLUMNS, ROWS = 120, 40
CTRL_Q = b"\x11"
RUN_TIMEOUT_S = 60.0

MINIMAL_APP = """\
from textual.app import App, ComposeResult
from textual.widgets import Input


class Minimal(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="nothing but a prompt")


Minimal().run()
"""


class RunFailed(Exception):
    """A run did not paint, did not quit, or ended with an error."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is started."""

    name: str
    command: list[str]
    painted: bytes
    """These bytes in the output mean that the prompt is on the screen."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one start and quit took."""

    cpu_s: float
    """User and system time of the process and of those it waited for."""
    first_paint_s: float
    """Wall time to the prompt: rough, since other work on the machine counts too."""
    peak_mib: float


def measure(program: Program, env: Mapping[str, str]) -> Run:
    """Start, wait for the prompt, quit, and wait for the end.

    Raises:
        RunFailed: any of that went wrong.
    """
    began = time.monotonic()
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        try:
            os.execvpe(program.command[0], program.command, env)
        finally:
            os._exit(127)
    reaped = False
    try:
        deadline = began + RUN_TIMEOUT_S
        output = b""
        while program.painted not in output:
            output += (piece := _read(master, deadline))
            if not piece:
                raise RunFailed(f"{program.name} ended before its prompt:\n{_tail(output)}")
        first_paint_s = time.monotonic() - began
        os.write(master, CTRL_Q)
        while piece := _read(master, deadline):
            output += piece
        _, status, usage = os.wait4(pid, 0)
        reaped = True
    finally:
        if not reaped:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(master)
    if code := os.waitstatus_to_exitcode(status):
        raise RunFailed(f"{program.name} ended with {code}:\n{_tail(output)}")
    # The kernel counts in KiB, but in bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(usage.ru_utime + usage.ru_stime, first_paint_s, usage.ru_maxrss / unit)


def _read(master: int, deadline: float) -> bytes:
    """Read what comes next; empty at the end of the output."""
    left_s = deadline - time.monotonic()
    if left_s <= 0 or not select.select([master], [], [], left_s)[0]:
        raise RunFailed(f"a run took more than {RUN_TIMEOUT_S:g} s")
    try:
        return os.read(master, 65_536)
    except OSError as error:
        if error.errno != errno.EIO:  # Linux says so when the last writer is gone
            raise
        return b""


def _tail(output: bytes) -> str:
    return output[-2000:].decode(errors="replace")


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Yield an environment with empty folders, so that no history and no key plays a part."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-startup-") as home:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        yield kept | {
            "HOME": home,
            "CHAT_TUI_CONFIG": _empty_file(Path(home)),
            "CHAT_TUI_DATA_DIR": f"{home}/data",
            "CHAT_TUI_STATE_DIR": f"{home}/state",
            "CHAT_TUI_LOG": f"{home}/chat-tui.log",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }


def _empty_file(folder: Path) -> str:
    path = folder / "config.toml"
    path.touch()
    return str(path)


def compare(first: Program, second: Program, *, runs: int) -> tuple[list[Run], list[Run]]:
    """Measure both in turns, so that a change in the machine's load meets both.

    Each starts once before, uncounted: that compiles what is not compiled and fills the caches.
    """
    results: tuple[list[Run], list[Run]] = ([], [])
    with _environment() as env:
        for program in (first, second):
            measure(program, env)
        for _ in range(runs):
            for program, result in zip((first, second), results, strict=True):
                result.append(measure(program, env))
    return results


def _row(name: str, runs: Sequence[Run]) -> str:
    cpu = [run.cpu_s for run in runs]
    paint_s = statistics.median(run.first_paint_s for run in runs)
    peak_mib = statistics.median(run.peak_mib for run in runs)
    return (
        f"{name:<20} {statistics.median(cpu):>8.3f} {min(cpu):>8.3f} {max(cpu):>8.3f}"
        f" {paint_s:>14.3f} {peak_mib:>10.1f}"
    )


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=10, help="runs of each (default 10)")
    parser.add_argument(
        "--assert-ratio", type=float, metavar="R", help="fail if the ratio of medians is above R"
    )
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    ours = Program("chat-tui", [sys.executable, "-m", "chat_tui"], "❯".encode())
    # The cursor stands on the first character of a placeholder and parts it from the rest.
    minimal = Program("a minimal app", [sys.executable, "-c", MINIMAL_APP], b"but a prompt")
    try:
        our_runs, minimal_runs = compare(ours, minimal, runs=options.runs)
    except RunFailed as failure:
        print(failure, file=sys.stderr)
        return 2
    ratio = statistics.median(run.cpu_s for run in our_runs) / statistics.median(
        run.cpu_s for run in minimal_runs
    )
    print(f"{'':<20} {'cpu s':>8} {'least':>8} {'most':>8} {'first paint s':>14} {'peak MiB':>10}")
    print(_row(ours.name, our_runs))
    print(_row(minimal.name, minimal_runs))
    print(f"ratio of the medians of cpu time: {ratio:.2f}")
    if options.assert_ratio is not None and ratio > options.assert_ratio:
        print(f"that is above {options.assert_ratio:g}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
