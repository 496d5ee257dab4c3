"""Scrollbars that can be seen where there are neither blocks nor colours."""

from typing import ClassVar

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBar, ScrollBarRender

from chat_tui import glyphs

THUMB = "#"


class AsciiScrollBar(ScrollBarRender):
    """Draws the thumb of a sign instead of blocks and reversed spaces."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.default(),  # noqa: B008 -- as in the class above
        bar_color: Color = Color.default(),  # noqa: B008
    ) -> Segments:
        bar = super().render_bar(
            size, virtual_size, window_size, position, thickness, vertical, back_color, bar_color
        )
        thumb = Style(color=bar_color, bgcolor=back_color)
        return Segments(
            [
                Segment(THUMB * len(text), thumb + Style(meta=style.meta))
                if style is not None and style.meta.get("@mouse.down") == "grab"
                else Segment(text, style, control)
                for text, style, control in bar.segments
            ],
            new_lines=bar.new_lines,
        )


def choose_scrollbars() -> None:
    """Let every scrollbar be drawn of the signs that were chosen."""
    ScrollBar.renderer = AsciiScrollBar if glyphs.drawing_ascii() else ScrollBarRender
