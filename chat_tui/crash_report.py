"""A mistake of ours on paper: where it happened, without the values of variables and without keys."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chat_tui import __version__

KEPT: Final = 20
"""Older reports make room for newer ones."""

_MAX_CHARS: Final = 64 * 1024
_MESSAGE_MAX_CHARS: Final = 500


def fingerprint(error: BaseException) -> tuple[str, str, int]:
    """What tells one mistake from another: its type, and the line where it was raised."""
    last = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        last = (frame.f_code.co_filename, line)
    file, line = last or ("", 0)
    return type(error).__qualname__, file, line


def report_text(error: BaseException, where: str) -> str:
    """Write down an error.

    Args:
        error: With its traceback; causes are reported, too.
        where: What the program was doing.
    """
    from chat_tui.text import clean
    from chat_tui.transcripts.redact import without_keys

    # What an error says may quote a conversation: enough of it to know the mistake by.
    trace = traceback.TracebackException.from_exception(error, capture_locals=False, compact=True)
    # Half a key is not known for one: keys are masked before anything is cut.
    lines = "".join(
        line if len(line) < _MESSAGE_MAX_CHARS else f"{line[:_MESSAGE_MAX_CHARS]} [cut]\n"
        for line in map(without_keys, trace.format())
    )
    facts = (
        f"chat-tui {__version__}",
        f"Python {sys.version.split()[0]} on {sys.platform}",
        f"Textual {_version('textual')}, Rich {_version('rich')}",
        f"TERM={os.environ.get('TERM', '')} LANG={os.environ.get('LANG', '')}",
        f"at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, in {where}",
    )
    text = "\n".join((*facts, "", lines[-_MAX_CHARS:]))
    return without_keys(clean(text))


def write_report(folder: Path, error: BaseException, where: str) -> Path | None:
    """Write a report into a file for the user alone.

    Returns:
        The file; null where none can be written.
    """
    from chat_tui.config.paths import private_dir
    from chat_tui.files import write_atomically

    path = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    try:
        private_dir(folder)
        write_atomically(path, report_text(error, where).encode(), overwrite=False)
        for old in sorted(folder.glob("*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
