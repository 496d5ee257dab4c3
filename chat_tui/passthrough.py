"""Running within tmux, and what is handed on to the terminal around it."""

from collections.abc import Mapping


def within_tmux(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX"))


def within_screen(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is GNU screen; tmux calls itself so, too."""
    called_so = environ.get("TERM", "").startswith("screen")
    return not within_tmux(environ) and (called_so or bool(environ.get("STY")))


def passed_through(sequence: str) -> str:
    """Wrap a sequence so that tmux hands it on, where `allow-passthrough` lets it."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
