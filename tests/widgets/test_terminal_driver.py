"""The writer of the terminal: it makes nobody wait, and tells when it catches up or has to give up."""

import inspect
import os
import threading
from collections.abc import Iterator
from typing import IO

import pytest
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from chat_tui.widgets.terminal import driver as terminal_driver
from chat_tui.widgets.terminal.driver import TerminalWriter


@pytest.fixture
def pipe() -> Iterator[tuple[int, IO[str]]]:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        yield reading, file
    os.close(reading)


class Told:
    def __init__(self) -> None:
        self.gone = threading.Event()
        self.caught_up = threading.Event()


def started(file: IO[str]) -> tuple[TerminalWriter, Told]:
    told = Told()
    writer = TerminalWriter(file, gone=told.gone.set, caught_up=told.caught_up.set)
    writer.start()
    return writer, told


def test_what_is_written_comes_out_in_its_order(pipe: tuple[int, IO[str]]) -> None:
    reading, file = pipe
    writer, told = started(file)
    for number in range(100):
        writer.write(f"{number},")
    writer.stop()
    assert os.read(reading, 4096).decode() == "".join(f"{number}," for number in range(100))
    assert not writer.is_alive()
    assert not told.gone.is_set()
    assert not told.caught_up.is_set()


def test_a_reader_that_reads_nothing_makes_nobody_wait_and_then_gets_a_new_painting(
    pipe: tuple[int, IO[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_driver, "MAX_WAITING_CHARS", 1 << 20)
    reading, file = pipe
    writer, told = started(file)
    for _ in range(40):  # forty times what a pipe takes
        writer.write("x" * 65_536)
    got = b""
    while len(got) < 17 * 65_536:  # what was taken before the limit
        got += os.read(reading, 65_536)
    assert told.caught_up.wait(30)
    writer.write("again")
    writer.stop()
    got += os.read(reading, 100_000)
    assert got == b"x" * (17 * 65_536) + b"again"


def test_the_end_does_not_wait_for_a_reader_for_ever(
    pipe: tuple[int, IO[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_driver, "PATIENCE_S", 0.05)
    reading, file = pipe
    writer, _ = started(file)
    writer.write("x" * 300_000)
    writer.stop()
    assert writer.is_alive()
    while writer.is_alive():  # let it end
        os.read(reading, 65_536)
        writer.join(0.01)


def test_a_terminal_that_is_gone_is_told_once_and_written_to_no_more() -> None:
    reading, writing = os.pipe()
    file = os.fdopen(writing, "w", encoding="utf-8")
    os.close(reading)
    writer, told = started(file)
    writer.write("x")
    assert told.gone.wait(30)
    writer.join(30)
    for _ in range(1000):
        writer.write("x" * 65_536)
    assert writer._queue.empty()
    with pytest.raises(BrokenPipeError):
        file.close()


def test_what_we_lean_on_in_textual_is_there() -> None:
    made = inspect.getsource(LinuxDriver.start_application_mode)
    assert "self._writer_thread = WriterThread(self._file)" in made
    assert "target=self._run_input_thread" in made
    assert "self._writer_thread.stop()" in inspect.getsource(LinuxDriver.close)
    assert "while not self.exit_event.is_set()" in inspect.getsource(LinuxDriver.run_input_thread)
    assert getattr(linux_driver, "WriterThread") in TerminalWriter.__mro__  # noqa: B009  # not exported
