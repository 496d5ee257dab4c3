"""The head of a Markdown transcript: `name: value` lines that any YAML reader takes."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from chat_tui.text import clean

Scalar: TypeAlias = str | int | float | datetime | Mapping[str, object]

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_WORDS_WITH_A_MEANING: Final = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)


def front_matter(fields: Mapping[str, Scalar]) -> str:
    """Write the head.

    Args:
        fields: Names are plain words. A mapping becomes a JSON object on one line, which YAML
            reads as a flow mapping.

    Returns:
        The lines with their fences, ending in a newline.
    """
    lines = [f"{name}: {_scalar(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---", ""])


def _scalar(value: Scalar) -> str:
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case str():
            return _string(clean(value))
        case _:
            return clean(json.dumps(value, ensure_ascii=False, default=str))


def _string(text: str) -> str:
    """Plain where no YAML reader can take it for something else, else quoted as in JSON."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_WITH_A_MEANING:
        return text
    return json.dumps(text, ensure_ascii=False)
