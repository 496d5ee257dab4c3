"""How pictures are drawn: what the user wants, what the terminal is called, and what it answers.

The terminal is asked only when the first picture is to be shown, and only where its name does not
tell already. Facts behind the rules:

- Unicode placeholders (https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders)
  are known to kitty, Ghostty and Rio. WezTerm, Konsole, Warp and others answer the query of the
  protocol, but show the placeholders as odd signs: what answers is asked for its name, too.
- Sixel is announced by attribute 4 of the primary device attributes; whoever knows both, but not
  the placeholders, is drawn to by sixel.
- Every terminal answers the device attributes, and in order: when that comes, nothing else will.
  Only GNU screen, which is not asked, answers them before the terminal around it answers the rest.
- kitty knows them from 0.28 on (https://sw.kovidgoyal.net/kitty/changelog/), and says which one it is.
- Terminal.app and rxvt write the query on the screen instead of ignoring it, so that they are never
  asked.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from chat_tui.passthrough import within_screen

Protocol: TypeAlias = Literal["kitty", "sixel", "halfblock"]

LIMIT_S: Final = 0.25
SSH_LIMIT_S: Final = 1.0

QUERY: Final = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[>q\x1b[16t\x1b[c"
"""Can you take pictures, what are you called, how large is a cell, and what else can you do."""

_WITH_PLACEHOLDERS: Final = ("kitty", "ghostty", "rio")
_KITTY: Final = re.compile(r"kitty\((\d+)\.(\d+)", re.IGNORECASE)
_FIRST_KITTY: Final = (0, 28)
_SIXEL_TERMS: Final = ("foot", "mlterm", "contour", "yaft")
_SIXEL_PROGRAMS: Final = frozenset({"WezTerm", "iTerm.app", "mintty"})
_PLAIN_TERMS: Final = ("alacritty", "rxvt")
_PLAIN_PROGRAMS: Final = frozenset({"Apple_Terminal", "WarpTerminal", "Hyper", "Tabby"})

ANSWERS: Final = re.compile(
    r"\x1b_G(?P<graphics>i=31;[^\x1b]{0,200})\x1b\\"
    r"|\x1bP>\|(?P<name>[^\x1b]{0,100})\x1b\\"
    r"|\x1b\[6;(?P<cell>\d{1,4};\d{1,4})t"
    r"|\x1b\[\?(?P<attributes>[\d;]{1,100})c"
)
_BEGINNING: Final = re.compile(
    r"\x1b(?:_(?:G[^\x1b]{0,200}\x1b?)?|P(?:>(?:\|[^\x1b]{0,100}\x1b?)?)?|\[(?:6[\d;]{0,10}|\?[\d;]{0,100})?)?\Z"
)


class Answers(msgspec.Struct):
    """What a terminal said about itself."""

    graphics: bool = False
    name: str = ""
    cell_px: tuple[int, int] | None = None
    sixel: bool = False
    clipboard: bool = False
    """It fills the clipboard when it is told to by OSC 52, and says so by attribute 52."""
    complete: bool = False
    """Nothing else will come."""


class AnswerReader:
    """Takes the answers out of what is typed."""

    def __init__(self) -> None:
        self.answers = Answers()
        self.held = ""
        """The beginning of an answer, or else of a key."""
        self.patient = True
        """Beginnings are held back."""

    @property
    def complete(self) -> bool:
        """Nothing else will come."""
        return self.answers.complete

    def take(self, typed: str) -> str:
        """Return what is not an answer.

        Args:
            typed: What came from the terminal, cut anywhere. While the answers are not complete,
                what may be the beginning of one is held back until more comes.
        """
        typed, self.held = self.held + typed, ""
        if "\x1b" not in typed:
            return typed
        typed = ANSWERS.sub(self._answer, typed)
        if self.patient and not self.answers.complete and (beginning := _BEGINNING.search(typed)):
            typed, self.held = typed[: beginning.start()], beginning[0]
        return typed

    def let_go(self) -> str:
        """Return what was held back: nothing more of it came."""
        held, self.held = self.held, ""
        return held

    def _answer(self, match: re.Match[str]) -> str:
        said = self.answers
        match match.lastgroup:
            case "graphics":
                said.graphics = match["graphics"].endswith(";OK")
            case "name":
                said.name = match["name"]
            case "cell":
                height, width = map(int, match["cell"].split(";"))
                said.cell_px = (width, height)
            case _:
                attributes = match["attributes"].split(";")[1:]
                said.sixel, said.clipboard = "4" in attributes, "52" in attributes
                said.complete = True
        return ""


def by_name(mode: str, environ: Mapping[str, str]) -> Protocol | None:
    """Choose without asking; null where the terminal has to be asked.

    Not for tmux, which `tmux.by_tmux` knows more about.
    """
    if mode in {"kitty", "sixel", "halfblock"}:
        return mode  # type: ignore[return-value]  # the test says so; mypy 2.0 does not see it
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    if within_screen(environ):
        return "halfblock"  # GNU screen passes nothing on
    if "ZELLIJ" in environ:
        return None  # it answers for itself, whatever it runs in
    if _is_kitty(term):
        return None  # it may be too old
    if has_placeholders(term.removeprefix("xterm-")) or has_placeholders(program):
        return "kitty"
    if program in _SIXEL_PROGRAMS or term.startswith(_SIXEL_TERMS):
        return "sixel"
    if program in _PLAIN_PROGRAMS or term.startswith(_PLAIN_TERMS):
        return "halfblock"
    return None


def by_answers(answers: Answers, environ: Mapping[str, str]) -> Protocol:
    """Choose by what the terminal said; where it said nothing in time, by its name."""
    if not answers.complete and not answers.name and _is_kitty(environ.get("TERM", "")):
        return "kitty"
    if answers.graphics and has_placeholders(answers.name):
        return "kitty"
    return "sixel" if answers.sixel else "halfblock"


def has_placeholders(name: str) -> bool:
    """Whether a terminal of this name draws pictures in place of Unicode placeholders.

    Args:
        name: As it is called, or as it calls itself, with its version.
    """
    if version := _KITTY.match(name):
        return (int(version[1]), int(version[2])) >= _FIRST_KITTY
    return name.lower().startswith(_WITH_PLACEHOLDERS)


def _is_kitty(term: str) -> bool:
    return term.startswith("xterm-kitty")


def limit_s(environ: Mapping[str, str]) -> float:
    """How long to wait for answers; a last answer ends that early."""
    far = any(name in environ for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return SSH_LIMIT_S if far else LIMIT_S
