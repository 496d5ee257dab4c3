"""Types and values in the words of somebody who writes TOML."""

import types
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec

_WORDS: Final[dict[Any, str]] = {
    str: "text",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    dict: "a table",
    list: "a list",
}


def describe_type(kind: Any) -> str:
    """Say what a field of this type takes, such as `an integer from 0 to 10`."""
    kind = without_null(kind)
    metas: Sequence[Any] = ()
    if get_origin(kind) is Annotated:
        kind, *metas = get_args(kind)
    if kind in _WORDS:
        return _WORDS[kind] + "".join(_range(meta) for meta in metas)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return f"one of {', '.join(str(choice) for choice in arguments)}"
    if origin in _WORDS:
        inner = arguments[-1]
        of = "" if inner in (object, Any) else f" of {describe_type(inner)}"
        return f"{_WORDS[origin]}{of}"
    if origin in (Union, types.UnionType):
        return " or ".join(describe_type(one) for one in arguments if one is not type(None))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return "a table"
    return "another value"


def describe_value(value: object) -> str:
    """Say what sort of value was found, never the value."""
    match value:
        case datetime() | date() | time():
            return "a date or time"
        case _:
            return _WORDS.get(type(value), type(value).__name__)


def without_null(kind: Any) -> Any:
    """Return what a field takes besides null, which TOML cannot write."""
    if get_origin(kind) in (Union, types.UnionType):
        kept = [one for one in get_args(kind) if one is not type(None)]
        if len(kept) == 1:
            return kept[0]
    return kind


def _range(meta: Any) -> str:
    if not isinstance(meta, msgspec.Meta):
        return ""
    if meta.ge is not None and meta.le is not None:
        return f" from {meta.ge:g} to {meta.le:g}"
    low = f" above {meta.gt:g}" if meta.gt is not None else ""
    low = f" of {meta.ge:g} or more" if meta.ge is not None else low
    high = f" up to {meta.le:g}" if meta.le is not None else ""
    return " and".join(bound for bound in (low, high) if bound)
