"""Typing into a text, as a prompt does it."""

from collections.abc import Iterable

from chat_tui.vi.keys import Mode, Vi
from chat_tui.vi.outcomes import Edit, Go
from chat_tui.vi.places import on_line

ESCAPE = "\x1b"
BACKSPACE = "\x08"


def typed(keys: Iterable[str], text: str, at: int, vi: Vi | None = None) -> tuple[str, int, Mode]:
    """Type keys in normal mode; what is changed before, or lies above, is not known here."""
    vi = vi or Vi()
    vi.escape(text, at)
    for key in keys:
        if vi.mode == "insert" and key != ESCAPE:
            vi.look(text, at)
            if key == BACKSPACE:
                text, at = text[: max(0, at - 1)] + text[at:], max(0, at - 1)
                continue
            text, at = text[:at] + key + text[at:], at + len(key)
            continue
        outcome = vi.escape(text, at) if key == ESCAPE else vi.press(key, text, at)
        match outcome:
            case Edit(start=start, end=end, text=piece, cursor=cursor):
                assert 0 <= start <= end <= len(text)
                text, at = text[:start] + piece + text[end:], cursor
            case Go(cursor=cursor):
                at = cursor
            case _ if not vi.selecting:
                at = on_line(text, at)
        assert 0 <= at <= len(text)
    return text, at, vi.mode
