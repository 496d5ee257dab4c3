"""The program as a user has it: its own process, configuration, folders and environment."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import chat_tui

# What a developer's shell may hold and a test must not depend on.
_FOREIGN = ("CHAT_TUI_", "NO_COLOR", "FORCE_COLOR", "TEXTUAL", "XDG_", "COLUMNS", "LINES")
_FOREIGN_ENDS = ("_API_KEY", "_KEY", "_TOKEN", "_PROXY", "_proxy")


class Program:
    """One installation of chat-tui below a folder of its own."""

    def __init__(self, home: Path, config: str = "") -> None:
        """Write the configuration.

        Args:
            home: The folder that everything goes below; it must exist.
            config: The text of the configuration file.
        """
        self.folder = home / "here"
        self.folder.mkdir()
        self._config = home / "config.toml"
        self._config.write_text(config, encoding="utf-8")
        self._data = home / "data"
        self.env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_FOREIGN) and not name.endswith(_FOREIGN_ENDS)
        } | {
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "XDG_CONFIG_HOME": str(home / "config"),
            "CHAT_TUI_STATE_DIR": str(home / "state"),
            "CHAT_TUI_LOG": str(home / "chat-tui.log"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PYTHONPATH": str(Path(chat_tui.__file__).parents[1]),
            "PYTHONUTF8": "1",
        }

    def command(self, *arguments: str) -> Sequence[str]:
        """The program with these arguments, as `subprocess` takes it."""
        folders = ["--config", str(self._config), "--data-dir", str(self._data)]
        return [sys.executable, "-m", "chat_tui", *folders, *arguments]

    def run(
        self, *arguments: str, stdin: str = "", timeout_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end.

        Raises:
            subprocess.TimeoutExpired: it took longer than that.
        """
        return subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            env=self.env,
            cwd=self.folder,
            timeout=timeout_s,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start without waiting; the caller reads its output, and waits for its end."""
        return subprocess.Popen(
            self.command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=self.env,
            cwd=self.folder,
        )
