"""Terminals that are small, restless, colourless or old."""

import re
from collections.abc import Sequence
from functools import partial
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


def test_in_a_terminal_that_is_too_small_one_line_says_so_until_it_is_larger(
    tmp_path: Path,
) -> None:
    program = Program(tmp_path)
    with Terminal(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("Write a message")
        terminal.send("tell me a story\r")
        for columns, rows, words in ((60, 4, "the terminal is too small"), (19, 30, "too small:")):
            terminal.resize(columns, rows)
            line = re.compile(rf"\s*{words}[^\n]*\s*")
            terminal.wait_until(partial(_is_alone, line), words)
        terminal.send("a draft")
        terminal.resize(100, 30)
        terminal.wait_for("a draft")
        terminal.wait_for("tell me a story")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def _is_alone(line: re.Pattern[str], screen: str) -> bool:
    return line.fullmatch(screen) is not None


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


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (b"\x1b[1;31mred\x1b[0m", {"31"}),
        (b"\x1b[38;5;9mred\x1b[48;5;240mgrey", {"38;5;9"}),
        (b"\x1b[38;2;9;9;9;48;2;9;9;8mgrey", {"48;2;9;9;8"}),
        (b"\x1b[7;37;40;97;100;39;49mgrey\x1b[38:2::1:2:3m", {"38;2;1;2;3"}),
        (b"\x1b[4:3;58;5;9mwaves", {"58;5;9"}),
    ],
)
def test_every_way_to_ask_for_a_colour_is_known(output: bytes, found: set[str]) -> None:
    assert coloured(output) == found


def coloured(output: bytes) -> set[str]:
    """What in it asks for a colour that is no shade of grey."""
    found = set()
    for sequence in re.findall(rb"\x1b\[([\d;:]*)m", output):
        numbers = [int(number or 0) for number in re.split(rb";|:+", sequence)]
        while numbers:
            first = numbers.pop(0)
            if first in (38, 48, 58) and numbers:
                size = 3 if numbers.pop(0) == 2 else 1
                colour, numbers = numbers[:size], numbers[size:]
                if not _is_grey(colour):
                    found.add(";".join(map(str, (first, 2 if size == 3 else 5, *colour))))
            elif first % 10 in range(1, 7) and first // 10 in (3, 4, 9, 10):
                found.add(str(first))
    return found


def _is_grey(colour: Sequence[int]) -> bool:
    if len(colour) == 3:
        return len(set(colour)) == 1
    return colour[0] in (0, 7, 8, 15, 16, 59, 102, 145, 188, 231) or colour[0] >= 232
