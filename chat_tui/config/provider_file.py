"""Provider files that the program writes: one for each provider that was added in the app."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chat_tui.config.load import load_provider_file
from chat_tui.config.model import ProviderEntry
from chat_tui.config.paths import private_dir
from chat_tui.config.provider_table import check_name, read_provider
from chat_tui.config.toml_file import TomlFile, read_toml
from chat_tui.errors import ConfigError
from chat_tui.files import write_atomically
from chat_tui.registry import Registry


def file_of(folder: Path, name: str) -> Path:
    """Where a provider of that name is written.

    Raises:
        ConfigError: no provider can have that name.
    """
    try:
        check_name(name)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    return folder / f"{name}.toml"


def checked(folder: Path, name: str, table: Mapping[str, Any], registry: Registry) -> ProviderEntry:
    """Read a provider's table as if it were written already.

    Raises:
        ConfigError: it could not be followed.
    """
    import tomli_w

    path = file_of(folder, name)
    entry, _ = read_provider(TomlFile(path, tomli_w.dumps(table), dict(table)), [], name, registry)
    return entry


def written_table(path: Path) -> dict[str, Any]:
    """What stands in a provider's file.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return read_toml(path, only_regular=True).table
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", path=path) from error


def write_provider(
    folder: Path, name: str, table: Mapping[str, Any], registry: Registry, *, overwrite: bool
) -> ProviderEntry:
    """Write a provider's file, for the user alone, and read it back.

    Raises:
        ConfigError: the table cannot be followed, there is such a file already, or the disk
            refused; nothing was changed.
    """
    import tomli_w

    checked(folder, name, table, registry)
    path = file_of(folder, name)
    try:
        private_dir(folder)
        write_atomically(path, tomli_w.dumps(table).encode(), overwrite=overwrite)
    except FileExistsError as error:
        raise ConfigError("there is such a file already", path=path) from error
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise ConfigError(f"cannot be written: {reason}", path=path) from error
    entry, _ = load_provider_file(path, registry=registry)
    return entry


def remove_provider(folder: Path, name: str) -> None:
    """Remove a provider's file; one that is gone is fine.

    Raises:
        ConfigError: the disk refused.
    """
    path = file_of(folder, name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "failed").lower()
        raise ConfigError(f"cannot be removed: {reason}", path=path) from error
