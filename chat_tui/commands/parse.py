"""What was typed: words for the provider, or a command with its argument."""

import difflib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Words:
    """To be sent as they are."""

    text: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command, known or not."""

    name: str
    """Lower case, without the slash."""
    argument: str
    """The rest, without white space around it; may have several lines."""


def parse(text: str) -> Words | Invocation:
    """Read a prompt. A slash at its very beginning makes a command; two are one that is meant."""
    if not text.startswith("/"):
        return Words(text)
    if text.startswith("//"):
        return Words(text[1:])
    name, argument = _head(text[1:])
    return Invocation(name.lower(), argument.strip())


def first_word(argument: str) -> tuple[str, str]:
    """Split an argument into its first word and the rest, which may have spaces of its own."""
    word, rest = _head(argument.strip())
    return word, rest.strip()


def unquoted(path: str) -> str:
    """Take a pair of quotes off, as a shell would for a path with spaces."""
    if len(path) > 1 and path[0] == path[-1] and path[0] in "\"'":
        return path[1:-1]
    return path


Json: TypeAlias = object
"""Text, numbers, truth, null, lists and tables of them."""


def parse_setting(argument: str) -> tuple[str, Json] | None:
    """Read `KEY=VALUE`.

    Returns:
        The key, and the value: JSON where it parses, else the text as it is. An empty value is
        null. Null alone where there is no key, or no `=`.
    """
    key, equals, value = argument.partition("=")
    key, value = key.strip(), value.strip()
    if not equals or not key or len(key.split()) > 1:
        return None
    return key, parse_value(value)


def parse_value(written: str) -> Json:
    """Read one value: JSON where it parses, else the text as it is; nothing is null."""
    if not written:
        return None
    try:
        value = json.loads(written, parse_constant=_refuse, parse_float=_finite, parse_int=_whole)
    except (ValueError, RecursionError):
        return written
    return value


def write_value(value: Json) -> str:
    """Write a value so that `parse_value` reads the same again."""
    if isinstance(value, str) and parse_value(value) == value and value == value.strip():
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def nearest_command(name: str, names: Iterable[str]) -> str:
    """Return the most similar name; empty where none is similar."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return close[0] if close else ""


def _head(text: str) -> tuple[str, str]:
    parts = text.split(None, 1)
    if not parts or text[0].isspace():
        return "", text
    return parts[0], text[len(parts[0]) :]


def _refuse(constant: str) -> Json:
    raise ValueError(constant)


def _finite(written: str) -> float:
    if not math.isfinite(value := float(written)):
        raise ValueError(written)
    return value


def _whole(written: str) -> int:
    if abs(value := int(written)) >= 2**63:
        raise ValueError(written)
    return value
