"""Opening a saved picture in the program that the user's desktop has for it."""

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from chat_tui.errors import ChatTuiError, MediaError
from chat_tui.media.files import OTHER_SPELLINGS, SUFFIXES
from chat_tui.media.sniff import sniff
from chat_tui.programs import run_program

LIMIT_S: Final = 10.0

_OPENERS: Final = ("xdg-open", "wslview")
_BEGINNING_BYTES: Final = 1 << 20
"""Enough for what a picture says about itself."""


async def open_picture(path: Path, *, environ: Mapping[str, str]) -> None:
    """Show a picture outside of the terminal.

    Args:
        path: Of a saved picture. A desktop chooses its program by the name of a file: only one
            that is what its name says is handed over.
        environ: Says which programs there are, on which screen.

    Raises:
        ChatTuiError: it is not there, is no picture, or no program took it.
    """
    checked = await asyncio.to_thread(_checked, path)
    openers = ("open",) if sys.platform == "darwin" else _OPENERS
    hint = "copy its path and open it yourself"
    program = await asyncio.to_thread(_first_of, openers, environ.get("PATH", ""))
    if program is None:
        raise ChatTuiError(f"there is no program {openers[0]!r} that opens pictures", hint=hint)
    reason = await run_program(
        (program, checked),
        environ=environ,
        limit_s=LIMIT_S,
        still_running_is_fine=True,
    )
    if reason:
        raise ChatTuiError(f"{Path(program).name} did not open {str(path)!r}: {reason}", hint=hint)


def _first_of(programs: Sequence[str], search: str) -> str | None:
    return next(filter(None, (shutil.which(name, path=search) for name in programs)), None)


def _checked(path: Path) -> str:
    """Return the absolute path, so that no name can pass for an option."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise MediaError(f"{str(path)!r} is not a file")
    try:
        with path.open("rb") as file:
            form = sniff(file.read(_BEGINNING_BYTES))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise MediaError(
            f"{str(path)!r} cannot be opened: {(reason or 'not a name of a file').lower()}"
        ) from error
    suffix = path.suffix.lower()
    if form is None or SUFFIXES[form.media_type] != OTHER_SPELLINGS.get(suffix, suffix):
        raise MediaError(f"{str(path)!r} is not the picture that its name says")
    return str(path.absolute())
