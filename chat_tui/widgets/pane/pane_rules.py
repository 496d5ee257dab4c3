"""The lines between panes, painted, with what stands where they meet."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from chat_tui import glyphs
from chat_tui.widgets.pane.pane_tree import Rule


def painted(rules: Sequence[Rule], size: Size, style: Style) -> list[Strip]:
    """Paint the rules, and where they meet; one strip for each row of all panes."""
    width, height = size
    grid = [[" "] * width for _ in range(height)]
    lines = {(x, y) for rule in rules for x, y in _cells(rule.area)}
    for rule in rules:
        sign = glyphs.COLUMN if rule.split.axis == "right" else glyphs.RULE
        for x, y in _cells(rule.area):
            grid[y][x] = str(sign)
    for rule in rules:  # the end of one may meet the side of another
        x, y, columns, rows = rule.area
        if rule.split.axis == "right":
            ends = (((x, y - 1), glyphs.MEETS_DOWN), ((x, y + rows), glyphs.MEETS_UP))
        else:
            ends = (((x - 1, y), glyphs.MEETS_RIGHT), ((x + columns, y), glyphs.MEETS_LEFT))
        for (column, line), sign in ends:
            if (column, line) in lines:
                met = grid[line][column] not in (str(glyphs.COLUMN), str(glyphs.RULE))
                grid[line][column] = str(glyphs.CROSSING if met else sign)
    return [Strip([Segment("".join(row), style)], width) for row in grid]


def _cells(area: Region) -> list[tuple[int, int]]:
    return [(x, y) for y in area.line_range for x in area.column_range]
