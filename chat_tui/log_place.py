"""Where the log is, in words that a message has room for."""

import logging
from pathlib import Path
from typing import Final

LOG_NAME: Final = "chat-tui"
"""Of the handler that writes it."""
_MOST_CHARS: Final = 44
"""Of a path: with a longer one, most messages would take a second line."""


def see_log() -> str:
    """Say where more is written: `see PATH`, or less where the path is long, or nothing is written."""
    for handler in logging.getLogger().handlers:
        if handler.name == LOG_NAME and isinstance(handler, logging.FileHandler):
            path = _short(Path(handler.baseFilename))
            if len(path) <= _MOST_CHARS:
                return f"see {path}"
    return "the log says more"


def _short(path: Path) -> str:
    try:
        home = Path.home()
    except RuntimeError:  # there is none
        return str(path)
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
