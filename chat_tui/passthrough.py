"""Running within tmux, and what is handed on to the terminal around it."""

from collections.abc import Mapping


def within_tmux(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX"))


def passed_through(sequence: str) -> str:
    """Wrap a sequence so that tmux hands it on, where `allow-passthrough` lets it."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
