"""The signs that the program itself draws, each with a twin for terminals that know only ASCII.

Text that somebody wrote is not touched. Which of the two are drawn is chosen once, before the
first widget is made.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

_PLAIN_TERMINALS: Final = ("linux", "dumb", "unknown", "vt1", "vt2")
"""Beginnings of `TERM` where the font has no more than letters."""


class _Choice:
    def __init__(self) -> None:
        self.ascii = False


_choice: Final = _Choice()


class Glyph(NamedTuple):
    """A sign; as a string it is the one that the terminal can show."""

    unicode: str
    ascii: str

    def __str__(self) -> str:
        return self.ascii if _choice.ascii else self.unicode


SPEAKER: Final = Glyph("▌", "|")
"""Before the name of who speaks."""
READER: Final = Glyph("┃", ">")
"""Beside the block where the keys are."""
CLOSED: Final = Glyph("▸", "+")
OPENED: Final = Glyph("▾", "-")
THOUGHT: Final = Glyph("│", "|")
"""Left of what a model thought."""
NOTE: Final = Glyph("·", "-")
DOT: Final = Glyph("·", "-")
"""Between words of one line."""
ARROW: Final = Glyph("→", "->")
PROPOSAL: Final = Glyph("›", ">")
ELLIPSIS: Final = Glyph("…", "...")
CUT: Final = Glyph("…", "~")
"""In place of a grapheme that is wider than its room: one cell."""

RUNNING: Final = Glyph("◌", ".")
DONE: Final = Glyph("●", "*")
NOT_YET: Final = Glyph("○", "o")
FAILED: Final = Glyph("✕", "x")
STOPPED: Final = Glyph("■", "#")
SPINNER: Final = Glyph("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\")
"""One after the other, each for a moment."""
DOWN: Final = Glyph("↓", "v")
PINNED: Final = Glyph("★", "*")
"""Before a conversation that stays on top."""
ATTACHED: Final = Glyph("◆", "#")
"""Before a file that goes along."""
PROMPT: Final = Glyph("❯", ">")
FAVOURITE: Final = Glyph("★", "+")
BAR_DONE: Final = Glyph("█", "#")
BAR_LEFT: Final = Glyph("░", "-")
"""How far something is, from the left."""
TIMES: Final = Glyph("×", "x")
"""Between width and height."""
TOP_LEFT: Final = Glyph("┌", "+")
TOP_RIGHT: Final = Glyph("┐", "+")
BOTTOM_LEFT: Final = Glyph("└", "+")
BOTTOM_RIGHT: Final = Glyph("┘", "+")
UPPER_HALF: Final = Glyph("▀", " ")
"""Of a cell; two pixels of a picture."""

CODE: Final = Glyph("┃", "|")
CODE_GOES_ON: Final = Glyph("┆", ":")
"""Left of a row that goes on with the line above."""
QUOTE: Final = Glyph("▌", ">")
BULLET: Final = Glyph("•", "*")
TO_DO: Final = Glyph("☐", "[ ]")
CHECKED: Final = Glyph("☑", "[x]")
RULE: Final = Glyph("─", "-")
COLUMN: Final = Glyph("│", "|")
CROSSING: Final = Glyph("┼", "+")
MEETS_DOWN: Final = Glyph("┬", "+")
MEETS_UP: Final = Glyph("┴", "+")
MEETS_RIGHT: Final = Glyph("├", "+")
MEETS_LEFT: Final = Glyph("┤", "+")
"""Where a rule ends at the side of another; called after where the ending one comes from."""


def draw_ascii(wanted: bool) -> None:
    """Choose which signs are drawn from now on; what was made before keeps its own."""
    _choice.ascii = wanted


def drawing_ascii() -> bool:
    """Whether the twins are drawn."""
    return _choice.ascii


def needs_ascii(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Whether a terminal cannot be trusted to show more.

    Args:
        environ: With `TERM` and the locale.
        encoding: Of what is written to it.
    """
    if (encoding or "").lower().replace("-", "").replace("_", "") != "utf8":
        return True
    if environ.get("TERM", "").startswith(_PLAIN_TERMINALS):
        return True
    kind = environ.get("LC_CTYPE", "")
    if kind == "C.UTF-8":
        kind = environ.get("LANG", "")  # Python says so itself where it finds the locale C
    said = environ.get("LC_ALL") or kind or environ.get("LANG", "")
    language, _, codeset = said.partition("@")[0].partition(".")
    if codeset:
        return codeset.lower().replace("-", "") != "utf8"
    return language in {"C", "POSIX"}
