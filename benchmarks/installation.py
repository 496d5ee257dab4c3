"""An installation of chat-tui in a folder of its own: environment, configuration, command."""

import os
import sys
from pathlib import Path

PROVIDER = "bench"
PROMPT_MARK = "❯"
"""On the screen as soon as keys are taken."""


def environment(home: Path) -> dict[str, str]:
    """Make an environment in which no history, no key and no setting of the user plays a part."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "CHAT_TUI_STATE_DIR": str(home / "state"),
        "CHAT_TUI_LOG": str(home / "chat-tui.log"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "PYTHONUTF8": "1",
    }


def configure(folder: Path, url: str = "") -> Path:
    """Write a configuration, with a server's base URL as the one provider if there is a URL.

    Returns:
        Where it was written.
    """
    path = folder / "config.toml"
    provider = (
        f'[app]\nprovider = "{PROVIDER}"\n[providers.{PROVIDER}]\nkind = "openai"\n'
        f'model = "harbour"\nbase_url = "{url}"\n'
    )
    path.write_text(provider if url else "", encoding="utf-8")
    return path


def database(folder: Path) -> Path:
    """Say where conversations are kept."""
    return data_dir(folder) / "conversations.db"


def data_dir(folder: Path) -> Path:
    """Say where everything is kept."""
    return folder / "data"


def command(config: Path, *arguments: str) -> list[str]:
    """Return the command of the program, configured so, with what it keeps beside that file."""
    folders = ["--config", str(config), "--data-dir", str(data_dir(config.parent))]
    return [sys.executable, "-m", "chat_tui", *folders, *arguments]
