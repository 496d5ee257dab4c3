"""Style sheets that are parsed once a process, not once for each application that a test starts."""

from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parsed: dict[frozenset[tuple[str, str]], LRUCache[tuple[object, ...], list[RuleSet]]] = {}
_make = Stylesheet.__init__
_set_variables = Stylesheet.set_variables


def share_parsed_styles() -> None:
    """Let all style sheets with the same variables have one cache of rules, which are values."""
    Stylesheet.__init__ = _make_sharing  # type: ignore[method-assign]
    Stylesheet.set_variables = _set_variables_sharing  # type: ignore[method-assign]


def _make_sharing(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
    _make(self, variables=variables)
    _share(self)


def _set_variables_sharing(self: Stylesheet, variables: dict[str, str]) -> None:
    self._parse_cache = LRUCache(1)  # what it had is not its own to clear
    _set_variables(self, variables)
    _share(self)


def _share(sheet: Stylesheet) -> None:
    key = frozenset(sheet._variables.items())
    sheet._parse_cache = _parsed.setdefault(key, LRUCache(4096))
