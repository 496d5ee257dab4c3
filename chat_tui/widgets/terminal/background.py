"""Whether the terminal has a light or a dark background, as it says itself (OSC 11).

https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Operating System Commands", Ps = 1 1.
What does not know the question says nothing; the device attributes that are asked for with it are
answered by all, and after it.
"""

import re
from typing import Final

QUERY: Final = "\x1b]11;?\x1b\\\x1b[c"
"""What is your background, and what can you do."""
LIGHT_FROM: Final = 0.5
"""The luma of a grey in the middle."""
_ANSWERS: Final = re.compile(
    r"\x1b\]11;rgba?:(?P<red>[0-9a-fA-F]{1,4})/(?P<green>[0-9a-fA-F]{1,4})/"
    r"(?P<blue>[0-9a-fA-F]{1,4})(?:/[0-9a-fA-F]{1,4})?(?:\x07|\x1b\\)"
    r"|\x1b\[\?(?P<attributes>[\d;]{1,100})c"
)
_BEGINNING: Final = re.compile(
    r"\x1b(?:\](?:1(?:1(?:;[rgba:0-9a-fA-F/]{0,28}\x1b?)?)?)?|\[(?:\?[\d;]{0,100})?)?\Z"
)


class BackgroundReader:
    """Takes the answers out of what is typed."""

    def __init__(self) -> None:
        self.light: bool | None = None
        """Null until the terminal has told its background."""
        self.complete = False
        """Nothing else will come."""
        self.held = ""
        """The beginning of an answer, or else of a key."""
        self.patient = True
        """Beginnings are held back."""

    def take(self, typed: str) -> str:
        """Return what is not an answer; the end of the answers is taken once."""
        typed, self.held = self.held + typed, ""
        at = 0
        while not self.complete and (match := _ANSWERS.search(typed, at)):
            self._hear(match)
            typed, at = typed[: match.start()] + typed[match.end() :], match.start()
        if self.patient and not self.complete and (beginning := _BEGINNING.search(typed)):
            typed, self.held = typed[: beginning.start()], beginning[0]
        return typed

    def let_go(self) -> str:
        """Return what was held back: nothing more of it came."""
        held, self.held = self.held, ""
        return held

    def _hear(self, match: re.Match[str]) -> None:
        if match["attributes"] is not None:
            self.complete = True
            return
        red, green, blue = (_fraction(match[name]) for name in ("red", "green", "blue"))
        self.light = 0.299 * red + 0.587 * green + 0.114 * blue > LIGHT_FROM


def _fraction(digits: str) -> float:
    """Read a channel: as many digits as there are make the whole, 0..1."""
    return float(int(digits, 16) / (16 ** len(digits) - 1))
