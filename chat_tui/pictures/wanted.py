"""Whether pictures are drawn at all: known before anything is, and without asking the terminal."""

from collections.abc import Mapping
from typing import Final

_NO_PICTURES: Final = ("dumb", "unknown", "linux", "vt1", "vt2")
"""Beginnings of `TERM`."""


def can_draw(mode: str, environ: Mapping[str, str], *, terminal: bool, ascii_only: bool) -> bool:
    """Whether pictures are drawn at all.

    Args:
        mode: What the configuration says about images.
        environ: With `TERM` and `NO_COLOR`.
        terminal: The output is one.
        ascii_only: It shows no more than ASCII.
    """
    if mode == "off" or not terminal or environ.get("NO_COLOR"):
        return False
    if ascii_only:
        return mode == "sixel"
    return mode != "auto" or not environ.get("TERM", "dumb").startswith(_NO_PICTURES)
