"""Compares chat-tui with a minimal Textual app while an answer streams, and in a burst."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import installation, stock
from benchmarks.corpus import FIRST, last_mark
from benchmarks.report import median, number, quotient, table
from benchmarks.server import Server, Streamed, serving
from benchmarks.terminal import (
    ProgramFailed,
    Search,
    Terminal,
    need_linux,
    when,
)

RATE: Final = 300.0
TOKENS, QUICK_TOKENS, BURST_TOKENS = 3_000, 1_000, 10_000
KEYS: Final = "αβγδεζηθικλμνξοπρστυφχψωбвгджзийклмнптфцчшщыэюя"
"""Typed one after another while an answer streams; none of them is in the answer."""
KEY_S: Final = 0.31
"""Between two keys; no multiple of a frame."""
END_TIMEOUT_S: Final = 60.0

Command = Callable[[Path, str], list[str]]


@dataclass(frozen=True, slots=True)
class Program:
    """What is measured."""

    name: str
    command: Command
    """Makes the command from an empty folder and the server's base URL."""
    ready: str
    """Stands on the screen when the program takes keys."""
    send: str = "\r"
    """What sends what was typed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One answer, measured from Enter to its last glyph. Null is: not seen."""

    cpu_s: float
    cpu_s_per_10k: float
    first_ms: float | None
    """From the first delta's leaving the server to its glyphs."""
    last_ms: float | None
    """From the last delta's leaving the server to its glyphs."""
    echo_p50_ms: float | None
    """From a key to its glyph."""
    echo_max_ms: float | None
    written_kib: float
    start_mib: float
    end_mib: float


@dataclass(frozen=True, slots=True)
class Column:
    """One line of the table, and what a gate asks for."""

    title: str
    value: Callable[[Run], float | None]
    digits: int = 1
    least: float | None = None
    """Of the ratio."""
    most: float | None = None
    """Of our own value."""

    @property
    def gate(self) -> str:
        if self.most is not None:
            return f"ours <= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g}"


PACED: Final = (
    Column("CPU s per 10,000 tokens", lambda run: run.cpu_s_per_10k, 2, least=8.0),
    Column("first delta to glyph, ms", lambda run: run.first_ms),
    Column("key to glyph, median ms", lambda run: run.echo_p50_ms),
    Column("key to glyph, longest ms", lambda run: run.echo_max_ms),
    # Coarse, since it is wall time: an answer that falls behind its server is late by seconds.
    Column("last delta to glyph, ms", lambda run: run.last_ms, least=0.2),
    Column("written to the terminal, KiB", lambda run: run.written_kib, 0, least=1.0),
    Column("memory before, MiB", lambda run: run.start_mib),
    Column("memory after, MiB", lambda run: run.end_mib),
)
BURST: Final = (
    Column("CPU s for all of it", lambda run: run.cpu_s, 3, least=2.0),
    Column("last delta to glyph, ms", lambda run: run.last_ms, most=150.0),
    Column("written to the terminal, KiB", lambda run: run.written_kib, 0),
    Column("memory after, MiB", lambda run: run.end_mib),
)


def our_command(folder: Path, url: str) -> list[str]:
    """Return the command of chat-tui, configured for the server."""
    return installation.command(installation.configure(folder, url))


def stock_command(_folder: Path, url: str) -> list[str]:
    """Return the command of the baseline."""
    return [sys.executable, stock.__file__, url]


OURS: Final = Program("chat-tui", our_command, installation.PROMPT_MARK)
STOCK: Final = Program("stock", stock_command, stock.READY)


