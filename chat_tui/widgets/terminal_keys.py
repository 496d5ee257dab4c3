"""Keys that terminals send and Textual 8.2.8 names wrongly: Enter with a modifier."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "shift+\r": "shift+enter",
    "ctrl+\r": "ctrl+enter",
    "\r": "alt+enter",
}
"""By Textual's name for them, what xterm and tmux send as `CSI 27;2;13~`, 5 and 3 for 2."""


class _Key(Enum):
    ALT_ENTER = "alt+enter"


def teach_keys() -> None:
    """Have Textual read ESC CR as Alt+Enter, not as Enter. Idempotent."""
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS as KEYS

    assert isinstance(KEYS, dict)
    KEYS["\x1b\r"] = (_Key.ALT_ENTER,)
