"""Asking the terminal itself, before anything else draws on it."""

import os
import re
import select
import sys
import termios
import time
import tty
from dataclasses import dataclass
from typing import Final

from chat_tui.pictures.protocol import QUERY, AnswerReader, Answers

KEYS_QUERY: Final = "\x1b[?u"
"""Which enhancements of the keyboard are on: whoever knows the protocol answers."""
_KEYS_ANSWER: Final = re.compile(r"\x1b\[\?\d{0,4}u")
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Said:
    """What a terminal said about itself."""

    answers: Answers
    keys: bool
    """It knows kitty's keyboard protocol, and so tells Shift+Enter from Enter."""


def ask(limit_s: float) -> Said | None:
    """Ask the terminal on the standard streams.

    Args:
        limit_s: How long to wait; the last answer ends that early.

    Returns:
        What came in time; null where there is no terminal to be asked.
    """
    try:
        source, target = sys.stdin.fileno(), sys.stdout.fileno()
        before = termios.tcgetattr(source)
    except (OSError, ValueError, AttributeError, termios.error):
        return None
    reader = AnswerReader()
    rest = ""
    try:
        tty.setraw(source, termios.TCSANOW)
        os.write(target, (KEYS_QUERY + QUERY).encode())
        until = time.monotonic() + limit_s
        while not reader.answers.complete and (left := until - time.monotonic()) > 0:
            if not select.select([source], [], [], left)[0]:
                break
            came = os.read(source, _MOST)
            if not came:
                break
            rest += reader.take(came.decode("latin-1"))
    finally:
        # What comes late must not be typed into the shell.
        termios.tcsetattr(source, termios.TCSAFLUSH, before)
    return Said(reader.answers, bool(_KEYS_ANSWER.search(rest + reader.held)))
