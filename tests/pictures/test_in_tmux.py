import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.pictures.kitty import PLACEHOLDER
from tests.e2e.terminal import Terminal
from tests.pictures.real_pictures import picture, saved

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(120),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux"),
]


class Kitty(Terminal):
    """Says that it is kitty when tmux asks for its name."""

    raw = b""
    named = False

    def _feed(self, output: bytes) -> None:
        self.raw += output
        if not self.named and b"\x1b[>q" in self.raw:
            self.named = True
            self.send("\x1bP>|kitty(0.40.1)\x1b\\")
        super()._feed(output)


@pytest.mark.parametrize(("passes", "protocol"), [("on", "kitty"), ("off", "halfblock")])
def test_within_tmux_pictures_pass_through_where_they_may(
    tmp_path: Path, passes: str, protocol: str
) -> None:
    config, socket = tmp_path / "tmux.conf", str(tmp_path / "socket")
    config.write_text(f"set -g allow-passthrough {passes}\nset -g status off\n")
    path = saved(tmp_path, picture(size=(400, 400)))
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    program = f"{sys.executable} -m tests.pictures.showing_program auto 1 {path}; read end"
    command = ["tmux", "-S", socket, "-f", str(config), "new", program]
    with Kitty(command, env=env, cwd=tmp_path, columns=90, rows=40) as terminal:
        try:
            terminal.wait_for("ready")
            for key, seen in (("s", "begun"), ("f", "finished"), ("k", "key 1.")):
                terminal.send(key)
                terminal.wait_for(seen)
            terminal.send("k" * 3)
            terminal.wait_for(f"key 4. ({protocol})")
            terminal.wait_until(
                lambda screen: protocol == "halfblock" or PLACEHOLDER in screen, "a picture"
            )
        finally:
            subprocess.run(["tmux", "-S", socket, "kill-server"], env=env, check=False)
    made = re.findall(rb"\x1b_Ga=T,U=1,i=(\d+)", terminal.raw)
    assert len(made) == (1 if protocol == "kitty" else 0)
    if made:
        assert b"\x1b[38;5;%dm" % (int(made[0]) & 0xFF) in terminal.raw
