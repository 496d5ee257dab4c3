"""The kinds of providers by name; a kind's file is imported when it is first needed."""

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import Final

from chat_tui.errors import ConfigError
from chat_tui.log_place import see_log
from chat_tui.providers.kinds import Kind

log = logging.getLogger(__name__)

ENTRY_POINT_GROUP: Final = "chat_tui.kinds"
"""What an installed package that adds a kind names in its metadata."""

LOAD_FAULTS: Final = (
    ImportError, AttributeError, SyntaxError, NameError, OSError, SystemExit, AssertionError,
    ArithmeticError, LookupError, RuntimeError, TypeError, ValueError, MemoryError,
)  # fmt: skip
"""What a broken plugin may well raise while it is imported, or while it builds a provider."""


class BrokenKind(ConfigError):
    """A kind that is there and cannot be loaded; providers of other kinds work."""


class Registry:
    """Kinds of providers, by name."""

    def __init__(self, kinds: Mapping[str, str | Kind], *, group: str | None = None) -> None:
        """List the kinds without importing them.

        Args:
            kinds: `"module:ATTRIBUTE"`, or the kind itself, by name.
            group: Entry points that add to them; a name listed in `kinds` wins.
        """
        self._kinds = dict(kinds)
        self._own = frozenset(kinds)
        self._group = group
        self._found: dict[str, str] | None = None

    def names(self) -> tuple[str, ...]:
        """All names, sorted; no kind is imported for it."""
        return tuple(sorted({*self._kinds, *self._plugins()}))

    def knows(self, name: str) -> bool:
        """Whether there is such a kind; installed packages are only looked at for a strange one."""
        return name in self._kinds or name in self._plugins()

    def is_ours(self, name: str) -> bool:
        """Whether a kind belongs to this package."""
        return name in self._own

    def get(self, name: str) -> Kind:
        """Import a kind.

        Raises:
            BrokenKind: its file cannot be imported, or is not one of a kind.
            ConfigError: there is no such kind.
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
        if self._found is None:
            from importlib.metadata import entry_points

            try:
                points = entry_points(group=self._group)
                self._found = {point.name: point.value for point in points}
            except LOAD_FAULTS as error:  # the metadata of some package is not what it should be
                log.warning("cannot look for kinds of installed packages: %s", error)
                self._found = {}
        return self._found


def _import(name: str, place: str) -> Kind:
    module, _, attribute = place.partition(":")
    try:
        kind = getattr(import_module(module), attribute.strip())
    except LOAD_FAULTS as error:
        log.warning("provider kind %r cannot be loaded", name, exc_info=True)
        raise BrokenKind(
            f"provider kind {name!r} cannot be loaded from {place!r}: {type(error).__name__}",
            hint=f"reinstall or remove its package; {see_log()}",
        ) from error
    if not isinstance(kind, Kind):
        raise BrokenKind(
            f"provider kind {name!r}: {place!r} is not a provider kind",
            hint="reinstall or remove the package that adds it",
        )
    return kind


DEFAULT: Final = Registry(
    {
        "anthropic": "chat_tui.providers.anthropic.provider:ANTHROPIC",
        "demo": "chat_tui.providers.demo:DEMO",
        "fal": "chat_tui.providers.fal.provider:FAL",
        "flowapi": "chat_tui.providers.openai.provider:FLOWAPI",
        "flowise": "chat_tui.providers.flowise.provider:FLOWISE",
        "gemini": "chat_tui.providers.gemini.provider:GEMINI",
        "get3w": "chat_tui.providers.get3w.provider:GET3W",
        "ollama": "chat_tui.providers.ollama.provider:OLLAMA",
        "openai": "chat_tui.providers.openai.provider:OPENAI",
        "writer": "chat_tui.providers.writer.provider:WRITER",
    },
    group=ENTRY_POINT_GROUP,
)
"""The kinds of this package, and those that installed packages add."""
