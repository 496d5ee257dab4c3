"""What opens takes the keys, so that it must be seen: over panes that stream, at a slow terminal."""

import array
import fcntl
import select
import termios
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(180)]

CTRL_Q = "\x11"
BUDGET = "were spent today"
DIALOGS = {"\x1bOP": "Start a new line in the prompt", "\x1bOQ": "type to find a provider"}
"""What opens them, and words of each."""
F6, F7 = "\x1b[17~", "\x1b[18~"
EMPTY = "❯ Write a message"
FULL_BYTES = 3000
"""As good as all that a terminal takes which nobody reads."""
LOOKS = 50
LOOK_S = 0.01


def two_panes(terminal: Terminal) -> None:
    terminal.wait_for("❯")
    terminal.send(F6)
    terminal.wait_until(lambda screen: screen.count(EMPTY) == 2, "two panes")


def left_is_current(screen: str) -> bool:
    return screen.startswith(" ❯")


def right_is_current(screen: str) -> bool:
    return not left_is_current(screen)


def leave(terminal: Terminal, words: str) -> None:
    terminal.send("\x1b")
    terminal.wait_until(lambda screen: words not in screen, f"{words!r} gone")


def let_it_fill(terminal: Terminal) -> None:
    """Read nothing until the program has to wait, or has nothing to write."""
    waiting = array.array("i", [0])
    for _ in range(LOOKS):
        fcntl.ioctl(terminal._master, termios.FIONREAD, waiting)
        if waiting[0] >= FULL_BYTES:
            return
        select.select([], [], [], LOOK_S)


def test_the_budget_is_asked_about_before_each_message_and_seen(tmp_path: Path) -> None:
    program = Program(tmp_path, "[app]\nbudget_usd_per_day = 0\n")
    with Terminal(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        two_panes(terminal)
        for number in range(40):
            words = f"message {number} of many"
            terminal.send(words)
            terminal.wait_for(words)
            terminal.send("\r")
            terminal.wait_for(BUDGET)
            leave(terminal, BUDGET)
            terminal.wait_for(words)
            terminal.send("\x7f" * len(words))
            terminal.wait_until(lambda screen: screen.count(EMPTY) == 2, "an empty prompt")
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("in_bursts", [False, True], ids=["soon", "in bursts"])
def test_a_dialog_over_panes_that_stream_is_seen(tmp_path: Path, in_bursts: bool) -> None:
    program = Program(tmp_path)
    with Terminal(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        two_panes(terminal)
        for at_left in (False, True):
            terminal.wait_until(left_is_current if at_left else right_is_current, "the keys")
            terminal.send("long")
            terminal.wait_until(lambda screen: screen.count(EMPTY) == 1, "what is typed")
            terminal.send("\r")
            terminal.wait_until(lambda screen: screen.count(EMPTY) == 2, "it sent")
            terminal.send(F7)
        for _ in range(6):
            for keys, words in DIALOGS.items():
                if in_bursts:
                    let_it_fill(terminal)
                terminal.send(keys)
                if in_bursts:
                    let_it_fill(terminal)
                terminal.wait_for(words)
                leave(terminal, words)
        terminal.send(CTRL_Q)
        assert terminal.wait_exit() == 0