@contextmanager
def started(program: Program, url: str) -> Iterator[Terminal]:
    """Start a program, and wait until it rests."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-streaming-") as name:
        folder = Path(name)
        with Terminal(program.command(folder, url), installation.environment(folder)) as terminal:
            terminal.wait_for(program.ready)
            terminal.settle()
            yield terminal


def measure(program: Program, server: Server, *, tokens: int, rate: float) -> Run:
    """Start a program, ask, and watch the answer to its end.

    Raises:
        ProgramFailed: something did not come in time.
    """
    with started(program, server.url(tokens, rate)) as terminal:
        terminal.send("go")
        terminal.settle()  # what is loaded at the first key is not part of the answer
        start_mib = terminal.pss_mib()
        since, written, cpu_s = len(terminal.output), terminal.size_bytes, terminal.cpu_s()
        terminal.send(program.send)
        typed: list[tuple[str, float]] = []
        streamed = watch_stream(terminal, server, typed if rate else None)
        last_mark_s = terminal.wait_for(
            last_mark(streamed.number),
            since=terminal.index_at(streamed.last_s),
            timeout_s=END_TIMEOUT_S,
        )
        cpu_s = terminal.cpu_s() - cpu_s
        terminal.settle()
        first_s = when(terminal.output, FIRST, since=since)
        echoes = [
            (echo_s - at_s) * 1e3
            for key, at_s in typed
            if (echo_s := when(terminal.output, key, since=since)) is not None
        ]
        return Run(
            cpu_s=cpu_s,
            cpu_s_per_10k=cpu_s / streamed.deltas * 10_000,
            first_ms=(first_s - streamed.first_s) * 1e3 if first_s is not None else None,
            last_ms=(last_mark_s - streamed.last_s) * 1e3,
            echo_p50_ms=median(echoes),
            echo_max_ms=max(echoes, default=None),
            written_kib=(terminal.size_bytes - written) / 1024,
            start_mib=start_mib,
            end_mib=terminal.pss_mib(),
        )


def watch_stream(
    terminal: Terminal, server: Server, typed: list[tuple[str, float]] | None
) -> Streamed:
    """Watch until the server has sent the answer, and meanwhile type, if `typed` is given."""
    first = Search(terminal.output, FIRST, since=len(terminal.output))
    sent: list[Streamed] = []

    def done() -> bool:
        if (streamed := server.streamed(0)) is not None:
            sent.append(streamed)
        elif typed is not None and len(typed) < len(KEYS) and first.step():
            last_s = typed[-1][1] if typed else first.found_s or 0.0
            if time.monotonic() - last_s >= KEY_S:
                key = KEYS[len(typed)]
                typed.append((key, terminal.send(key)))
        return bool(sent)

    terminal.watch(done, "the end of the stream", timeout_s=600)
    return sent[0]


def compare(
    server: Server, programs: Sequence[Program], *, runs: int, tokens: int, rate: float
) -> list[list[Run]]:
    """Measure all in turns, so that a change in the machine's load meets each of them."""
    results: list[list[Run]] = [[] for _ in programs]
    for turn in range(runs):
        for program, result in zip(programs, results, strict=True):
            result.append(measure(program, server, tokens=tokens, rate=rate))
            print(f"  {program.name} {turn + 1} of {runs}", file=sys.stderr, flush=True)
    return results


def show(
    columns: Sequence[Column], stock_runs: list[Run], our_runs: list[Run], name: str = "stock"
) -> list[str]:
    """Print the table, and return what a gate has against it."""
    rows: list[list[str]] = []
    complaints: list[str] = []
    for column in columns:
        theirs = median([column.value(run) for run in stock_runs])
        ours = median([column.value(run) for run in our_runs])
        ratio = quotient(theirs, ours)
        rows.append(
            [
                column.title,
                number(theirs, column.digits),
                number(ours, column.digits),
                number(ratio, 2),
                column.gate,
            ]
        )
        if column.least is not None and (ratio is None or ratio < column.least):
            complaints.append(f"{column.title}: {number(ratio, 2)} is below {column.least:g}")
        if column.most is not None and (ours is None or ours > column.most):
            complaints.append(f"{column.title}: {number(ours)} is above {column.most:g}")
    print(table(["", name, OURS.name, f"{name} / ours", "gate"], rows))
    return complaints


def main() -> int:
    """Measure, print the tables, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=5, help="of each program (default 5)")
    parser.add_argument("--tokens", type=int, help=f"of a paced answer (default {TOKENS:,})")
    parser.add_argument("--burst", type=int, default=BURST_TOKENS, help="tokens of a burst")
    parser.add_argument("--quick", action="store_true", help=f"3 runs of {QUICK_TOKENS:,} tokens")
    parser.add_argument(
        "--assert", dest="gate", action="store_true", help="exit code 1 if a gate fails"
    )
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be at least 1")
    need_linux()
    runs = min(options.runs, 3) if options.quick else options.runs
    tokens = options.tokens or (QUICK_TOKENS if options.quick else TOKENS)
    try:
        with serving() as server:
            both = (STOCK, OURS)
            paced = compare(server, both, runs=runs, tokens=tokens, rate=RATE)
            burst = compare(server, both, runs=runs, tokens=options.burst, rate=0)
    except ProgramFailed as failure:
        print(failure, file=sys.stderr)
        return 2
    print(f"{tokens:,} tokens at {RATE:g} a second, medians of {runs} runs in turns")
    complaints = show(PACED, paced[0], paced[1])
    print(f"\n{options.burst:,} tokens at once, medians of {runs} runs in turns")
    complaints += show(BURST, burst[0], burst[1])
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints and options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
