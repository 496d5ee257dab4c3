"""The last look at what goes to the terminal: text that nobody cleaned is made harmless here.

Text from outside is cleaned where it comes in. Should that be forgotten somewhere, nothing unclean
gets out all the same: it is cleaned now, and logged as the mistake of ours that it is, which fails
a test. Both ways to paint end in `Strip.render`; Textual 8.2 itself leaves all but five controls.
"""

import logging
from typing import Final
from unicodedata import category

from rich.console import Console
from rich.segment import Segment
from textual.strip import Strip

from chat_tui.text import clean, harm_in

log = logging.getLogger(__name__)

_MAX_NAMED: Final = 8
_PICTURE_CELL: Final = chr(0x10EEEE)
"""Kitty draws a picture where this stands; importing what writes it would slow the start."""

_render: Final = Strip.render


def guard_terminal() -> None:
    """Look at every row of this process from now on. Idempotent."""
    if Strip.render is not _guarded:
        Strip.render = _guarded  # type: ignore[assignment, method-assign]


def _guarded(strip: Strip, console: Console) -> str:
    # A row is written many times, and looked at once: nothing public says that it was.
    if strip._render_cache is None and any(map(_is_harmful, strip)):  # noqa: SLF001
        strip._render_cache = _render(Strip(map(_cleaned, strip)), console)  # noqa: SLF001
    return _render(strip, console)


def _is_harmful(segment: Segment) -> bool:
    text, style, _ = segment
    if not (text.isascii() and text.isprintable()) and harm_in(text) and not _is_picture(text):
        return True
    return style is not None and style.link is not None and not _is_plain_link(style.link)


def _cleaned(segment: Segment) -> Segment:
    text, style, control = segment
    if (harm := harm_in(text)) and not _is_picture(text):
        _complain("text", harm)
        text = clean(text).replace("\n", " ").replace("\t", " ")
    if style is not None and style.link is not None and not _is_plain_link(style.link):
        _complain("a link", harm_in(style.link))
        style = style.update_link(None)
    return Segment(text, style, control)


def _is_picture(text: str) -> bool:
    """Whether these are cells of a picture by kitty's protocol, and nothing else."""
    return all(sign in (_PICTURE_CELL, " ") or category(sign) == "Mn" for sign in text)


def _is_plain_link(link: str) -> bool:
    return link.isascii() and link.isprintable()


def _complain(what: str, harm: str) -> None:
    # What the text says is nobody's business but the user's: the log gets its signs alone.
    signs = ", ".join(f"U+{ord(sign):04X}" for sign in sorted(set(harm))[:_MAX_NAMED])
    log.error("%s on its way to the terminal was not clean: %s", what, signs or "not ASCII")
