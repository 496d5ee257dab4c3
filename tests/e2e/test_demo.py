"""A first start without a configuration or a key: the demo, in a real terminal."""

import signal
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, BRACKETED_PASTE, MOUSE_MODES, Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CTRL_Q = "\x11"
FIRST_WORDS_TIMEOUT_S = 20.0
"""From start to the first characters of the greeting, on a slow and busy machine."""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_the_first_words_of_the_demo_come_soon(program: Program) -> None:
    command = program.command("--demo")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯", timeout_s=FIRST_WORDS_TIMEOUT_S)
        before = terminal.text
        terminal.send("hello\r")
        terminal.wait_until(
            lambda screen: is_answered(screen, before),
            "words of the demo's reply",
            timeout_s=FIRST_WORDS_TIMEOUT_S,
        )
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("config", "environ"),
    [
        ("", {"LC_ALL": "C"}),
        ("", {"LC_ALL": "", "LC_CTYPE": "", "LANG": "C"}),
        ("", {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}),
        ("[app]\nascii = true\n", {}),
    ],
    ids=["LC_ALL", "LANG", "latin-1", "config"],
)
def test_where_the_terminal_knows_only_ascii_no_other_sign_is_drawn(
    tmp_path: Path, config: str, environ: dict[str, str]
) -> None:
    program = Program(tmp_path, config)
    command = program.command("--demo")
    env = program.env | environ
    with Terminal(command, env=env, cwd=program.folder) as terminal:
        terminal.wait_for(" > Write a message")
        assert terminal.text.isascii()
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def test_the_configuration_knows_better_than_the_locale(tmp_path: Path) -> None:
    program = Program(tmp_path, "[app]\nascii = false\n")
    command = program.command("--demo")
    with Terminal(command, env=program.env | {"LC_ALL": "C"}, cwd=program.folder) as terminal:
        terminal.wait_for("❯ Write a message")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def test_quitting_leaves_the_terminal_as_it_was(program: Program) -> None:
    command = program.command("--demo")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        assert terminal.mode(ALTERNATE_SCREEN)
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
        assert_left_as_it_was(terminal)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
    ids=["sigterm", "sighup", "sigint"],
)
def test_a_signal_leaves_the_terminal_as_it_was(
    program: Program, number: signal.Signals, code: int
) -> None:
    command = program.command("--demo")
    with Terminal(command, env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.signal(number)
        assert terminal.wait_exit() == code
        assert_left_as_it_was(terminal)


def test_without_a_terminal_the_app_says_so(program: Program) -> None:
    done = program.run("--demo")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "terminal" in done.stderr
    assert "\x1b" not in done.stderr


def is_answered(screen: str, before: str) -> bool:
    """Whether text stands below the turn that was sent, apart from what was there before."""
    lines = [line.strip() for line in screen.splitlines()]
    turn = next((row for row, line in enumerate(lines) if line == "hello"), None)
    if turn is None:
        return False
    known = {line.strip() for line in before.splitlines()}
    new = [line for line in lines[turn + 1 :] if line not in known]
    return sum(character.isalpha() for line in new for character in line) > 80


def assert_left_as_it_was(terminal: Terminal) -> None:
    left_on = [
        mode for mode in (ALTERNATE_SCREEN, *MOUSE_MODES, BRACKETED_PASTE) if terminal.mode(mode)
    ]
    assert not left_on
    assert not terminal.cursor_hidden
