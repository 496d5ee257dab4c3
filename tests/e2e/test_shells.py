"""Completion in the shells themselves: Tab is pressed, and the word is there."""

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SHELLS: Mapping[str, tuple[str, ...]] = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
BEFORE = {"zsh": "autoload -U compinit; compinit -u -D; "}


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_commands_and_providers(tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    config = '[providers.lan]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\n'
    program = Program(tmp_path, config)
    script = tmp_path / "completion"
    script.write_text(program.run("completion", shell).stdout)
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "chat-tui"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m chat_tui "$@"\n')
    command.chmod(0o755)
    env = program.env | {
        "CHAT_TUI_CONFIG": str(tmp_path / "config.toml"),
        "PATH": f"{folder}:{program.env['PATH']}",
        "PS1": "$ ",
    }
    with Terminal(SHELLS[shell], env=env, cwd=program.folder) as terminal:
        terminal.send(f"{BEFORE.get(shell, '')}. {shlex.quote(str(script))}; echo rea''dy\r")
        terminal.wait_for("ready")
        terminal.send("chat-tui prov\t")
        terminal.wait_for("chat-tui providers")
        terminal.send("\x15chat-tui ask -p l\t")
        terminal.wait_for("chat-tui ask -p lan")
        terminal.send("\x15exit\r")
        terminal.wait_exit()
