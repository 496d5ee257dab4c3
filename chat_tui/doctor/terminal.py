"""The terminal: colours, pictures, keys, the clipboard, and what tmux lets through."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from typing import Final

from chat_tui.clipboard import routes
from chat_tui.doctor.asking import Said
from chat_tui.doctor.finding import Finding, finding
from chat_tui.passthrough import within_tmux
from chat_tui.pictures.protocol import Protocol, by_answers, by_name, has_placeholders
from chat_tui.programs import clean_environ

AREA: Final = "terminal"
TMUX_LIMIT_S: Final = 2.0
_TRUE_COLOUR: Final = ("truecolor", "24bit")
_EXTENDED: Final = ("kitty", "ghostty", "WezTerm", "foot", "alacritty", "iTerm.app", "rio")


def look_at_terminal(environ: Mapping[str, str], said: Said | None) -> Iterator[Finding]:
    """Look at the terminal.

    Args:
        environ: Of the terminal.
        said: What it answered; null where it was not asked.
    """
    term, program = environ.get("TERM", ""), environ.get("TERM_PROGRAM", "")
    name = (said.answers.name if said else "") or program or term or "unknown"
    around = " in tmux" if within_tmux(environ) else " in screen" if environ.get("STY") else ""
    asked = "" if said else "; not asked, since this is no terminal"
    if term in ("", "dumb"):
        remedy = "start it in a terminal, or use `chat-tui ask`"
        yield finding(AREA, "name", "warning", f"TERM is {term or 'not set'}", remedy)
    else:
        columns, rows = shutil.get_terminal_size()
        yield finding(
            AREA, "name", "ok", f"{name}{around}, TERM={term}, {columns} by {rows} cells{asked}"
        )
    yield _colours(environ)
    yield _keys(environ, said)
    yield _clipboard(environ, said)


def _colours(environ: Mapping[str, str]) -> Finding:
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return finding(AREA, "colours", "note", "none, since NO_COLOR is set", "unset NO_COLOR")
    if environ.get("COLORTERM", "").lower() in _TRUE_COLOUR or term.endswith("-direct"):
        return finding(AREA, "colours", "ok", "16 million")
    if "256color" in term or term.startswith(("xterm-kitty", "xterm-ghostty", "foot")):
        return finding(
            AREA,
            "colours",
            "note",
            "256, as far as it says: themes and pictures are coarser",
            "export COLORTERM=truecolor, where the terminal can show it",
        )
    return finding(AREA, "colours", "warning", "16 or fewer", "use a TERM such as xterm-256color")


def _keys(environ: Mapping[str, str], said: Said | None) -> Finding:
    known = environ.get("TERM", "").removeprefix("xterm-").startswith(_EXTENDED) or environ.get(
        "TERM_PROGRAM", ""
    ).startswith(_EXTENDED)
    if (said and said.keys) or (known and not within_tmux(environ)):
        return finding(AREA, "Shift+Enter", "ok", "is told from Enter")
    remedy = "Alt+Enter, Ctrl+J, or \\ and Enter begin a new line everywhere"
    if within_tmux(environ):
        return finding(AREA, "Shift+Enter", "note", "is up to tmux, see below", remedy)
    return finding(AREA, "Shift+Enter", "note", "may look like Enter to this terminal", remedy)


def _clipboard(environ: Mapping[str, str], said: Said | None) -> Finding:
    found = routes(environ, lambda name: shutil.which(name, path=environ.get("PATH", "")))
    answered = said is not None and said.answers.clipboard
    told = "as it says" if answered else "which may be switched off there"
    names = ", ".join(
        f"the terminal (OSC 52, {told})" if route.name == "terminal" else route.name
        for route in found
    )
    if not found:
        remedy = "install wl-clipboard, xclip or xsel, or use a terminal that knows OSC 52"
        return finding(AREA, "clipboard", "warning", "no way to it", remedy)
    return finding(AREA, "clipboard", "ok", names)


def look_at_pictures(
    mode: str, environ: Mapping[str, str], said: Said | None
) -> tuple[Protocol | None, list[Finding]]:
    """Say how pictures are drawn.

    Args:
        mode: What the configuration says about images.
        environ: Of the terminal.
        said: What it answered.

    Returns:
        The protocol, null where nothing is drawn or known, and what was found.
    """
    if mode == "off":
        words = 'off, since [app] images = "off"'
        return None, [finding(AREA, "pictures", "note", words, 'images = "auto" draws them')]
    if within_tmux(environ) and mode == "auto":
        return _pictures_in_tmux(environ)
    protocol = by_name(mode, environ) or (by_answers(said.answers, environ) if said else None)
    if protocol is None:
        return None, [finding(AREA, "pictures", "note", "not known: the terminal was not asked")]
    if protocol == "halfblock":
        remedy = "kitty, Ghostty, foot, WezTerm and others draw real pictures"
        return protocol, [finding(AREA, "pictures", "note", "as half blocks", remedy)]
    return protocol, [finding(AREA, "pictures", "ok", f"by the protocol of {protocol}")]


def _pictures_in_tmux(environ: Mapping[str, str]) -> tuple[Protocol, list[Finding]]:
    passes = tmux_option(environ, "allow-passthrough")
    if passes in ("on", "all", "1"):
        name = tmux_option(environ, "client_termtype", display=True)
        if has_placeholders(name):
            return "kitty", [finding(AREA, "pictures", "ok", f"by kitty's protocol, to {name}")]
        words = f"as half blocks: {name or 'the terminal around tmux'} is not known to draw more"
        return "halfblock", [finding(AREA, "pictures", "note", words)]
    return "halfblock", [
        finding(
            AREA,
            "pictures",
            "warning",
            "as half blocks, since tmux lets no picture through",
            "into ~/.tmux.conf: set -g allow-passthrough on",
        )
    ]


def look_at_tmux(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at what tmux passes on; nothing where there is none."""
    if not within_tmux(environ):
        return
    wanted = (
        ("extended-keys", ("on", "always"), "Shift+Enter", "set -s extended-keys on"),
        ("set-clipboard", ("on",), "copying by the terminal", "set -s set-clipboard on"),
    )
    for option, fine, what, line in wanted:
        value = tmux_option(environ, option)
        if value in fine:
            yield finding("tmux", option, "ok", value)
        elif value == "external":
            words = "external: copies go through tmux's own buffer"
            yield finding("tmux", option, "note", words, f"for all ways, into ~/.tmux.conf: {line}")
        else:
            words = f"{value or 'not known'}: {what} does not get through"
            yield finding("tmux", option, "warning", words, f"into ~/.tmux.conf: {line}")


def tmux_option(environ: Mapping[str, str], name: str, *, display: bool = False) -> str:
    """Ask tmux; empty where it does not say."""
    program = shutil.which("tmux", path=environ.get("PATH", ""))
    if program is None:
        return ""
    pane = environ.get("TMUX_PANE", "")
    target = ["-t", pane] if pane else []
    asked = [program, "display-message", "-p", *target, f"#{{{name}}}"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a name of ours
            asked,
            capture_output=True,
            timeout=TMUX_LIMIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
            env=clean_environ(environ),
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
