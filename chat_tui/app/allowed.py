"""Which actions a key, or anything else that names one, may ask for now."""

from collections.abc import Iterable
from typing import Any, Final

from textual.screen import ModalScreen, Screen

_OPENING: Final = frozenset({
    "help", "choose_provider", "add_provider", "settings", "app_settings", "usage", "save_transcript", "new_conversation",
    "command_palette",
    "show_pictures", "split", "pane", "fork", "compare", "search_conversations",
})  # fmt: skip
_NEVER: Final = frozenset({
    "screenshot", "simulate_key", "notify", "bell", "push_screen", "switch_screen", "switch_mode",
    "add_class", "remove_class", "toggle_class", "change_theme",
})  # fmt: skip
"""Actions of Textual that no key of ours has, and that nothing written may have."""


def allowed(action: str, screens: Iterable[Screen[Any]]) -> bool:
    """Say so; while something is open over the conversation, the keys are for that alone."""
    if action in _OPENING:
        return not any(isinstance(screen, ModalScreen) for screen in screens)
    return action not in _NEVER
