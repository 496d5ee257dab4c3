"""The fields of a struct with their words: what the language does not keep is read from the source."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from chat_tui.config.expected import describe_type

ROOT = Path(__file__).resolve().parents[2]
MADE = "<!-- Made from the code by: python -m tests.references -->"


@dataclass(frozen=True)
class Field:
    """One field of a struct."""

    name: str
    type: str
    """In the words of somebody who writes it."""
    default: str
    """As JSON; empty where it is required, or has none that could be written."""
    words: str
    """What its docstring says, in one line."""


def fields_of(struct: type[msgspec.Struct]) -> list[Field]:
    """List the fields in the order of the class."""
    words = docstrings(struct)
    return [
        Field(one.encode_name, describe_type(one.type), _default(one), words.get(one.name, ""))
        for one in msgspec.structs.fields(struct)
    ]


def docstrings(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    """Read what stands below each field of a class and of those that it is made from."""
    found: dict[str, str] = {}
    for base in reversed(struct.__mro__):
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            found |= _own_docstrings(base)
    return found


def cell(text: str) -> str:
    """Write text so that a table can hold it."""
    return " ".join(text.split()).replace("|", r"\|")


def _own_docstrings(struct: type[Any]) -> Mapping[str, str]:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(made, ast.ClassDef)
    found: dict[str, str] = {}
    name = ""
    for statement in made.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif (
            name
            and isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        ):
            found[name] = " ".join(inspect.cleandoc(statement.value.value).split())
            name = ""
        else:
            name = ""
    return found


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default is None or field.default is msgspec.NODEFAULT:
        return ""
    return msgspec.json.encode(field.default).decode()
