import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="the scripts read /proc"),
]


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(FOLDER / script), *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cells(output: str, title: str) -> list[str]:
    """The cells right of the first row with that title."""
    row = next(line for line in output.splitlines() if line.startswith(title))
    return row.removeprefix(title).split()


def test_streaming_measures_both_programs() -> None:
    output = run("streaming.py", "-n", "1", "--tokens", "200", "--burst", "200")
    for title in (
        "CPU s per 10,000 tokens",
        "first delta to glyph, ms",
        "key to glyph, median ms",
        "last delta to glyph, ms",
        "written to the terminal, KiB",
        "CPU s for all of it",
    ):
        stock, ours = (float(cell.replace(",", "")) for cell in cells(output, title)[:2])
        assert min(stock, ours) > 0, title


def test_history_paints_every_delta() -> None:
    arguments = ("-n", "1", "--earlier", "40", "--stored", "40", "--deltas", "12")
    output = run("history.py", *arguments)
    _, ratio, painted, *_ = cells(output, "40 ")
    assert float(ratio) > 0
    assert int(painted) >= 12
    assert min(map(float, cells(output, "start to the last message, CPU ms"))) > 0
    assert "memory of a message: " in output
    _, steps = output.split("CPU ms to the first paint\n")
    load_ms, show_ms, paint_ms, all_ms = map(float, cells(steps, "40 "))
    assert 0 < max(load_ms, show_ms, paint_ms) <= all_ms


def test_panes_take_in_what_is_sent() -> None:
    output = run("panes.py", "-n", "1", "--panes", "2", "--tokens", "200")
    for name in ("2 x stock", "2 x chat-tui"):
        share, cpu_s, _late_ms, taken_in, *_ = cells(output, name)
        assert min(map(float, (share, cpu_s))) > 0
        assert 0 < float(taken_in) <= 100


def test_many_conversations_are_listed_searched_and_indexed() -> None:
    output = run("many.py", "-n", "1", "--conversations", "120")
    for title in (
        "list of the first page",
        "search: a rare word",
        "index of what was there before, in the background",
    ):
        times = cells(output, title)[:2]  # the third is their ratio
        assert min(float(cell.replace(",", "")) for cell in times) > 0, title


def test_asking_reaches_the_network_in_time() -> None:
    assert "ratio" in run("asking.py", "-n", "3", "--assert")
