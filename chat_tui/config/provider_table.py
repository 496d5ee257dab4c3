"""One provider's table: its kind, its options, and where its key is."""

import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from chat_tui.config.check import check_json, convert_mapping, table_at
from chat_tui.config.expected import describe_value
from chat_tui.config.lines import find_line
from chat_tui.config.model import ProviderEntry
from chat_tui.config.toml_file import TomlFile, dotted, nearest
from chat_tui.keys.file import FILE_NAME as KEY_FILE_NAME
from chat_tui.keys.secrets import (
    CommandKey,
    DefaultKey,
    EnvKey,
    KeyringKey,
    KeySource,
    NoKey,
    PlainKey,
    Secret,
    usable,
)
from chat_tui.net.open_road import hold_a_key, is_open_road
from chat_tui.providers.kinds import Kind, ProviderOptions
from chat_tui.providers.openai.presets import PRESETS, Preset
from chat_tui.registry import BrokenKind, Registry

PRESET_KIND: Final = "openai"
"""The dialect of every preset."""
KEY_SOURCES: Final = ("env", "keyring", "command")

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[ \t!-~]*")
_HOST: Final = re.compile(r"[^\s/?#@\\]+")
_SAFER: Final = 'safer: { env = "NAME" }, { keyring = "NAME" } or { command = ["..."] }'


def check_name(name: str) -> None:
    """Refuse a provider's name that could not be a file's name too.

    Raises:
        ValueError: the message says what a name is.
    """
    if not _NAME.fullmatch(name) or not name.strip("."):
        raise ValueError("a provider's name is 1 to 64 letters, digits and -_.")


def read_provider(
    file: TomlFile, keys: Sequence[str], name: str, registry: Registry
) -> tuple[ProviderEntry, list[str]]:
    """Read the table of one provider.

    Args:
        file: Where it stands.
        keys: The table's path; empty for a file of its own.
        name: The user's name for the provider.
        registry: The kinds that there are.

    Returns:
        The provider, and warnings of one line each.

    Raises:
        ConfigError: it cannot be followed.
    """
    table = table_at(file, keys)
    preset = _preset(file, keys, table)
    if preset is not None:
        table = {"kind": PRESET_KIND, "base_url": preset.base_url, **table}
    kind = _kind(file, keys, table, registry)
    rest = {key: value for key, value in table.items() if key != "api_key"}
    check_json(file, keys, rest)
    options = convert_mapping(file, keys, rest, kind.options, also=["api_key"])
    _check_timeout(file, keys, options)
    _check_headers(file, keys, options)
    urls = _urls(options)
    for field in sorted(set(rest) & set(urls)):
        _check_url(file, [*keys, field], urls[field])

    warnings: list[str] = []
    key: KeySource
    place = f"{file.path}: {dotted([*keys, 'api_key'])}"
    if "api_key" in table:
        key = _key_source(file, [*keys, "api_key"], table["api_key"])
        if isinstance(key, PlainKey):
            shared = ", and others can read it (chmod 600)" if _readable_by_others(file) else ""
            warnings.append(f"{place}: the key is written in the file{shared}; {_SAFER}")
        warnings += _on_open_roads(place, options, urls)
    elif preset is not None:
        usual = urls.get("base_url", "").rstrip("/") == preset.base_url
        key = DefaultKey(preset.key_env, name, required=usual and not preset.local)
    elif kind.key_env is None and not kind.default_base_url:
        key = NoKey()
    else:
        key = DefaultKey(kind.key_env, name, required=_key_is_required(kind, urls))
    if isinstance(key, KeyringKey | DefaultKey):
        beside = file.path.parent if keys else file.path.parent.parent  # of the main file
        key = replace(key, file=beside / KEY_FILE_NAME)
    if hold_a_key(options.headers):
        place = f"{file.path}: {dotted([*keys, 'headers'])}"
        warnings += _on_open_roads(place, options, urls)
    return ProviderEntry(name, kind, options, key, file.path), warnings


def _preset(file: TomlFile, keys: Sequence[str], table: dict[str, Any]) -> Preset | None:
    """Look up the preset that a table names; with it, `kind` may be left out."""
    match table.get("preset"):
        case None:
            return None
        case str() as name:
            if table.get("kind", PRESET_KIND) != PRESET_KIND:
                return None  # the kind knows no such key, and says so
            if name not in PRESETS:
                raise file.error(
                    [*keys, "preset"], f"no preset {name[:40]!r}", hint=nearest(name, PRESETS)
                )
            return PRESETS[name]
        case other:
            raise file.error([*keys, "preset"], f"expected text, got {describe_value(other)}")


def _kind(file: TomlFile, keys: Sequence[str], table: dict[str, Any], registry: Registry) -> Kind:
    place = [*keys, "kind"]
    match table.get("kind"):
        case None:
            raise file.error(
                place, "is missing", hint=f"it is one of {', '.join(registry.names())}"
            )
        case str() as name:
            if not registry.knows(name):
                raise file.error(
                    place,
                    f"no provider kind {name[:40]!r}",
                    hint=nearest(name, registry.names()),
                )
            try:
                return registry.get(name)
            except BrokenKind as error:
                raise BrokenKind(
                    error.message,
                    path=file.path,
                    line=find_line(file.text, place),
                    key=dotted(place),
                    hint=error.hint,
                ) from error
        case other:
            raise file.error(place, f"expected text, got {describe_value(other)}")


