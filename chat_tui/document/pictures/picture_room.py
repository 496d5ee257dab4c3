"""The room of a picture that is not there, and words that fit into a row."""

from collections.abc import Sequence

from rich.cells import cell_len

from chat_tui import glyphs
from chat_tui.document.markdown.leaf import offset_of_cell
from chat_tui.document.pictures.picture_shape import Grid
from chat_tui.document.spans import Ink, Span


def cut(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return text[: offset_of_cell(text, width - 1)].rstrip() + str(glyphs.CUT)


def fitted(spans: Sequence[Span], width: int) -> list[Span]:
    fitting: list[Span] = []
    for span in spans:
        text = cut(span.text, width)
        if text:
            fitting.append(span._replace(text=text))
        width -= cell_len(span.text)
        if width <= 0:
            break
    return fitting


def framed(words: Sequence[str], line: int, layout: Grid) -> list[Span]:
    """Draw a row of the room of a picture that is not there."""
    columns, lines = layout.columns, layout.lines
    border: Ink = "border"
    if columns < 4 or lines < 3:
        return [Span(" " * columns, "text")]
    inner = columns - 2
    if line in (0, lines - 1):
        left, right = (
            (glyphs.TOP_LEFT, glyphs.TOP_RIGHT)
            if line == 0
            else (glyphs.BOTTOM_LEFT, glyphs.BOTTOM_RIGHT)
        )
        return [Span(f"{left}{str(glyphs.RULE) * inner}{right}", border)]
    side = Span(str(glyphs.COLUMN), border)
    number = line - (lines - len(words)) // 2
    text = cut(words[number], inner) if 0 <= number < len(words) else ""
    free = inner - cell_len(text)
    return [side, Span(" " * (free // 2) + text + " " * (free - free // 2), "dim"), side]
