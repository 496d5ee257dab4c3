"""`docs/configuration.md`: every key of the configuration."""

from pathlib import Path
from typing import Final

from chat_tui.config.actions import ACTIONS
from chat_tui.config.model import AppSection
from chat_tui.config.prices import Price
from chat_tui.providers.kinds import ProviderOptions
from chat_tui.registry import DEFAULT
from tests.references.fields import MADE, ROOT, Field, cell, fields_of

PATH: Final = ROOT / "docs" / "configuration.md"
_HEAD: Final = f"""{MADE}

# Configuration

`config.toml` is yours: the program reads it and never writes it. [config.example.toml](../config.example.toml) is a
longer example to copy from. A key that is unknown, of the wrong type or out of range ends the start with one line that
names file, line, key and the nearest correct name.
"""
_KEY: Final = """
`api_key` is one of

| form | where the key comes from |
|---|---|
| `{ env = "NAME" }` | a variable of the environment |
| `{ keyring = "NAME" }` | the entry `NAME` of the service `chat-tui` in the system's keyring |
| `{ command = ["pass", "show", "x"] }` | the first line that a command prints, asked for when it is first needed |
| text | the key itself; it works, and a warning names the safer ways |

Left out, the kind's usual variable is tried, then what `chat-tui keys set` kept. A key goes to the origin of the
configured address and nowhere else.
"""


def made() -> tuple[Path, str]:
    """Make the document."""
    common = fields_of(ProviderOptions)
    parts = [
        _HEAD,
        "## `[app]`\n",
        _table(fields_of(AppSection)),
        '\n## `[prices."MODEL"]`\n',
        "US dollars for a million tokens, where the provider does not tell the cost itself.\n",
        _table(fields_of(Price)),
        "\n## `[providers.NAME]`\n",
        "The name is yours. Every kind has these keys:\n",
        _table(common),
        _KEY,
        *_kinds({one.name for one in common}),
        "\n## `[keys]`\n",
        "An action is bound to one key or several, separated by commas; an empty text takes its keys away.\n",
        _keys(),
    ]
    return PATH, "\n".join(parts).rstrip() + "\n"


def _kinds(common: set[str]) -> list[str]:
    parts = []
    for name in DEFAULT.names():
        kind = DEFAULT.get(name)
        own = [one for one in fields_of(kind.options) if one.name not in common]
        usual = f"Usual variable: `{kind.key_env}`." if kind.key_env else "It takes no key."
        parts += [f'\n### `kind = "{name}"`\n', usual]
        if own:
            parts += ["", _table(own)]
    return parts


def _table(fields: list[Field]) -> str:
    rows = ["| key | what it takes | default | |", "|---|---|---|---|"]
    for one in fields:
        default = f"`{one.default}`" if one.default else ""
        rows.append(
            f"| `{one.name}` | {cell(one.type)} | {cell(default)} | {cell(_said(one.words))} |"
        )
    return "\n".join(rows)


def _said(words: str) -> str:
    """TOML has no null: a key is left out."""
    return (
        words.replace("Null: ", "Left out: ")
        .replace("null: ", "left out: ")
        .replace("null is", "left out is")
    )


def _keys() -> str:
    rows = ["| action | keys | |", "|---|---|---|"]
    for action in ACTIONS:
        if action.built:
            keys = action.keys.replace(",", ", ")
            rows.append(f"| `{action.name}` | `{keys}` | {cell(action.help)} |")
    return "\n".join(rows)
