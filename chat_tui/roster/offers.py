"""What can be added as a provider: kinds, presets, and what a form asks for each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from chat_tui.errors import ConfigError
from chat_tui.providers.kinds import Kind
from chat_tui.providers.openai.presets import PRESETS
from chat_tui.registry import Registry

TITLES: Final = {
    "anthropic": "Anthropic",
    "fal": "fal.ai, pictures and more",
    "flowapi": "FlowAPI",
    "flowise": "Flowise, a flow of yours",
    "gemini": "Google Gemini",
    "get3w": "Get3W, pictures",
    "ollama": "Ollama, on this machine",
    "openai": "OpenAI, or any server that speaks its dialect",
    "writer": "Writer",
}
KEY_VARIABLES: Final = {
    "ANTHROPIC_API_KEY": "anthropic",
    "FAL_KEY": "fal",
    "FLOW_API_KEY": "flowapi",
    "FLOWISE_API_KEY": "flowise",
    "GEMINI_API_KEY": "gemini",
    "GET3W_API_KEY": "get3w",
    "OPENAI_API_KEY": "openai",
    "WRITER_API_KEY": "writer",
}
"""The usual variable of each kind, so that no kind has to be imported to look for keys."""

_HIDDEN: Final = frozenset({"kind", "preset"})
_ASKED: Final = ("base_url", "chatflow_id", "model")
_HINTS: Final = {
    "base_url": "the server's address",
    "model": "may be left empty and chosen afterwards",
    "chatflow_id": "the last part of the flow's address; or choose one of all flows afterwards",
}


class Offer(msgspec.Struct, frozen=True):
    """One line of what can be added."""

    name: str
    """What the provider is called unless the user calls it otherwise."""
    title: str
    table: Mapping[str, Any]
    """What its file begins with."""
    found: str = ""
    """Why it is offered first, such as a variable that is set."""
    models: Sequence[str] = msgspec.field(default=())
    """What its server was seen to have."""


class Asked(msgspec.Struct, frozen=True):
    """One line of a form."""

    name: str
    """The key in the file."""
    usual: str
    """What is meant where the file says nothing."""
    required: bool
    hint: str = ""


def offers(registry: Registry) -> list[Offer]:
    """List what can be added: the kinds, then the presets; no kind is imported."""
    kinds = [
        Offer(name, TITLES.get(name, "added by an installed package"), {"kind": name})
        for name in registry.names()
        if name != "demo"
    ]
    presets = [Offer(name, one.title, {"preset": name}) for name, one in PRESETS.items()]
    return [*kinds, *presets]


def keys_found(environ: Mapping[str, str]) -> list[Offer]:
    """List the services whose usual variable is set; the values are not looked at any further."""
    kinds = [(variable, kind, {"kind": kind}) for variable, kind in KEY_VARIABLES.items()]
    presets = [(one.key_env, name, {"preset": name}) for name, one in PRESETS.items()]
    return [
        Offer(name, TITLES.get(name) or PRESETS[name].title, table, f"{variable} is set")
        for variable, name, table in (*kinds, *presets)
        if variable and environ.get(variable, "").strip()
    ]


def kind_of(table: Mapping[str, Any], registry: Registry) -> Kind:
    """Give the kind of a provider's table.

    Raises:
        ConfigError: there is no such kind, or it cannot be loaded.
    """
    return registry.get(str(table.get("kind", "openai")))


def asked_of(table: Mapping[str, Any], kind: Kind) -> list[Asked]:
    """List what a form asks for, what is needed first.

    Args:
        table: What the file begins with.
        kind: Of the provider.
    """
    preset = PRESETS.get(str(table.get("preset", "")))
    lines: list[Asked] = []
    for one in msgspec.structs.fields(kind.options):
        needed = one.required and one.type is str
        if one.name in _HIDDEN or not (needed or one.name in _ASKED):
            continue
        usual = one.default if isinstance(one.default, str) else ""
        if preset is not None and one.name == "base_url":
            usual = preset.base_url
        lines.append(Asked(one.name, usual, needed, _HINTS.get(one.name, "")))
    return sorted(lines, key=lambda line: (not line.required, line.name))


def takes_key(table: Mapping[str, Any], kind: Kind) -> bool:
    """Whether a form asks for a key."""
    return "preset" in table or kind.key_env is not None or bool(kind.default_base_url)


def key_variable(table: Mapping[str, Any], kind: Kind) -> str | None:
    """The variable that usually holds the key."""
    preset = PRESETS.get(str(table.get("preset", "")))
    return preset.key_env if preset is not None else kind.key_env


def filled(
    table: Mapping[str, Any], lines: Sequence[Asked], values: Mapping[str, str]
) -> dict[str, Any]:
    """Put what was typed into a provider's table; what is as usual is left out.

    Raises:
        ConfigError: something that is needed is empty.
    """
    made = dict(table)
    for line in lines:
        value = values.get(line.name, "").strip()
        if line.required and not value:
            raise ConfigError(f"{line.name} is needed", hint=line.hint)
        made.pop(line.name, None)
        if value and value != line.usual:
            made[line.name] = value
    return made


def free_name(wanted: str, taken: Sequence[str]) -> str:
    """Make a name that no provider has yet."""
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted}-{count}"
    return name
