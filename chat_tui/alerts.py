"""Telling somebody who looks elsewhere that something is done: by the terminal, or the desktop."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chat_tui.passthrough import passed_through, within_tmux
from chat_tui.text import clean_line

BELL: Final = "\a"
LONGEST: Final = 200
_OSC_777: Final = ("foot", "rxvt")
"""Terminals that take no other notice than rxvt's; Textual's own name for them is in `TERM`."""
_OSC_9: Final = frozenset({"iTerm.app", "WezTerm", "ghostty", "kitty"})


@dataclass(frozen=True, slots=True)
class Alert:
    """How somebody is told."""

    sequence: str
    """For the terminal; the bell is always among it."""
    argv: Sequence[str] = ()
    """A program of the desktop; empty is none."""


def alert(
    title: str, words: str, *, environ: Mapping[str, str], which: Callable[[str], str | None]
) -> Alert:
    """Choose how to tell something, by one way beside the bell.

    Args:
        title: Who tells it.
        words: What; neither it nor the title can do more in a terminal than be shown.
        environ: Says which terminal and which desktop there are.
        which: Finds a program.
    """
    title, words = clean_line(title, LONGEST), clean_line(words, LONGEST)
    near = not environ.get("SSH_CONNECTION")
    desktop = environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY")
    if near and desktop and (program := which("notify-send")) is not None:
        return Alert(BELL, (program, "--app-name=chat-tui", "--", title, words))
    terminal = environ.get("TERM", "")
    if terminal.startswith(_OSC_777) or environ.get("VTE_VERSION"):
        sequence = f"\x1b]777;notify;{title.replace(';', ',')};{words}\x1b\\"
    elif environ.get("TERM_PROGRAM") in _OSC_9 or terminal.startswith("xterm-"):
        sequence = f"\x1b]9;{title}: {words}\x1b\\"
    else:
        return Alert(BELL)
    if within_tmux(environ):
        sequence = passed_through(sequence)
    return Alert(sequence + BELL)
