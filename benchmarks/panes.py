"""Measures several answers that stream side by side, against Textual's own Markdown widget."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec

from benchmarks import installation, panes_app, stock
from benchmarks.corpus import last_mark
from benchmarks.report import Report, median, number, quotient, table
from benchmarks.server import Server, Streamed, serving
from benchmarks.terminal import ProgramFailed, Search, Terminal, need_linux

PANES: Final = (1, 4, 8)
RATE: Final = 200.0
TOKENS: Final = 1_600
COLUMNS: Final = 240
"""Twice the usual width, so that eight panes have 30 columns each."""
LEAST_RATIO: Final = 3.0
MOST_LATE_MS: Final = 50.0
"""Of the event loop, and of a pane's last glyph."""
MOST_SHARE: Final = 1.0
"""Of a core."""
LATE_S: Final = 60.0
F12: Final = "\x1b[24~"


@dataclass(frozen=True, slots=True)
class Program:
    """What is measured."""

    name: str
    command: Callable[[Path, str, int], list[str]]
    """Makes the command from an empty folder, the server's base URL, and a number of panes."""
    ready: str
    """Stands on the screen when the program takes keys."""
    keys: str
    """What is typed to ask in all panes."""


@dataclass(frozen=True, slots=True)
class Run:
    """So many answers at once."""

    cpu_share: float
    """Of one core, 0..1, from the first delta to the last glyph."""
    cpu_s_per_10k: float
    late_p99_ms: float
    """What the event loop did later than it was asked to, in all but 1 % of cases."""
    shown_share: float
    """What was taken in when the server had sent everything, 0..1."""
    after_s: float
    """From the last delta's leaving the server to its glyphs, in the pane that is latest."""


def our_command(folder: Path, url: str, panes: int) -> list[str]:
    """Return the command of an app that holds our panes."""
    config = installation.configure(folder, url)
    places = [str(config), str(installation.data_dir(folder))]
    return [sys.executable, panes_app.__file__, *places, str(panes), str(report_of(folder))]


def stock_command(folder: Path, url: str, panes: int) -> list[str]:
    """Return the command of the baseline."""
    options = ["--panes", str(panes), "--report", str(report_of(folder))]
    return [sys.executable, stock.__file__, url, *options]


def report_of(folder: Path) -> Path:
    """Say where an app writes its report."""
    return folder / "report.json"


OURS: Final = Program("chat-tui", our_command, installation.PROMPT_MARK, F12)
STOCK: Final = Program("stock", stock_command, stock.READY, "go\r")


def measure(program: Program, server: Server, *, panes: int, tokens: int) -> Run:
    """Ask in all panes, and watch the answers to their end.

    Raises:
        ProgramFailed: something did not come in time.
    """
    with tempfile.TemporaryDirectory(prefix="chat-tui-panes-") as name:
        folder = Path(name)
        command = program.command(folder, server.url(tokens, RATE), panes)
        with Terminal(command, installation.environment(folder), columns=COLUMNS) as terminal:
            terminal.wait_for(program.ready)
            terminal.settle()
            cpu_s = terminal.cpu_s()
            terminal.send(program.keys)
            streamed = _watch_streams(terminal, server, panes)
            terminal.signal(signal.SIGUSR1)
            sent_s = {last_mark(one.number): one.last_s for one in streamed}
            since = terminal.index_at(min(sent_s.values()))
            ends = Search(terminal.output, *sent_s, since=since)
            terminal.watch(ends.step, "the last glyphs", LATE_S)
            cpu_s = terminal.cpu_s() - cpu_s
            terminal.settle()
        report = msgspec.json.decode(report_of(folder).read_bytes(), type=Report)
    sent = sum(one.deltas for one in streamed)
    first_s, ended_s = min(one.first_s for one in streamed), max(ends.found.values())
    return Run(
        cpu_share=cpu_s / (ended_s - first_s),
        cpu_s_per_10k=cpu_s / sent * 10_000,
        late_p99_ms=report.lag_p99_ms,
        shown_share=min(1.0, sum(report.taken_in) / (tokens * panes)),
        after_s=max(ends.found[mark] - last_s for mark, last_s in sent_s.items()),
    )


