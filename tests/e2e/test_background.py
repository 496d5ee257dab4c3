"""A terminal that tells its background, before or after somebody has begun to type."""

import os
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

QUESTION = b"\x1b]11;?"
ANSWER = "\x1b]11;rgb:fafa/f8f8/f0f0\x1b\\\x1b[?62;22c"


class Telling(Terminal):
    """Answers the question once, in two pieces, with a letter typed around them."""

    asked = False

    def _feed(self, output: bytes) -> None:
        super()._feed(output)
        if QUESTION in output and not self.asked:
            self.asked = True
            os.write(self._master, f"a{ANSWER[:9]}".encode())
            os.write(self._master, f"{ANSWER[9:]}b".encode())


def test_a_light_background_has_the_light_theme_and_nothing_of_it_is_typed(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with Telling(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("ab")
        assert terminal.asked
        assert "11;" not in terminal.text
        assert "62" not in terminal.text.split("❯")[-1]
        state = tmp_path / "state" / "state.toml"
        terminal.wait_until(lambda _: state.exists(), "what was remembered")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
    assert "light = true" in state.read_text()
    with Terminal(program.command("--demo"), env=program.env, cwd=program.folder) as terminal:
        terminal.wait_for("❯")
        colours = {cell.bg for row in terminal._screen.buffer.values() for cell in row.values()}
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
    assert any(int(colour[:2], 16) > 0xD0 for colour in colours if len(colour) == 6)
