"""The log: a file that turns over, for the user alone; nothing of it reaches the terminal."""

import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from chat_tui.log_place import LOG_NAME

MAX_BYTES: Final = 1024 * 1024
OLD_FILES: Final = 3

_FORM: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TALKATIVE: Final = ("httpx", "httpcore", "asyncio", "markdown_it")
"""Below a warning these write down what we would not: whole URLs, which may hold a key."""


def start_logging(path: Path, level: int = logging.INFO) -> logging.Handler:
    """Send everything that is logged to a file.

    A log that cannot be written is left out: it is no reason not to start.

    Args:
        path: The file; its folder is created.
        level: From which level on our own words are written; those of libraries from warning.

    Returns:
        The handler, now on the root logger; who takes it off again closes it.
    """
    root = logging.getLogger()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = _PrivateFile(path)
    except OSError:
        handler = logging.NullHandler()
    handler.name = LOG_NAME
    handler.setFormatter(_WithoutKeys(_FORM))
    root.addHandler(handler)
    logging.getLogger("chat_tui").setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


class _PrivateFile(RotatingFileHandler):
    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=MAX_BYTES, backupCount=OLD_FILES, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:
        """Say nothing: the disk is full, and the terminal is not ours to write on."""


class _WithoutKeys(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        from chat_tui.transcripts.redact import without_keys  # hardly any start logs anything

        return without_keys(super().format(record))
