"""A test card: eight bars by the protocol that was found, so that an eye can judge it."""

import base64
from collections.abc import Iterator
from typing import Final

from chat_tui import glyphs
from chat_tui.passthrough import passed_through
from chat_tui.pictures.protocol import Protocol

BARS: Final = (
    (255, 255, 255),
    (255, 255, 0),
    (0, 255, 255),
    (0, 255, 0),
    (255, 0, 255),
    (255, 0, 0),
    (0, 0, 255),
    (0, 0, 0),
)
BAR_PX: Final = 20
HEIGHT_PX: Final = 36
"""Six pixels are one band of sixels."""
COLUMNS: Final = 16
LINES: Final = 2


def picture_card(protocol: Protocol, *, in_tmux: bool) -> str:
    """Draw the bars; ends at the beginning of a line.

    Args:
        protocol: How.
        in_tmux: What is not text has to be passed through.
    """
    match protocol:
        case "kitty":
            picture = _kitty()
            return (passed_through(picture) if in_tmux else picture) + "\n" * LINES + "\n"
        case "sixel":
            return _sixel() + "\n"
        case "halfblock":
            return "".join(_blocks()) + "\n"


def colour_card() -> str:
    """A row that is smooth where 16 million colours are shown."""
    cells = (f"\x1b[48;2;{step * 4};{80};{255 - step * 4}m " for step in range(64))
    return "".join(cells) + "\x1b[0m\n"


def _kitty() -> str:
    """The bars as RGB in one piece: below the 4096 bytes that a piece may have."""
    row = b"".join(bytes(colour) for colour in BARS)
    data = base64.b64encode(row).decode()
    return f"\x1b_Ga=T,q=2,f=24,s={len(BARS)},v=1,c={COLUMNS},r={LINES},C=1;{data}\x1b\\"


def _sixel() -> str:
    colours = "".join(
        f"#{number};2;{red * 100 // 255};{green * 100 // 255};{blue * 100 // 255}"
        for number, (red, green, blue) in enumerate(BARS)
    )
    band = "".join(f"#{number}!{BAR_PX}~" for number in range(len(BARS)))
    return f"\x1bP0;1q{colours}{'-'.join([band] * (HEIGHT_PX // 6))}\x1b\\"


def _blocks() -> Iterator[str]:
    half = str(glyphs.UPPER_HALF)
    for _ in range(LINES):
        for red, green, blue in BARS:
            ink = f"\x1b[38;2;{red};{green};{blue}m\x1b[48;2;{red};{green};{blue}m"
            yield f"{ink}{half * (COLUMNS // len(BARS))}"
        yield "\x1b[0m\n"
