"""Keys that Textual 8.2.8 names wrongly: Enter with a modifier, Alt in a row, rxvt's Ctrl+Home."""

from collections.abc import Mapping
from enum import Enum
from string import ascii_lowercase
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "shift+\r": "shift+enter",
    "ctrl+\r": "ctrl+enter",
    "\r": "alt+enter",
}
"""By Textual's name for them, what xterm and tmux send as `CSI 27;2;13~`, 5 and 3 for 2."""


_MOVES: Final = "bf"
"""ESC with these is what a Mac's terminals send for a move by a word; Textual knows that."""


class _Key(Enum):
    ALT_ENTER = "alt+enter"


_Alt = Enum("_Alt", {f"ALT_{x}": f"alt+{x}" for x in ascii_lowercase if x not in _MOVES})  # type: ignore[misc] # the letters are the members
"""Textual reads ESC and a letter as Alt only when nothing comes behind it in the same moment: of
keys in a row, as from one that is held down, it would type a caret and the letter."""


def teach_keys() -> None:
    """Have Textual read ESC CR as Alt+Enter, not as Enter, and Alt in a row. Idempotent."""
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS as KEYS
    from textual.keys import Keys

    assert isinstance(KEYS, dict)
    KEYS["\x1b\r"] = (_Key.ALT_ENTER,)
    KEYS["\x1b[7^"], KEYS["\x1b[8^"] = (Keys.ControlHome,), (Keys.ControlEnd,)  # as rxvt has them
    KEYS |= {f"\x1b{key.value[-1]}": (key,) for key in _Alt}
