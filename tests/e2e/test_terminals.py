"""Terminals that are small, restless, colourless or old."""

import re
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, Terminal
from tests.pty_capture import written_to_terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CTRL_Q = "\x11"
SIZES = ((1, 1), (20, 5), (500, 200), (3, 60), (200, 2))


def test_a_storm_of_a_thousand_sizes_loses_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with Terminal(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send("a draft that stays")
        terminal.wait_for("a draft that stays")
        for number in range(1000):
            terminal.resize(*SIZES[number % len(SIZES)])
        terminal.resize(100, 30)
        terminal.wait_for("a draft that stays")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
        assert not terminal.mode(ALTERNATE_SCREEN)


@pytest.mark.parametrize("size", SIZES[:3])
def test_it_starts_and_ends_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    program = Program(tmp_path)
    columns, rows = size
    with Terminal(
        program.command("--demo"), env=program.env, cwd=program.folder, columns=columns, rows=rows
    ) as terminal:
        terminal.wait_until(lambda _: terminal.mode(ALTERNATE_SCREEN), "the alternate screen")
        terminal.resize(100, 30)
        terminal.wait_for("❯")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("term", ["linux", "vt100", "screen", "xterm-16color"])
def test_it_can_be_read_and_left_on_an_old_terminal(tmp_path: Path, term: str) -> None:
    program = Program(tmp_path)
    with Terminal(
        program.command("--demo"), env=program.env, cwd=program.folder, term=term
    ) as terminal:
        terminal.wait_for("Write a message")
        terminal.send("hello\r")
        terminal.wait_for("done")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def test_without_colours_the_app_writes_none(tmp_path: Path) -> None:
    program = Program(tmp_path)
    env = program.env | {"NO_COLOR": "1"}
    with Recording(program.command("--demo"), env=env, cwd=program.folder) as terminal:
        terminal.wait_for("Write a message")
        terminal.send("hello\r")
        terminal.wait_for("done")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
        assert coloured(terminal.output) == set()


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colours_a_command_writes_no_sequence_at_all(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    program = Program(tmp_path)
    code, output = written_to_terminal(
        [*program.command("ask", "-p", "demo", "hello")],
        env=program.env | environ,
        cwd=program.folder,
        timeout_s=60,
    )
    assert code == 0
    assert set(re.findall(rb"\x1b\[[0-9;]*m", output)) == set()


def test_a_terminal_that_cannot_be_drawn_on_is_refused_in_one_line(tmp_path: Path) -> None:
    program = Program(tmp_path)
    code, output = written_to_terminal(
        program.command("--demo"),
        env=program.env | {"TERM": "dumb"},
        cwd=program.folder,
        timeout_s=60,
    )
    assert code == 2
    assert b"TERM=dumb" in output
    assert b"\x1b" not in output


class Recording(Terminal):
    """Keeps every byte."""

    output = b""

    def _feed(self, output: bytes) -> None:
        self.output += output
        super()._feed(output)


def coloured(output: bytes) -> set[tuple[int, int, int]]:
    """The colours in it that are no shade of grey."""
    found = {
        tuple(map(int, rgb))
        for rgb in re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", output)
        if len(set(rgb)) > 1
    }
    return {(red, green, blue) for red, green, blue in found}
