import os
from pathlib import Path

import pytest

from chat_tui.pictures.protocol import Protocol
from chat_tui.pictures.tmux import by_tmux


def tmux(folder: Path, said: str) -> dict[str, str]:
    program = folder / "tmux"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' '{said}'\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "TMUX": "/tmp/x,1,0", "TMUX_PANE": "%1"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("on xterm-kitty ", "kitty"),
        ("all xterm-256color ghostty 1.2.0", "kitty"),
        ("1 xterm-256color kitty(0.40.1)", "kitty"),
        ("on xterm-kitty kitty(0.26.5)", "halfblock"),
        ("off xterm-kitty kitty(0.40.1)", "halfblock"),
        ("0 xterm-kitty kitty(0.40.1)", "halfblock"),
        (" xterm-kitty ", "halfblock"),
        ("on xterm-256color XTerm(390)", "halfblock"),
        ("", "halfblock"),
    ],
)
async def test_what_tmux_says_decides(tmp_path: Path, said: str, expected: Protocol) -> None:
    assert await by_tmux(tmux(tmp_path, said)) == expected


async def test_without_its_command_half_blocks_are_drawn(tmp_path: Path) -> None:
    assert await by_tmux({"PATH": str(tmp_path), "TMUX": "x"}) == "halfblock"
