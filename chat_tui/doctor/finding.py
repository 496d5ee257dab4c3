"""One thing that was looked at, how it is, and what helps."""

from typing import Literal, TypeAlias

import msgspec

from chat_tui.text import clean_line

State: TypeAlias = Literal["ok", "note", "warning", "problem"]
"""A note is neither good nor bad; only a problem makes the exit code."""

MOST_CHARS = 400


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; clean text, a line each."""

    area: str
    name: str
    state: State
    text: str
    remedy: str = ""
    """What to do, in one line; empty where there is nothing to do."""


def finding(area: str, name: str, state: State, text: str, remedy: str = "") -> Finding:
    """Make a finding of texts from wherever."""
    return Finding(
        area=area,
        name=clean_line(name, 64),
        state=state,
        text=clean_line(text, MOST_CHARS),
        remedy=clean_line(remedy, MOST_CHARS),
    )
