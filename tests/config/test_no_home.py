"""Where there is no home directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys, pathlib, platformdirs.unix, platformdirs
from chat_tui.config.paths import find_paths
from chat_tui.errors import ConfigError
os.setuid(54321)  # a user without an entry in the list of users
root = pathlib.Path("/tmp/nowhere")
try:
    find_paths(environ={})
except ConfigError as error:
    print(error)
named = {"CHAT_TUI_STATE_DIR": "/tmp/nowhere/state"}
print(find_paths(config=root / "c.toml", data_dir=root / "data", environ=named).database)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become somebody without a home")
def test_without_a_home_it_is_said_what_to_name() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    said, database = done.stdout.splitlines()
    assert said.startswith("there is no home directory to keep anything in (set HOME; or name")
    assert database == "/tmp/nowhere/data/conversations.db"
