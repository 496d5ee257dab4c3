"""Tables of TOML into typed values, with errors that name the key and what was expected."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec

from chat_tui.config.expected import describe_type, describe_value, without_null
from chat_tui.config.toml_file import TomlFile, nearest

_S = TypeVar("_S", bound=msgspec.Struct)

_MAX_DEPTH: Final = 64
_MAX_INTEGER: Final = 2**63
_NUMBERS: Final = ("an integer", "a number")


def convert_table(file: TomlFile, keys: Sequence[str], struct: type[_S]) -> _S:
    """Convert the table at a path of the file.

    Args:
        file: Where it stands.
        keys: The table's path, empty for the file itself; a table that is not there is empty.
        struct: What it must be.

    Raises:
        ConfigError: an unknown or missing key, a wrong type, or a value out of range.
    """
    return convert_mapping(file, keys, table_at(file, keys), struct)


def convert_mapping(
    file: TomlFile,
    keys: Sequence[str],
    table: Mapping[str, object],
    struct: type[_S],
    *,
    also: Sequence[str] = (),
) -> _S:
    """Convert a table that was already looked up.

    Args:
        file: Where it stands, for errors.
        keys: The table's path.
        table: Its content.
        struct: What it must be.
        also: Further names for the hints, of keys that were taken out before.

    Raises:
        ConfigError: an unknown or missing key, a wrong type, or a value out of range.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, value in table.items():
        if name not in fields:
            raise file.error([*keys, name], "unknown key", hint=nearest(name, [*fields, *also]))
        _check_value(file, [*keys, name], value, fields[name].type)
    for name, field in fields.items():
        if field.required and name not in table:
            raise file.error(
                [*keys, name], "is missing", hint=f"expected {describe_type(field.type)}"
            )
    try:
        return msgspec.convert(dict(table), struct)
    except msgspec.ValidationError as error:  # what a kind's own __post_init__ refuses
        said = " ".join(str(error).removesuffix(" - at `$`").split())
        raise file.error(keys, said) from error


def table_at(file: TomlFile, keys: Sequence[str]) -> dict[str, Any]:
    """Return the table at a path; empty where there is none.

    Raises:
        ConfigError: something else than a table is there.
    """
    table: dict[str, Any] = file.table
    for depth, key in enumerate(keys):
        inner = table.get(key, {})
        if not isinstance(inner, dict):
            raise file.error(keys[: depth + 1], f"expected a table, got {describe_value(inner)}")
        table = inner
    return table


def check_json(file: TomlFile, keys: Sequence[str], value: object) -> None:
    """Refuse values that have no form in JSON, or none that servers agree on.

    Raises:
        ConfigError: NaN, infinity, a date, an integer beyond 64 bits, or very deep nesting.
    """
    pending: list[tuple[list[str], object]] = [(list(keys), value)]
    while pending:
        path, found = pending.pop()
        if len(path) - len(keys) > _MAX_DEPTH:
            raise file.error(path[: len(keys) + 1], "is nested too deeply")
        match found:
            case dict():
                pending += [([*path, str(key)], inner) for key, inner in found.items()]
            case list():
                pending += [(path, inner) for inner in found]
            case bool():
                pass
            case float() if not math.isfinite(found):
                raise file.error(path, f"expected a finite number, got {found}")
            case int() if abs(found) >= _MAX_INTEGER:
                raise file.error(path, "the number is too large")
            case datetime() | date() | time():
                raise file.error(path, "a date has no form in JSON", hint="write it in quotes")


def _check_value(file: TomlFile, keys: Sequence[str], value: object, kind: Any) -> None:
    kind = without_null(kind)
    if _fits(value, kind):
        return
    inner = get_args(kind)[-1] if get_origin(kind) in (dict, list) else None
    match value:
        case dict() if get_origin(kind) is dict:
            for name, one in value.items():
                _check_value(file, [*keys, name], one, inner)
        case list() if get_origin(kind) is list:
            for one in value:
                _check_value(file, keys, one, inner)
    expected = describe_type(kind)
    match value:
        case str() if get_origin(kind) is Literal:
            choices = [choice for choice in get_args(kind) if isinstance(choice, str)]
            hint = nearest(value, choices)
            raise file.error(
                keys,
                f"expected {expected}, got {value[:40]!r}",
                hint=hint if hint.startswith("did you mean") else "",
            )
        case int() | float() if not isinstance(value, bool) and expected.startswith(_NUMBERS):
            raise file.error(keys, f"expected {expected}, got {value}")
        case _:
            raise file.error(keys, f"expected {expected}, got {describe_value(value)}")


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError:
        return False
    return True
