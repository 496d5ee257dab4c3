"""What `ask` says of a picture on its way, on a terminal and in a pipe."""

import asyncio
import os
import pty
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import pytest

from chat_tui.cli.output import Out, Remarks
from chat_tui.cli.printing import JsonPrinter, TextPrinter, ticking
from chat_tui.events import Finished, ImageProgress, Notice, TextDelta, decode_event
from chat_tui.media.past_runs import PastRuns
from tests.streaming.clock import Clock

QUEUED = ImageProgress("j", "queued", queue_position=2, elapsed_s=0.0)
BEGUN = ImageProgress("j", "running", 0.0, elapsed_s=0.0)
RUNNING = ImageProgress("j", "running", 0.4, elapsed_s=8.0)


class Screen:
    """A terminal of our own, and what is written to it."""

    def __init__(self, stack: ExitStack) -> None:
        self._ours, theirs = pty.openpty()
        stack.callback(os.close, self._ours)
        self.stream: TextIO = stack.enter_context(os.fdopen(theirs, "w"))

    def read(self) -> str:
        self.stream.write("\x00")
        self.stream.flush()
        found = b""
        while not found.endswith(b"\x00"):
            found += os.read(self._ours, 4096)
        return found[:-1].decode()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    monkeypatch.setenv("TERM", "dumb")
    with ExitStack() as stack:
        yield Screen(stack)


def printer(stream: TextIO, clock: Clock, runs: PastRuns | None = None) -> TextPrinter:
    out = Out(stream)
    made = TextPrinter(out, Remarks(out, out), runs, clock)
    made.asked("fal", "flux")
    return made


def test_on_a_terminal_one_line_is_written_over_and_counts(screen: Screen) -> None:
    clock = Clock()
    made = printer(screen.stream, clock)
    made.show([QUEUED])
    assert screen.read() == "\r\x1b[Kpicture queued, position 2"
    made.show([BEGUN])
    screen.read()
    clock.tick(8)
    made.show([RUNNING])
    assert screen.read() == "\r\x1b[Kpicture generating 40 %, 12 s left, 8 s so far"
    clock.tick(2)
    made.tick()
    assert screen.read() == "\r\x1b[Kpicture generating 40 %, 10 s left, 10 s so far"


async def test_what_is_usual_is_told_as_a_guess(screen: Screen, tmp_path: Path) -> None:
    runs = PastRuns(tmp_path / "runs.json")
    await runs.add("fal", "flux", 9.0)
    clock = Clock()
    made = printer(screen.stream, clock, runs)
    made.show([ImageProgress("j", "running", elapsed_s=0.0)])
    clock.tick(1)
    made.tick()
    assert screen.read().endswith("picture generating, about 8 s left, 1 s so far")


def test_once_something_else_is_said_nothing_counts(screen: Screen) -> None:
    made = printer(screen.stream, Clock())
    made.show([RUNNING, Notice("n"), Finished("stop")])
    screen.read()
    made.tick()
    assert screen.read() == ""


def test_in_a_pipe_each_tenth_is_a_line_and_nothing_counts(tmp_path: Path) -> None:
    clock = Clock()
    with (tmp_path / "err").open("w+") as file:
        made = printer(file, clock)
        for percent in range(0, 101, 2):
            clock.tick(0.2)
            made.show([ImageProgress("j", "running", percent / 100, elapsed_s=percent / 10)])
            made.tick()
        lines = (tmp_path / "err").read_text().splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("picture generating 0 %")
    assert lines[4].startswith("picture generating 40 %, ")
    assert lines[10] == "picture generating 100 %, 10 s so far"


async def test_a_printer_counts_by_itself_as_long_as_it_is_told_to(screen: Screen) -> None:
    clock, ticked = Clock(), asyncio.Event()

    class Watched(TextPrinter):
        def tick(self) -> None:
            super().tick()
            ticked.set()

    out = Out(screen.stream)
    made = Watched(out, Remarks(out, out), None, clock)
    made.show([RUNNING])
    screen.read()
    clock.tick(1)
    with ticking(made):
        await ticked.wait()
    assert "9 s so far" in screen.read()


def test_for_programs_there_is_nothing_that_counts(screen: Screen) -> None:
    made = JsonPrinter(Out(screen.stream))
    made.asked("fal", "flux")
    made.show([RUNNING])
    assert '"elapsed_s":8.0' in screen.read()
    made.tick()
    assert screen.read() == ""


def test_for_programs_nothing_in_a_text_ends_its_line(screen: Screen) -> None:
    text = "a\u0085b\u2028c\u2029d\x9b31m\x7f…é"
    JsonPrinter(Out(screen.stream)).show([TextDelta(text)])
    shown = screen.read()
    assert shown.splitlines() == [shown.rstrip("\r\n")]
    assert "\x9b" not in shown
    assert decode_event(shown.strip()) == TextDelta(text)
