"""Reads sixel strings as strict terminals do: https://vt100.net/docs/vt3xx-gp/chapter14.html.

To define a colour is not to choose it: xterm and foot go on with the one before.
"""

import re

_TOKEN = re.compile(rb"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])")


def read_sixels(data: bytes) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Return the pixels that are set, with their colours in percent."""
    body = re.fullmatch(rb"\x1bP[\d;]*q\"[\d;]+(.*)\x1b\\", data, re.DOTALL)
    assert body is not None
    colours: dict[int, tuple[int, int, int]] = {}
    pixels: dict[tuple[int, int], tuple[int, int, int]] = {}
    x = y = chosen = 0
    at = 0
    while at < len(body[1]):
        token = _TOKEN.match(body[1], at)
        assert token is not None, body[1][at : at + 20]
        at = token.end()
        number, red, green, blue, times, repeated, single, move = token.groups()
        if number is not None:
            if red is None:
                chosen = int(number)
            else:
                colours[int(number)] = (int(red), int(green), int(blue))
        elif move is not None:
            x, y = 0, y + (6 if move == b"-" else 0)
        else:
            bits, wide = (repeated or single)[0] - 63, int(times or 1)
            for bit in range(6):
                if bits >> bit & 1:
                    pixels.update(
                        {(x + column, y + bit): colours[chosen] for column in range(wide)}
                    )
            x += wide
    return pixels
