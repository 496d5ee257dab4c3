"""Measures what a long history costs: per delta, when it is opened, at a new width, in memory."""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec

from benchmarks import conversations, installation, opening_app, transcript_app
from benchmarks.corpus import last_mark
from benchmarks.opening_app import Opening
from benchmarks.report import median, number, quotient, table
from benchmarks.terminal import COLUMNS, ProgramFailed, Terminal, need_linux
from benchmarks.transcript_app import Measured

SHORT: Final = 10
"""The history that all others are compared with."""
EARLIER: Final = (1_000, 10_000, 100_000)
STORED: Final = 10_000
DELTAS: Final = 200
NARROW_COLUMNS: Final = 90
FRAME_BEGIN: Final = b"\x1b[?2026h"
DELTA_RATIO_AT, DELTA_RATIO_MOST = 10_000, 1.2
OPEN_RATIO_MOST: Final = 2.0
OPEN_CPU_MOST_S: Final = 0.06
"""From the file to the first paint."""
START_TIMEOUT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Streamed:
    """One more message behind so many."""

    delta_ms: float
    """Processor time for each delta that was painted."""
    painted: int
    show_cpu_s: float
    held_kib: float
    """For each message, beside the message itself."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A stored conversation in the whole program."""

    open_s: float
    """Wall time from the start to the last message's glyphs."""
    open_cpu_s: float
    """Until the program rests."""
    width_cpu_ms: float
    """For a narrower terminal, and back: half of it, until the program rests."""
    width_ms: float
    """Wall time to the last byte that a narrower terminal made the program write."""
    pss_kib: float


def stream_behind(earlier: int, deltas: int) -> Streamed:
    """Show so many messages, and stream one more.

    Raises:
        ProgramFailed: it did not come to an end.
    """
    with tempfile.TemporaryDirectory(prefix="chat-tui-history-") as name:
        folder, report = Path(name), Path(name, "report.json")
        command = [sys.executable, transcript_app.__file__, str(earlier), str(deltas), str(report)]
        with Terminal(command, installation.environment(folder)) as terminal:
            terminal.watch(report.exists, "a report", START_TIMEOUT_S)
            terminal.settle(still_s=0.1)
            measured = msgspec.json.decode(report.read_bytes(), type=Measured)
            painted = sum(
                piece.count(FRAME_BEGIN)
                for at_s, piece in terminal.output
                if measured.began_s <= at_s <= measured.ended_s
            )
    return Streamed(
        delta_ms=measured.deltas_cpu_s * 1e3 / max(1, painted),
        painted=painted,
        show_cpu_s=measured.show_cpu_s,
        held_kib=measured.held_kib / earlier,
    )


def open_stored(folder: Path) -> Opened:
    """Start chat-tui with the conversation that is stored in a folder.

    Raises:
        ProgramFailed: it did not come on the screen.
    """
    command = installation.command(installation.configure(folder), "--continue")
    with Terminal(command, installation.environment(folder)) as terminal:
        open_s = terminal.wait_for(last_mark(0), timeout_s=START_TIMEOUT_S) - terminal.began_s
        terminal.settle()
        open_cpu_s, pss_kib = terminal.cpu_s(), terminal.pss_mib() * 1024
        since = len(terminal.output)
        resized_s = terminal.resize(NARROW_COLUMNS)
        terminal.watch(lambda: len(terminal.output) > since, "a new width")
        terminal.settle()
        width_s = terminal.output[-1][0] - resized_s
        terminal.resize(COLUMNS)
        terminal.settle()
        width_cpu_s = terminal.cpu_s() - open_cpu_s
    return Opened(open_s, open_cpu_s, width_cpu_s * 1e3 / 2, width_s * 1e3, pss_kib)


def open_in_steps(folder: Path) -> Opening:
    """Open the conversation that is stored in a folder, and see what each step costs.

    Raises:
        ProgramFailed: it did not come to an end.
    """
    report = folder / "opening.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, opening_app.__file__, str(folder), str(report)]
    with Terminal(command, installation.environment(folder)) as terminal:
        terminal.watch(report.exists, "a report", START_TIMEOUT_S)
        terminal.settle(still_s=0.1)
    return msgspec.json.decode(report.read_bytes(), type=Opening)


def streaming_table(earlier: list[int], *, runs: int, deltas: int) -> list[str]:
    """Print what a delta costs behind each history, and return what a gate has against it."""
    results: dict[int, list[Streamed]] = {count: [] for count in earlier}
    for turn in range(runs):
        for count in earlier:
            results[count].append(stream_behind(count, deltas))
        print(f"  streaming, {turn + 1} of {runs}", file=sys.stderr, flush=True)
    rows: list[list[str]] = []
    complaints: list[str] = []
    # Of the least of each: what else the machine does only ever adds to processor time.
    short_ms = min(run.delta_ms for run in results[SHORT])
    for count, found in results.items():
        delta_ms = median([run.delta_ms for run in found])
        ratio = quotient(min(run.delta_ms for run in found), short_ms)
        rows.append(
            [
                f"{count:,}",
                number(delta_ms, 2),
                number(ratio, 2),
                number(median([run.painted for run in found]), 0),
                number(median([run.show_cpu_s * 1e3 for run in found]), 0),
                number(median([run.held_kib for run in found]), 2),
            ]
        )
        if count <= DELTA_RATIO_AT and ratio is not None and ratio > DELTA_RATIO_MOST:
            complaints.append(
                f"a delta behind {count:,} messages: {ratio:.2f} is above {DELTA_RATIO_MOST}"
            )
    print(f"the transcript alone: {deltas} deltas, medians of {runs} runs in turns")
    head = ["earlier messages", "CPU ms / delta", f"ratio to {SHORT}", "painted"]
    print(table([*head, "show, CPU ms", "KiB / message"], rows))
    return complaints


