"""Configuration files: whether they can be followed, and who can read or change them."""

import os
import shlex
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from chat_tui.config.load import load
from chat_tui.config.model import Config
from chat_tui.config.paths import Paths
from chat_tui.config.toml_file import nearest
from chat_tui.doctor.finding import Finding, finding
from chat_tui.errors import ConfigError
from chat_tui.registry import Registry
from chat_tui.resources import example_config

AREA: Final = "configuration"
_WRITABLE: Final = stat.S_IWGRP | stat.S_IWOTH
_READABLE: Final = stat.S_IRGRP | stat.S_IROTH


def read_configuration(paths: Paths, registry: Registry) -> tuple[Config | None, list[Finding]]:
    """Read everything that is configured.

    Returns:
        The configuration, null where the main file cannot be followed, and what was found.
    """
    file = paths.config_file
    try:
        config = load(
            file,
            registry=registry,
            explicit=paths.config_explicit,
            providers_dir=paths.providers_dir,
        )
    except ConfigError as error:
        remedy = "change that line; `chat-tui` starts once it is right"
        return None, [finding(AREA, "config.toml", "problem", str(error), remedy)]
    found = []
    if file.exists():
        found.append(finding(AREA, "config.toml", "ok", str(file)))
    else:
        example = f"a commented example: {example_config()}"
        found.append(finding(AREA, "config.toml", "note", f"none, which is fine ({file})", example))
    broken = {str(one.error) for one in config.broken}
    found += [
        finding(AREA, one.name, "problem", str(one.error), "change it, or remove the file")
        for one in config.broken
    ]
    found += [
        finding(AREA, "warning", "warning", warning, "see the example in the README")
        for warning in config.warnings
        if warning not in broken
    ]
    return config, found


def look_at_themes(
    wanted: str | None, paths: Paths, borrowed: Callable[[], Iterable[str]]
) -> Iterator[Finding]:
    """Look whether the theme that is configured is there, and whether the user's own are right.

    Args:
        wanted: The one that is configured.
        paths: Where the user's own are.
        borrowed: Names the themes that have no file; asked where no file is called as wanted.
    """
    from chat_tui.config.theme import load_theme, user_theme_files
    from chat_tui.resources import theme_files

    names = [file.stem for file in theme_files()]
    for file in user_theme_files(paths.themes_dir):
        try:
            names.append(load_theme(file).name)
        except ConfigError as error:
            yield finding(AREA, file.name, "warning", str(error), "change it, or remove the file")
    if not wanted or wanted in names:
        return
    names += borrowed()
    if wanted not in names:
        text = f"there is no theme {wanted!r}: the usual one is shown"
        yield finding(AREA, "theme", "warning", text, nearest(wanted, names))


def look_at_files(paths: Paths) -> Iterator[Finding]:
    """Look who can read and change what is ours."""
    private = [paths.config_file.parent / "keys.toml", paths.database, paths.state_file]
    folders = [paths.providers_dir, paths.data_dir, paths.state_dir]
    for folder in (paths.config_file.parent, *folders):
        yield from _writable_by_others(folder)
    for path in (paths.config_file, *_inside(paths.providers_dir)):
        yield from _writable_by_others(path)
    for path in (*private, *_inside(paths.providers_dir)):
        mode = _mode(path)
        if mode is not None and mode & _READABLE:
            yield finding(
                AREA,
                path.name,
                "warning",
                f"{path} can be read by others",
                f"chmod 600 {shlex.quote(str(path))}",
            )
    for folder in folders:
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            yield finding(
                AREA,
                folder.name,
                "problem",
                f"{folder} cannot be written to",
                f"chmod u+rwx {shlex.quote(str(folder))}, or look who owns it",
            )


def _writable_by_others(path: Path) -> Iterator[Finding]:
    mode = _mode(path)
    if mode is not None and mode & _WRITABLE:
        yield finding(
            AREA,
            path.name,
            "problem",
            f"{path} can be changed by others: a key command in it would run as you",
            f"chmod go-w {shlex.quote(str(path))}",
        )


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return []


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError:
        return None
