"""Alt with a digit, which Textual 8.2.8 takes for the sign that a Mac's keyboard has there."""

from enum import Enum
from typing import Final


class _Key(Enum):
    ALT_0 = "alt+0"
    ALT_1 = "alt+1"
    ALT_2 = "alt+2"
    ALT_3 = "alt+3"
    ALT_4 = "alt+4"
    ALT_5 = "alt+5"
    ALT_6 = "alt+6"
    ALT_7 = "alt+7"
    ALT_8 = "alt+8"
    ALT_9 = "alt+9"


_SEQUENCES: Final = {f"\x1b{key.value[-1]}": (key,) for key in _Key}
"""What terminals send: a Mac's own signs come as themselves."""


def teach_alt_digits() -> None:
    """Have Textual read ESC 1 as Alt+1, not as an inverted exclamation mark. Idempotent."""
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS as KEYS

    assert isinstance(KEYS, dict)
    KEYS |= _SEQUENCES
