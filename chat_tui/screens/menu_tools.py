"""What the menu of providers and models asks and tells."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chat_tui.config.actions import default_keys
from chat_tui.providers.base import ModelInfo
from chat_tui.roster.listing import Listing
from chat_tui.roster.model_rows import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuTools:
    """Lent to the menu by the application."""

    listings: Callable[[], Awaitable[Sequence[Listing]]]
    """The configured providers, and their states without asking their servers."""
    check: Callable[[str], Awaitable[Listing]]
    """Asks a provider's server whether it would answer; may take long."""
    models: Callable[[str], Awaitable[Sequence[ModelInfo]]]
    """A provider's models; may take long, and may fail."""
    may_ask: Callable[[str], bool]
    """Whether asking a server bothers nobody, as a key command might."""
    forget: Callable[[str], None]
    """Has the models asked for again."""
    favourites: Callable[[], Sequence[Choice]]
    recent: Callable[[], Sequence[Choice]]
    toggle_favourite: Callable[[Choice], None]
    keep_key: Callable[[str, str], Awaitable[Listing]]
    """Tests a provider's key, and stores it if it is right; else raises a `ChatTuiError`."""
    keys: Mapping[str, str] = field(default_factory=default_keys)
    """The keys of each action, separated by commas."""
    add: Callable[[], object] = bool
    """Opens the list of what can be added, in place of the menu."""