def _watch_streams(terminal: Terminal, server: Server, panes: int) -> list[Streamed]:
    """Watch until the server has sent the answers of all panes."""
    streamed: list[Streamed] = []

    def done() -> bool:
        if (one := server.streamed(0)) is not None:
            streamed.append(one)
        return len(streamed) == panes

    terminal.watch(done, "the end of the streams", timeout_s=600)
    return streamed


def row(name: str, panes: int, runs: list[Run], ratio: float | None) -> list[str]:
    """Make one row of the table."""
    return [
        f"{panes} x {name}",
        number(median([run.cpu_share * 100 for run in runs]), 0),
        number(median([run.cpu_s_per_10k for run in runs]), 2),
        number(median([run.late_p99_ms for run in runs])),
        number(median([run.shown_share * 100 for run in runs])),
        number(median([run.after_s * 1e3 for run in runs]), 0),
        "" if ratio is None else number(ratio, 2),
    ]


def against(runs: list[Run], ratio: float | None) -> list[str]:
    """Say what a gate has against our runs."""
    share = median([run.cpu_share for run in runs]) or 0.0
    late_ms = median([run.late_p99_ms for run in runs]) or 0.0
    after_ms = median([run.after_s * 1e3 for run in runs]) or 0.0
    complaints = []
    if ratio is None or ratio < LEAST_RATIO:
        complaints.append(f"{number(ratio, 2)} is below {LEAST_RATIO:g}")
    if share > MOST_SHARE:
        complaints.append(f"{share:.0%} of a core")
    for what, ms in (("the event loop", late_ms), ("a last glyph", after_ms)):
        if ms > MOST_LATE_MS:
            complaints.append(f"{what} is {ms:.0f} ms late, above {MOST_LATE_MS:g}")
    return complaints


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--runs", type=int, default=3, help="of each (default 3)")
    parser.add_argument("--panes", type=int, nargs="+", default=PANES, metavar="N")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="of each answer")
    parser.add_argument(
        "--assert",
        dest="gate",
        action="store_true",
        help=(
            f"exit code 1 if stock / ours in CPU time per token is below {LEAST_RATIO:g}, if ours"
            f" takes a whole core, or if its event loop or a last glyph is more than"
            f" {MOST_LATE_MS:g} ms late"
        ),
    )
    options = parser.parse_args()
    if min([options.runs, options.tokens, *options.panes]) < 1:
        parser.error("runs, tokens and panes are at least 1")
    need_linux()
    rows: list[list[str]] = []
    complaints: list[str] = []
    try:
        with serving() as server:
            for panes in options.panes:
                results: tuple[list[Run], list[Run]] = ([], [])
                for turn in range(options.runs):
                    for program, result in zip((STOCK, OURS), results, strict=True):
                        result.append(measure(program, server, panes=panes, tokens=options.tokens))
                    print(f"  {panes} panes, {turn + 1} of {options.runs}", file=sys.stderr)
                theirs, ours = (median([run.cpu_s_per_10k for run in runs]) for runs in results)
                ratio = quotient(theirs, ours)
                rows.append(row(STOCK.name, panes, results[0], None))
                rows.append(row(OURS.name, panes, results[1], ratio))
                complaints += [f"{panes} panes: {what}" for what in against(results[1], ratio)]
    except ProgramFailed as failure:
        print(failure, file=sys.stderr)
        return 2
    print(
        f"{options.tokens:,} tokens in each pane, {RATE:g} a second each;"
        f" medians of {options.runs} runs in turns"
    )
    head = ["", "CPU % of a core", "CPU s / 10,000 tokens", "loop late p99 ms"]
    print(table([*head, "taken in %", "last glyph after ms", "stock / ours"], rows))
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints and options.gate else 0


if __name__ == "__main__":
    sys.exit(main())
