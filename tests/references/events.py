"""`docs/events.md`: what `ask --json` writes."""

from pathlib import Path
from typing import Any, Final

import msgspec

from chat_tui import events
from chat_tui.cli.schema import event_schema
from tests.references.fields import MADE, ROOT, cell, docstrings

PATH: Final = ROOT / "docs" / "events.md"
_HEAD: Final = f"""{MADE}

# Events

`chat-tui ask --json` writes one JSON object a line, as they come. The panes of the app subscribe to the same events.
Exactly one `finished` or `error` comes, and it is the last. Fields may be added, and these stay; a field that has its
default may be left out. `text` is as the server sent it. `chat-tui schema` prints the JSON Schema.
"""


def made() -> tuple[Path, str]:
    """Make the document."""
    schema = event_schema()
    parts = [_HEAD]
    for name, reference in schema["discriminator"]["mapping"].items():
        event = _resolve(schema, reference)
        parts += [f"\n## `{name}`\n", event["description"], "", _table(schema, event)]
    source = schema["$defs"]["Source"]
    parts += ["\n## A source\n", source["description"], "", _table(schema, source)]
    return PATH, "\n".join(parts).rstrip() + "\n"


def _table(schema: dict[str, Any], event: dict[str, Any]) -> str:
    rows = ["| field | what it is | default | |", "|---|---|---|---|"]
    required = event.get("required", ())
    words = docstrings(getattr(events, event["title"]))
    for name, field in event["properties"].items():
        if name == "type":
            continue
        default = "" if name in required else f"`{_json(field.get('default'))}`"
        rows.append(
            f"| `{name}` | {cell(_words(schema, field))} | {default} | {cell(words.get(name, ''))} |"
        )
    return "\n".join(rows)


def _words(schema: dict[str, Any], field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(_resolve(schema, field["$ref"])["title"]).lower()
    if "anyOf" in field:
        return " or ".join(_words(schema, one) for one in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{one}`" for one in field["enum"])
    if field.get("type") == "array":
        items = field.get("items")
        return f"list of {_words(schema, items)}" if items else "list"
    return str(field.get("type", "any JSON"))


def _resolve(schema: dict[str, Any], reference: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"][reference.rpartition("/")[2]]
    return found


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
