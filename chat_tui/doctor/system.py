"""Python, the locale, and room on the disk."""

import locale
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chat_tui import __version__
from chat_tui.doctor.finding import Finding, finding

AREA: Final = "system"
LITTLE_BYTES: Final = 500 * 1024 * 1024
TOO_LITTLE_BYTES: Final = 20 * 1024 * 1024


def look_at_system(data_dir: Path, encoding: str) -> Iterator[Finding]:
    """Look at what the program runs on.

    Args:
        data_dir: Where conversations are kept.
        encoding: Of the standard output.
    """
    words = f"chat-tui {__version__}, Python {platform.python_version()} on {platform.system()}"
    yield finding(AREA, "python", "ok", f"{words} ({sys.executable})")
    yield _locale(encoding)
    yield _room(data_dir)


def _locale(encoding: str) -> Finding:
    name = locale.setlocale(locale.LC_CTYPE)
    if encoding.lower().replace("-", "") == "utf8":
        return finding(AREA, "locale", "ok", f"UTF-8 ({name})")
    return finding(
        AREA,
        "locale",
        "warning",
        f"text goes out as {encoding or 'nothing known'} ({name}): other signs become ?",
        "export LANG=C.UTF-8, or another locale that ends in UTF-8",
    )


def _room(data_dir: Path) -> Finding:
    folder = data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        return finding(AREA, "disk", "warning", f"{folder}: {reason}", "check that it is mounted")
    words = f"{free / 1024**3:.1f} GiB free at {folder}"
    if free < TOO_LITTLE_BYTES:
        return finding(AREA, "disk", "problem", words, "free some space, or use --data-dir")
    if free < LITTLE_BYTES:
        return finding(AREA, "disk", "warning", words, "free some space: pictures need it")
    return finding(AREA, "disk", "ok", words)
