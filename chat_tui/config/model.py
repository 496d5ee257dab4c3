"""The configuration as values: what the user wrote, checked, with the defaults filled in."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import msgspec

from chat_tui.config.actions import default_keys
from chat_tui.errors import ConfigError
from chat_tui.keys.secrets import KeySource
from chat_tui.providers.kinds import Kind, ProviderOptions

if TYPE_CHECKING:
    from chat_tui.config.prices import Price

ImageMode: TypeAlias = Literal["auto", "kitty", "sixel", "halfblock", "off"]
NotifyMode: TypeAlias = Literal["unfocused", "always", "never"]

DEFAULT_THEME: Final = "dusk"
LIGHT_THEME: Final = "dawn"
"""In place of it on a light background."""


class AppSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[app]`."""

    provider: str | None = None
    """Null: the last one used, else the first that is ready, else the demo."""
    theme: str | None = None
    """Null: the last one chosen, else the one that fits the terminal's background."""
    measure: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 100
    """Columns of text; 0 is the whole width."""
    ascii: bool | None = None
    """Draw with ASCII alone; null: where the terminal cannot be trusted to show more."""
    system_prompt: str = ""
    """What every new conversation starts with."""
    vi_keys: bool = False
    """The prompt is edited by the keys of vi."""
    images: ImageMode = "auto"
    """How pictures are drawn; `auto` asks the terminal."""
    notify: NotifyMode = "unfocused"
    """When a long reply or a picture that is done is announced."""
    idle_timeout_s: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 120.0
    """No event for this long: the reply has stalled. 0 is no limit."""
    budget_usd_per_day: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    """What a day may cost before the app asks; null is no limit."""
    max_event_mb: Annotated[float, msgspec.Meta(gt=0, le=4096)] = 64.0
    """A single event above this is an error."""

    @property
    def max_event_bytes(self) -> int:
        """The limit of one server-sent event, at least 1."""
        return max(1, int(self.max_event_mb * 1024 * 1024))


class ProviderEntry(msgspec.Struct, frozen=True):
    """One configured provider."""

    name: str
    kind: Kind
    options: ProviderOptions
    key: KeySource
    path: Path | None
    """The file it is written in; null for one that nobody configured, as the usual demo."""

    @property
    def model(self) -> str:
        """The configured model; empty where none is, or the kind has none."""
        return str(getattr(self.options, "model", "") or "")


class BrokenProvider(msgspec.Struct, frozen=True):
    """A provider file that cannot be followed; the others work."""

    name: str
    error: ConfigError


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the configuration says."""

    app: AppSection = msgspec.field(default_factory=AppSection)
    keys: Mapping[str, str] = msgspec.field(default_factory=default_keys)
    """Every action with its keys, separated by commas; rebound ones as the user wants."""
    prices: "Mapping[str, Price]" = msgspec.field(default_factory=dict)
    """What models cost, by their ids."""
    providers: Mapping[str, ProviderEntry] = msgspec.field(default_factory=dict)
    """In the order of the file, then those of provider files by name."""
    set_in_file: frozenset[str] = frozenset()
    """The keys of `[app]` that the user wrote."""
    broken: tuple[BrokenProvider, ...] = ()
    warnings: tuple[str, ...] = ()
    """One line each, for the user."""
