"""Ctrl+O in a real terminal: the editor has it, and the prompt gets what was written."""

import stat
import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import ALTERNATE_SCREEN, Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

CTRL_O, CTRL_Q, CTRL_C = "\x0f", "\x11", "\x03"

EDITOR = """\
import os, pathlib, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as editors do
path = pathlib.Path(sys.argv[-1])
seen = pathlib.Path(__file__).with_name("seen")
seen.write_text(f"{path.stat().st_mode:o} {path.parent.stat().st_mode:o} {path}\\n{path.read_text()}")
print("EDITING HERE", flush=True)
word = input()
path.write_text(path.read_text() + f" and {word}\\n\\x1b[31mred\\n")
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    (program.folder / "editor.py").write_text(EDITOR, "utf-8")
    return program


def with_editor(program: Program, code: int) -> dict[str, str]:
    script = program.folder / "editor.py"
    return program.env | {"VISUAL": f"{sys.executable} '{script}' {code}"}


def test_the_editor_gets_the_terminal_and_the_prompt_gets_its_text(program: Program) -> None:
    command = program.command("--demo")
    with Terminal(command, env=with_editor(program, 0), cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send("salt")
        terminal.wait_for("❯ salt")
        terminal.send(CTRL_O)
        terminal.wait_for("EDITING HERE")
        assert not terminal.mode(ALTERNATE_SCREEN)
        terminal.send(CTRL_C)
        terminal.send("pepper\r")
        terminal.wait_for("❯ salt and pepper")
        assert terminal.mode(ALTERNATE_SCREEN)
        terminal.wait_for("␛[31mred")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
    modes, text = (program.folder / "seen").read_text("utf-8").split("\n", 1)
    file_mode, folder_mode, path = modes.split(" ", 2)
    assert stat.S_IMODE(int(file_mode, 8)) == 0o600
    assert stat.S_IMODE(int(folder_mode, 8)) == 0o700
    assert text == "salt"
    assert not Path(path).parent.exists()


def test_an_editor_that_fails_leaves_the_prompt_as_it_was(program: Program) -> None:
    command = program.command("--demo")
    with Terminal(command, env=with_editor(program, 3), cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send(f"salt{CTRL_O}")
        terminal.wait_for("EDITING HERE")
        terminal.send("pepper\r")
        terminal.wait_for("ended with 3")
        terminal.wait_for("❯ salt")
        assert "pepper" not in terminal.text
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def test_replies_go_on_while_the_editor_is_open(program: Program) -> None:
    command = program.command("--demo")
    with Terminal(command, env=with_editor(program, 0), cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send("hello\r")
        terminal.wait_for("tok/s")
        terminal.send(CTRL_O)
        terminal.wait_for("EDITING HERE")
        terminal.send("pepper\r")
        terminal.wait_for("and pepper")
        terminal.wait_for("─ done ─")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


def test_without_an_editor_it_says_what_to_set(program: Program) -> None:
    command = program.command("--demo")
    env = program.env | {"EDITOR": "no-such-editor-here", "VISUAL": ""}
    with Terminal(command, env=env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        terminal.send(CTRL_O)
        terminal.wait_for("no-such-editor-here")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
