"""The kinds of providers by name; a kind's file is imported when it is first needed."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from chat_tui.errors import ConfigError
from chat_tui.providers.kinds import Kind

ENTRY_POINT_GROUP: Final = "chat_tui.providers"

_LOAD_FAULTS = (
    ImportError, AttributeError, SyntaxError, NameError, OSError,
    LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What a broken plugin may well raise while it is imported."""


class Registry:
    """Kinds of providers, by name."""

    def __init__(self, kinds: Mapping[str, str | Kind], *, group: str | None = None) -> None:
        """List the kinds without importing them.

        Args:
            kinds: `"module:ATTRIBUTE"`, or the kind itself, by name.
            group: Entry points that add to them; a name listed in `kinds` wins.
        """
        self._kinds = dict(kinds)
        self._group = group

    def names(self) -> tuple[str, ...]:
        """All names, sorted; no kind is imported for it."""
        return tuple(sorted({*self._kinds, *self._plugins()}))

    def get(self, name: str) -> Kind:
        """Import a kind.

        Raises:
            ConfigError: there is no such kind, or its file cannot be imported.
        """
        place = self._kinds.get(name) or self._plugins().get(name)
        match place:
            case Kind():
                return place
            case None:
                raise ConfigError(
                    f"no provider kind {name!r}", hint=f"there are {', '.join(self.names())}"
                )
            case str():
                kind = self._kinds[name] = _import(name, place)
                return kind

    def _plugins(self) -> dict[str, str]:
        if self._group is None:
            return {}
        from importlib.metadata import entry_points

        return {point.name: point.value for point in entry_points(group=self._group)}


def _import(name: str, place: str) -> Kind:
    module, _, attribute = place.partition(":")
    try:
        kind = getattr(import_module(module), attribute.strip())
    except _LOAD_FAULTS as error:
        raise ConfigError(
            f"provider kind {name!r} cannot be loaded from {place!r}: {type(error).__name__}",
            hint="reinstall the package that adds it",
        ) from error
    if not isinstance(kind, Kind):
        raise ConfigError(f"provider kind {name!r}: {place!r} is not a provider kind")
    return kind


DEFAULT: Final = Registry(
    {
        "anthropic": "chat_tui.providers.anthropic:ANTHROPIC",
        "demo": "chat_tui.providers.demo:DEMO",
        "fal": "chat_tui.providers.fal:FAL",
        "flowapi": "chat_tui.providers.openai:FLOWAPI",
        "flowise": "chat_tui.providers.flowise:FLOWISE",
        "gemini": "chat_tui.providers.gemini:GEMINI",
        "get3w": "chat_tui.providers.get3w:GET3W",
        "ollama": "chat_tui.providers.ollama:OLLAMA",
        "openai": "chat_tui.providers.openai:OPENAI",
        "writer": "chat_tui.providers.writer:WRITER",
    },
    group=ENTRY_POINT_GROUP,
)
"""The kinds of this package, and those that installed packages add."""
