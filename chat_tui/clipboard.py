"""Copying to the clipboard by every route there is, and saying which were taken.

No route can be trusted alone: a terminal may ignore what it is told and never says so, and over
ssh a local program fills a clipboard that nobody sees.
"""

import asyncio
import base64
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

from chat_tui.passthrough import passed_through, within_tmux
from chat_tui.programs import run_program
from chat_tui.text import clean

MAX_BASE64_CHARS: Final = 75_000
"""Longer ones are cut off or dropped by some terminals, without a word."""
PROGRAM_LIMIT_S: Final = 2.0

_SCREEN_CHUNK: Final = 240
"""GNU screen drops or spills a longer string."""
_NO_CLIPBOARD_TERMS: Final = frozenset({"", "dumb", "linux"})

Wrapping: TypeAlias = Literal["none", "tmux", "screen"]
Encoding: TypeAlias = Literal["utf-8", "utf-16-le"]


@dataclass(frozen=True, slots=True)
class TerminalRoute:
    """The terminal itself, told by OSC 52; it does not answer."""

    wrappings: tuple[Wrapping, ...]
    """How it is told, each of them in turn: which one gets through is up to the settings."""
    name: str = "terminal"


@dataclass(frozen=True, slots=True)
class ProgramRoute:
    """A program that takes the text on its standard input."""

    name: str
    argv: tuple[str, ...]
    encoding: Encoding = "utf-8"


Route: TypeAlias = TerminalRoute | ProgramRoute


@dataclass(frozen=True, slots=True)
class RouteFailed:
    """A route that did not take the text."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What became of a copy."""

    characters: int
    used: tuple[str, ...]
    """Names of the routes that took the text."""
    failed: tuple[RouteFailed, ...] = ()


_PROGRAMS: Final = (
    # tmux passes on its own buffers, with its settings as they come, but not our OSC 52.
    ("TMUX", ProgramRoute("tmux", ("tmux", "load-buffer", "-w", "-"))),
    ("WAYLAND_DISPLAY", ProgramRoute("wl-copy", ("wl-copy", "--type", "text/plain"))),
    ("DISPLAY", ProgramRoute("xclip", ("xclip", "-selection", "clipboard", "-in"))),
    ("DISPLAY", ProgramRoute("xsel", ("xsel", "--clipboard", "--input"))),
    ("", ProgramRoute("pbcopy", ("pbcopy",))),
    ("", ProgramRoute("clip.exe", ("clip.exe",), encoding="utf-16-le")),
)
"""With the variable that says that a program has something to talk to."""


def routes(environ: Mapping[str, str], which: Callable[[str], str | None]) -> tuple[Route, ...]:
    """Find the ways to a clipboard.

    Args:
        environ: Of the terminal.
        which: Returns the path of a program, or nothing.
    """
    found: list[Route] = []
    term = environ.get("TERM", "")
    if within_tmux(environ):
        # Raw gets through with set-clipboard on, wrapped with allow-passthrough on.
        found.append(TerminalRoute(("none", "tmux")))
    elif environ.get("STY"):
        found.append(TerminalRoute(("screen",)))
    elif term not in _NO_CLIPBOARD_TERMS and environ.get("TERM_PROGRAM") != "Apple_Terminal":
        found.append(TerminalRoute(("none",)))
    for variable, program in _PROGRAMS:
        if variable and not environ.get(variable):
            continue
        # One program for X is enough: two would only take the clipboard from each other.
        if program.name == "xsel" and any(route.name == "xclip" for route in found):
            continue
        if path := which(program.argv[0]):
            found.append(
                ProgramRoute(program.name, (path, *program.argv[1:]), encoding=program.encoding)
            )
    return tuple(found)


async def copy(
    text: str, *, environ: Mapping[str, str], write: Callable[[str], None]
) -> CopyReport:
    """Copy text by every route there is, at once; it is cleaned before.

    Args:
        text: From wherever; nothing is done where it is empty.
        environ: Says which routes there are; programs do not get the secrets in it.
        write: Writes to the terminal, past whatever draws on it.
    """
    text = clean(text)
    if not text:
        return CopyReport(0, ())
    found = await asyncio.to_thread(
        routes, environ, lambda name: shutil.which(name, path=environ.get("PATH", ""))
    )
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_take(route, text, environ, write), name=f"copy: {route.name}")
            for route in found
        ]
    reasons = [(route.name, task.result()) for route, task in zip(found, tasks, strict=True)]
    return CopyReport(
        len(text),
        tuple(name for name, reason in reasons if not reason),
        tuple(RouteFailed(name, reason) for name, reason in reasons if reason),
    )


def describe(report: CopyReport, what: str = "") -> str:
    """Say it in a line, such as `copied 1,204 characters (terminal, wl-copy)`.

    Args:
        report: What became of it.
        what: What was copied, in words that take the place of the number.
    """
    failures = "; ".join(f"{failed.name}: {failed.reason}" for failed in report.failed)
    if not report.characters:
        return "nothing to copy"
    if not report.used:
        return f"not copied ({failures or 'no terminal or program that takes it'})"
    plural = "" if report.characters == 1 else "s"
    what = what or f"{report.characters:,} character{plural}"
    line = f"copied {what} ({', '.join(report.used)})"
    return f"{line}, but not by {failures}" if failures else line


async def _take(
    route: Route, text: str, environ: Mapping[str, str], write: Callable[[str], None]
) -> str:
    """Take a route; return why it failed, empty where it did not."""
    match route:
        case TerminalRoute(wrappings=wrappings):
            return _tell_terminal(text, wrappings, write)
        case ProgramRoute(argv=argv, encoding=encoding):
            return await run_program(
                argv, environ=environ, limit_s=PROGRAM_LIMIT_S, given=text.encode(encoding)
            )
        case _:
            assert_never(route)


def _tell_terminal(text: str, wrappings: tuple[Wrapping, ...], write: Callable[[str], None]) -> str:
    coded = base64.b64encode(text.encode()).decode("ascii")
    if len(coded) > MAX_BASE64_CHARS:
        return f"too long, at most {MAX_BASE64_CHARS // 4 * 3:,} bytes"
    try:
        for wrapping in wrappings:
            write(_wrapped(f"\x1b]52;c;{coded}\x07", wrapping))
    except OSError as error:
        return f"cannot be written to: {(error.strerror or 'refused').lower()}"
    return ""


def _wrapped(sequence: str, wrapping: Wrapping) -> str:
    match wrapping:
        case "none":
            return sequence
        case "tmux":
            return passed_through(sequence)
        case "screen":
            return "".join(
                f"\x1bP{sequence[start : start + _SCREEN_CHUNK]}\x1b\\"
                for start in range(0, len(sequence), _SCREEN_CHUNK)
            )
        case _:
            assert_never(wrapping)
