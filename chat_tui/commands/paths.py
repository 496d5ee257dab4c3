"""Paths in commands: what is meant by one, and the files and folders that complete it."""

import os
from pathlib import Path
from typing import Final

from chat_tui.commands.completion import Option
from chat_tui.commands.context import CommandError
from chat_tui.text import clean

MAX_ENTRIES: Final = 200


def named_place(path: str) -> Path:
    """The absolute path of what somebody typed.

    Raises:
        CommandError: it begins with the home folder of somebody who is not there.
    """
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise CommandError(f"no folder {path.split('/')[0][:40]!r}") from error


def path_options(written: str, folder: Path) -> list[Option]:
    """List what a path being typed could become; reads the folder, so not on the event loop.

    Args:
        written: What there is of it; `~` is the home folder.
        folder: What a relative path starts from.
    """
    head, slash, beginning = written.rpartition("/")
    try:
        place = folder / Path(f"{head}{slash}").expanduser() if slash else folder
        with os.scandir(place) as entries:
            found = [
                (entry.name, entry.is_dir())
                for entry in entries
                if entry.name.startswith(beginning)
                and (beginning.startswith(".") or not entry.name.startswith("."))
                and clean(entry.name) == entry.name  # no other name can stand in a prompt
                and "\n" not in entry.name
            ]
    except (OSError, RuntimeError, ValueError):
        return []
    found.sort(key=lambda one: (not one[1], one[0].casefold()))
    return [
        Option(f"{head}{slash}{name}/" if is_folder else f"{head}{slash}{name}", ends=not is_folder)
        for name, is_folder in found[:MAX_ENTRIES]
    ]
