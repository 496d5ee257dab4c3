"""Keys as the terminal sends them: Esc alone is heard soon, and is not taken for Alt with a letter.

Textual 8.2 waits a tenth of a second and more for what may follow an Esc, so that dialogs close
late, and the key after it, which with the keys of vi comes at once, becomes an Alt.
"""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from textual import constants, events
from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.geometry import Size
from textual.message import Message

ESC: Final = "\x1b"
ESCAPE_S: Final = 0.04
"""What begins with Esc comes in one piece, but for a network that is slow."""
LOOK_S: Final = 0.1
_READ_BYTES: Final = 4096


def escape_s() -> float:
    """How long what follows an Esc may take: ESCDELAY, where that is set."""
    return constants.ESCAPE_DELAY if "ESCDELAY" in os.environ else ESCAPE_S


def beyond(event: Message, size: Size) -> bool:
    """Whether the mouse is where nothing is drawn, as while a terminal is made smaller.

    Textual 8.2 takes the keys from whatever has them when it hears of that.
    """
    return isinstance(event, events.MouseEvent) and not (
        0 <= event.x < size.width and 0 <= event.y < size.height
    )


def read_keys(
    fileno: int,
    hear: Callable[[Message], object],
    ended: Callable[[], bool],
    *,
    wait_s: float,
    debug: bool = False,
) -> None:
    """Read until the end.

    Args:
        fileno: The terminal.
        hear: Is given each event.
        ended: Whether enough was read.
        wait_s: How long an Esc waits for what may follow.
        debug: See the parser.
    """
    parser, decode = XTermParser(debug), getincrementaldecoder("utf-8")().decode
    selector = selectors.SelectSelector()
    selector.register(fileno, selectors.EVENT_READ)
    held = ""
    try:
        while not ended():
            if selector.select(wait_s if held else LOOK_S):
                read, held = _cut(held + decode(os.read(fileno, _READ_BYTES)))
                for event in parser.feed(read) if read else ():  # nothing would be the end
                    hear(event)
            else:
                for _ in held:
                    hear(events.Key("escape", ESC))
                held = ""
            for event in parser.tick():
                hear(event)
    finally:
        selector.close()
        with suppress(EOFError, ParseError):
            list(parser.feed(""))


def _cut(read: str) -> tuple[str, str]:
    """Split off what may be the beginning of something."""
    whole = read.rstrip(ESC)
    return whole, read[len(whole) :]
