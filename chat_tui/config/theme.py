"""Colour themes as files: read, checked, and told apart by name; nothing is drawn here."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from chat_tui.config.check import convert_table
from chat_tui.config.toml_file import TomlFile, read_toml
from chat_tui.errors import ConfigError

PALETTE_SIZE: Final = 6

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


class Colors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[colors]`; every colour is `#rrggbb`."""

    background: str
    surface: str
    """Behind the prompt and lists."""
    panel: str
    """Behind what opens over the conversation, and the marked line of a list."""
    foreground: str
    dim: str
    """What is secondary: times, totals, hints."""
    accent: str
    you: str
    """The mark of the user's turns."""
    success: str
    warning: str
    error: str
    border: str
    code_background: str
    providers: list[str]
    """Six; each provider keeps one of them."""


class Syntax(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[syntax]`: the tokens of code; every colour is `#rrggbb`."""

    comment: str
    keyword: str
    string: str
    number: str
    function: str
    type: str
    operator: str
    variable: str
    constant: str
    inserted: str
    """A line that a diff adds."""
    deleted: str
    """A line that a diff removes."""


class ThemeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One theme."""

    name: str
    dark: bool
    colors: Colors
    syntax: Syntax


def load_theme(path: Path) -> ThemeFile:
    """Read one theme.

    Raises:
        ConfigError: the file cannot be read, or a key is unknown, missing or not a colour.
    """
    try:
        file = read_toml(path, only_regular=True)
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", path=path) from error
    colors = convert_table(file, ["colors"], Colors) if "colors" in file.table else None
    syntax = convert_table(file, ["syntax"], Syntax) if "syntax" in file.table else None
    theme = convert_table(file, [], ThemeFile)
    assert colors is not None
    assert syntax is not None
    if not _NAME.fullmatch(theme.name):
        raise file.error(["name"], "a theme's name is 1 to 32 of a-z, 0-9, - and _")
    _check_colours(file, "colors", colors)
    _check_colours(file, "syntax", syntax)
    if len(theme.colors.providers) != PALETTE_SIZE:
        raise file.error(
            ["colors", "providers"],
            f"expected {PALETTE_SIZE} colours, got {len(theme.colors.providers)}",
        )
    return theme


def load_themes(paths: Iterable[Path]) -> tuple[Mapping[str, ThemeFile], tuple[str, ...]]:
    """Read themes; a later file with the same name replaces an earlier one.

    Returns:
        The themes by name, and a warning of one line for each file that cannot be followed.
    """
    themes: dict[str, ThemeFile] = {}
    warnings: list[str] = []
    for path in paths:
        try:
            theme = load_theme(path)
        except ConfigError as error:
            warnings.append(str(error))
        else:
            themes[theme.name] = theme
    return themes, tuple(warnings)


def user_theme_files(folder: Path) -> tuple[Path, ...]:
    """The user's own themes, sorted by file name; none where there is no such folder."""
    try:
        return tuple(sorted(path for path in folder.iterdir() if path.suffix == ".toml"))
    except OSError:
        return ()


def _check_colours(file: TomlFile, table: str, colours: Colors | Syntax) -> None:
    for name in colours.__struct_fields__:
        value = getattr(colours, name)
        for colour in value if isinstance(value, list) else [value]:
            if not _COLOUR.fullmatch(colour):
                raise file.error(
                    [table, name],
                    f"not a colour: {colour[:40]!r}",
                    hint="a colour is # and six digits of 0-9 a-f, such as '#1a1b26'",
                )