def _check_timeout(file: TomlFile, keys: Sequence[str], options: ProviderOptions) -> None:
    if options.timeout_s is not None and options.timeout_s <= 0:
        raise file.error(
            [*keys, "timeout_s"], f"expected a number above 0, got {options.timeout_s:g}"
        )


def _check_headers(file: TomlFile, keys: Sequence[str], options: ProviderOptions) -> None:
    for name, value in options.headers.items():
        place = [*keys, "headers", name]
        if not _HEADER_NAME.fullmatch(name):
            raise file.error(place, "not the name of a header")
        if not _HEADER_VALUE.fullmatch(value):
            raise file.error(place, "a header is one line of ASCII")


def _urls(options: ProviderOptions) -> dict[str, str]:
    return {
        name: value
        for name in options.__struct_fields__
        if name.endswith("_url") and isinstance(value := getattr(options, name), str)
    }


def _check_url(file: TomlFile, keys: Sequence[str], url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise file.error(keys, "not a URL", hint="such as https://host/v1") from error
    if parts.username is not None or parts.password is not None:
        raise file.error(keys, "a URL holds no user name or password", hint="use api_key")
    if parts.scheme not in {"http", "https"}:
        scheme = f", got {parts.scheme[:20]!r}" if parts.scheme and "://" in url else ""
        hint = "" if "://" in url else "it begins with http:// or https://"
        raise file.error(keys, f"expected a URL of http or https{scheme}", hint=hint)
    if not host or not _HOST.fullmatch(parts.netloc) or not url.isprintable() or " " in url:
        raise file.error(keys, "not a URL", hint="such as https://host/v1")
    if parts.query or parts.fragment:
        raise file.error(keys, "expected a URL without ? and #")


def _key_is_required(kind: Kind, urls: dict[str, str]) -> bool:
    """Whether the service is the kind's own one, and that one takes no stranger."""
    if kind.key_env is None or not kind.key_required:
        return False
    usual = {kind.default_base_url.rstrip("/")} | {
        field.default.rstrip("/")
        for field in msgspec.structs.fields(kind.options)
        if field.name.endswith("_url") and isinstance(field.default, str)
    }
    return all(url.rstrip("/") in usual for url in urls.values())


def _key_source(file: TomlFile, keys: Sequence[str], value: object) -> KeySource:
    """Read `api_key`; errors never repeat what is written, it may be the key itself."""
    expected = f"expected one of {', '.join(KEY_SOURCES)}, or text"
    match value:
        case str():
            return PlainKey(Secret(_plain(file, keys, value)))
        case dict():
            for source in value:
                if source not in KEY_SOURCES:
                    raise file.error(
                        [*keys, source], "unknown key", hint=nearest(source, KEY_SOURCES)
                    )
            if len(value) != 1:
                raise file.error(keys, f"{expected}, got {len(value)} of them")
        case _:
            raise file.error(keys, f"{expected}, got {describe_value(value)}")
    match value:
        case {"env": str() as name}:
            if not _VARIABLE.fullmatch(name):
                raise file.error(
                    [*keys, "env"],
                    "not the name of an environment variable",
                    hint="the name of a variable, not the key",
                )
            return EnvKey(name)
        case {"keyring": str() as name}:
            if not name.strip() or not name.isprintable():
                raise file.error([*keys, "keyring"], "not the name of a keyring entry")
            return KeyringKey(name)
        case {"command": [str() as program, *arguments]} if program and all(
            isinstance(one, str) and "\0" not in one for one in (program, *arguments)
        ):
            return CommandKey((program, *arguments))
        case {"command": other}:
            got = "an empty one" if isinstance(other, list) else describe_value(other)
            if isinstance(other, list) and other and other[0] != "":
                got = "another one"
            raise file.error(
                [*keys, "command"],
                f"expected a list of texts, got {got}",
                hint='such as ["op", "read", "op://vault/entry"]',
            )
    source, found = next(iter(value.items()))
    raise file.error([*keys, source], f"expected text, got {describe_value(found)}")


def _plain(file: TomlFile, keys: Sequence[str], value: str) -> str:
    value = value.strip()
    if not value:
        raise file.error(keys, "is empty", hint="leave it out where no key is needed")
    if not usable(value):
        raise file.error(keys, "not a key", hint="a key is one line of ASCII without spaces")
    return value


def _readable_by_others(file: TomlFile) -> bool:
    try:
        mode = file.path.stat().st_mode
    except OSError:
        return False
    return bool(mode & (stat.S_IRGRP | stat.S_IROTH))


def _on_open_roads(place: str, options: ProviderOptions, urls: dict[str, str]) -> list[str]:
    what = "goes" if options.allow_insecure else "is not sent, without allow_insecure = true,"
    return [
        f"{place}: the key {what} over plain http to {_host(url)}"
        for url in urls.values()
        if is_open_road(url)
    ]


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