def stored_table(stored: int, *, runs: int) -> list[str]:
    """Print what a stored conversation costs, and return what a gate has against it."""
    results: dict[int, list[Opened]] = {SHORT: [], stored: []}
    steps: dict[int, list[Opening]] = {SHORT: [], stored: []}
    with tempfile.TemporaryDirectory(prefix="chat-tui-history-") as name:
        text_bytes: dict[int, int] = {}
        for count in results:
            folder = Path(name, str(count))
            folder.mkdir()
            text_bytes[count] = conversations.store(installation.database(folder), count)
            open_stored(folder)  # uncounted: it compiles what is not compiled
        for turn in range(runs):
            for count, found in results.items():
                found.append(open_stored(Path(name, str(count))))
                steps[count].append(open_in_steps(Path(name, str(count))))
            print(f"  opening, {turn + 1} of {runs}", file=sys.stderr, flush=True)
    short, long = (
        {
            "start to the last message, CPU ms": median([run.open_cpu_s * 1e3 for run in found]),
            "start to the last message, ms": median([run.open_s * 1e3 for run in found]),
            "another width, CPU ms": median([run.width_cpu_ms for run in found]),
            "another width, ms": median([run.width_ms for run in found]),
            "memory, MiB": median([run.pss_kib / 1024 for run in found]),
        }
        for found in results.values()
    )
    print(f"\nchat-tui --continue: medians of {runs} runs in turns")
    rows = [
        [
            title,
            number(short[title]),
            number(long[title]),
            number(quotient(long[title], short[title]), 2),
        ]
        for title in short
    ]
    print(table(["stored messages", f"{SHORT}", f"{stored:,}", "ratio"], rows))
    more_kib = ((long["memory, MiB"] or 0) - (short["memory, MiB"] or 0)) * 1024
    text_kib = (text_bytes[stored] - text_bytes[SHORT]) / 1024
    each = stored - SHORT
    print(
        f"memory of a message: {more_kib / each:.2f} KiB,"
        f" of which its text {text_kib / each:.2f}, all else {(more_kib - text_kib) / each:.2f}"
    )
    open_cpu_s = _print_steps(steps)
    complaints = []
    if open_cpu_s > OPEN_CPU_MOST_S and stored <= STORED:
        complaints.append(
            f"opening {stored:,} messages: {open_cpu_s * 1e3:.0f} ms of CPU to the first paint"
            f" are above {OPEN_CPU_MOST_S * 1e3:.0f}"
        )
    title = "start to the last message, CPU ms"
    ratio = quotient(long[title], short[title])
    if ratio is not None and ratio > OPEN_RATIO_MOST:
        complaints.append(f"opening {stored:,} messages: {ratio:.2f} is above {OPEN_RATIO_MOST}")
    return complaints


def _print_steps(steps: Mapping[int, Sequence[Opening]]) -> float:
    """Print what each step of opening costs, and return what all of them cost for the last row."""
    rows: list[list[str]] = []
    whole_s = 0.0
    for count, runs in steps.items():
        loads, shows, paints = zip(*map(msgspec.structs.astuple, runs), strict=True)
        whole_s = median([sum(run) for run in zip(loads, shows, paints, strict=True)]) or 0
        medians = [median(list(times)) for times in (loads, shows, paints)]
        rows.append(
            [f"{count:,}", *(number((time_s or 0) * 1e3) for time_s in (*medians, whole_s))]
        )
    print("\nin a running program, CPU ms to the first paint")
    print(table(["open stored messages", "load", "show", "paint", "all"], rows))
    return whole_s


def main() -> int:
    """Measure, print the tables, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=3, help="of each (default 3)")
    parser.add_argument("--earlier", type=int, nargs="*", default=EARLIER, metavar="N")
    parser.add_argument("--stored", type=int, default=STORED, metavar="N", help="default 10,000")
    parser.add_argument("--deltas", type=int, default=DELTAS, metavar="N", help="default 200")
    parser.add_argument(
        "--assert", dest="gate", action="store_true", help="exit code 1 if a gate fails"
    )
    options = parser.parse_args()
    if options.runs < 1 or min([options.stored, *options.earlier]) <= SHORT:
        parser.error(f"at least one run, and more than {SHORT} messages")
    need_linux()
    try:
        complaints = streaming_table(
            [SHORT, *options.earlier], runs=options.runs, deltas=options.deltas
        )
        complaints += stored_table(options.stored, runs=options.runs)
    except ProgramFailed as failure:
        print(failure, file=sys.stderr)
        return 2
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints and options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
