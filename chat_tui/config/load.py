"""Reading the configuration: the main file, which must be right, and the provider files."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.config.actions import (
    IN_LIST,
    IN_MENU,
    LISTING,
    READING,
    WALKING,
    default_keys,
)
from chat_tui.config.check import check_json, convert_table, table_at
from chat_tui.config.expected import describe_value
from chat_tui.config.keynames import canonical_keys
from chat_tui.config.model import AppSection, BrokenProvider, Config, ProviderEntry
from chat_tui.config.provider_table import check_name, read_provider
from chat_tui.config.toml_file import TomlFile, dotted, nearest, read_toml
from chat_tui.errors import ConfigError
from chat_tui.registry import BrokenKind, Registry

if TYPE_CHECKING:
    from chat_tui.config.prices import Price

_SECTIONS = ("app", "keys", "prices", "providers")
_APP_KEYS = AppSection.__struct_fields__
_DEMO = "demo"


def load(
    path: Path, *, registry: Registry, explicit: bool, providers_dir: Path | None = None
) -> Config:
    """Read everything that is configured.

    Args:
        path: The main file.
        registry: The kinds of providers that there are.
        explicit: The user named the file, so that it must be there.
        providers_dir: Folder of provider files; without it, `providers` beside the main file.

    Raises:
        ConfigError: the main file says something that cannot be followed. A provider file
            that does so is listed in `broken` instead.
    """
    warnings: list[str] = []
    providers: dict[str, ProviderEntry] = {}
    unloaded: list[BrokenProvider] = []
    app, keys = AppSection(), default_keys()
    prices: Mapping[str, Price] = {}
    set_in_file: frozenset[str] = frozenset()
    file: TomlFile | None = None
    try:
        file = read_toml(path)
    except FileNotFoundError as error:
        if explicit:
            raise ConfigError("there is no such file", path=path) from error
    if file is not None:
        for name in file.table:
            if name not in _SECTIONS:
                in_app = not isinstance(file.table[name], dict) and name in _APP_KEYS
                hint = "it belongs below [app]" if in_app else nearest(name, _SECTIONS)
                raise file.error([name], "unknown key", hint=hint)
        check_json(file, ["app"], table_at(file, ["app"]))
        app = convert_table(file, ["app"], AppSection)
        set_in_file = frozenset(table_at(file, ["app"]))
        keys = _bindings(file)
        if "prices" in file.table:
            from chat_tui.config.prices import read_prices

            prices = read_prices(file)
        for name in table_at(file, ["providers"]):
            try:
                providers[name], remarks = _from_main_file(file, name, registry)
            except BrokenKind as error:  # an installed package's fault takes nobody else down
                unloaded.append(BrokenProvider(name, error))
                remarks = [str(error)]
            warnings += remarks

    more, broken, remarks = _provider_files(
        providers_dir or path.parent / "providers", registry, taken=providers
    )
    providers |= more
    broken = [*unloaded, *broken]
    warnings += remarks
    if file is not None and app.provider is not None:
        known = [*providers, *(one.name for one in broken), _DEMO]
        if app.provider not in known:
            raise file.error(
                ["app", "provider"],
                f"no provider {app.provider[:64]!r}",
                hint=nearest(app.provider, known),
            )
    return Config(
        app=app,
        keys=keys,
        prices=prices,
        providers=providers,
        set_in_file=set_in_file,
        broken=tuple(broken),
        warnings=tuple(warnings),
    )


def load_provider_file(path: Path, *, registry: Registry) -> tuple[ProviderEntry, list[str]]:
    """Read one provider file; the provider is called as the file is.

    Returns:
        The provider, and warnings of one line each.

    Raises:
        ConfigError: it cannot be followed.
    """
    try:
        file = read_toml(path, only_regular=True)
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", path=path) from error
    try:
        check_name(path.stem)
    except ValueError as error:
        raise ConfigError(f"the file's name is that of the provider: {error}", path=path) from error
    return read_provider(file, [], path.stem, registry)


def _from_main_file(
    file: TomlFile, name: str, registry: Registry
) -> tuple[ProviderEntry, list[str]]:
    keys = ["providers", name]
    try:
        check_name(name)
    except ValueError as error:
        raise file.error(keys, str(error)) from error
    return read_provider(file, keys, name, registry)


def _provider_files(
    folder: Path, registry: Registry, *, taken: Mapping[str, ProviderEntry]
) -> tuple[dict[str, ProviderEntry], list[BrokenProvider], list[str]]:
    found: dict[str, ProviderEntry] = {}
    broken: list[BrokenProvider] = []
    warnings: list[str] = []
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".toml")
    except FileNotFoundError:
        paths = []
    except OSError as error:
        paths = []
        warnings.append(f"{folder}: cannot be read: {(error.strerror or 'failed').lower()}")
    for path in paths:
        if path.stem in taken:
            main_file = taken[path.stem].path
            warnings.append(f"{path}: not used, since {main_file} has this provider too")
            continue
        try:
            found[path.stem], remarks = load_provider_file(path, registry=registry)
            warnings += remarks
        except ConfigError as error:
            broken.append(BrokenProvider(path.stem, error))
    return found, broken, warnings


def _bindings(file: TomlFile) -> dict[str, str]:
    """Merge the user's keys into the usual ones; no key may have two actions."""
    bindings = default_keys()
    written: dict[str, Any] = table_at(file, ["keys"])
    for action, keys in written.items():
        place = ["keys", action]
        if action not in bindings:
            raise file.error(place, "unknown action", hint=nearest(action, bindings))
        if not isinstance(keys, str):
            raise file.error(place, f"expected the name of a key, got {describe_value(keys)}")
        try:
            plain = action in READING or action in IN_LIST
            bindings[action] = ",".join(canonical_keys(keys, plain=plain))
        except ValueError as error:
            raise file.error(
                place, f"{error}, got {keys[:40]!r}", hint="such as 'ctrl+n', 'f5' or 'escape'"
            ) from error
    # The user's own come last, so that the error names one of them, the later one.
    ordered = [*(action for action in bindings if action not in written), *written]
    owners: dict[tuple[str, str], str] = {}
    for action in ordered:
        heard = "menu" if action in IN_MENU else "list" if action in IN_LIST else ""
        for key in bindings[action].split(","):
            if action in READING and key in WALKING and not action.startswith("picture."):
                raise file.error(["keys", action], f"{key!r} already belongs to the transcript")
            if action in IN_LIST and key in LISTING:
                raise file.error(["keys", action], f"{key!r} already belongs to the list")
            if (other := owners.setdefault((heard, key), action)) != action:
                raise file.error(
                    ["keys", action],
                    f"{key!r} already belongs to {other!r}",
                    hint=f"give {dotted(['keys', other])} another key too",
                )
    return bindings
