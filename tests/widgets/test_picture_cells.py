import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from chat_tui.pictures.drawn import Drawn
from chat_tui.widgets.transcript.picture_cells import PictureRow, SixelStrip, lay_over

BASE = Style.parse("white on black")
DIM = Style.parse("dim")
ROW = Strip([Segment("abcdefghij")], 10)
CONSOLE = Console(color_system="truecolor", force_terminal=True)
CELLS = Drawn(3, 2, [[Segment("XYZ", BASE)], [Segment("xyz", BASE)]])
SIXELS = Drawn(3, 2, sixels=["<one>", "<two>"])


def over(*pictures: PictureRow) -> Strip:
    return lay_over(ROW, pictures, BASE, DIM)


@pytest.mark.parametrize(
    ("column", "expected"), [(0, "XYZdefghij"), (4, "abcdXYZhij"), (7, "abcdefgXYZ")]
)
def test_cells_lie_over_the_row(column: int, expected: str) -> None:
    strip = over(PictureRow(CELLS, column, 0))
    assert strip.text == expected
    assert strip.cell_length == 10


def test_several_stand_side_by_side_each_with_its_row() -> None:
    strip = over(PictureRow(CELLS, 1, 0), PictureRow(None, 4, 0), PictureRow(CELLS, 7, 1))
    assert strip.text == "aXYZefgxyz"


@pytest.mark.parametrize(
    "picture", [PictureRow(None, 0, 0), PictureRow(CELLS, 8, 0), PictureRow(CELLS, 0, 2)]
)
def test_what_is_not_ready_or_has_no_room_leaves_the_row(picture: PictureRow) -> None:
    assert over(picture) is ROW


def test_the_reason_stands_in_the_middle() -> None:
    broken = Drawn(9, 3, reason="it is cut off")
    assert over(PictureRow(broken, 0, 0)) is ROW
    assert over(PictureRow(broken, 0, 1)).text.startswith(" it is c")
    assert over(PictureRow(broken, 0, 1)).cell_length == 10


def test_sixels_are_written_over_blank_cells_at_their_column() -> None:
    strip = over(PictureRow(SIXELS, 2, 0), PictureRow(SIXELS, 6, 1))
    assert strip.text == "ab   f   j"
    written = strip.render(CONSOLE)
    cells = Strip(list(strip)).render(CONSOLE)
    assert written == f"\x1b7{cells}\x1b8\x1b7\x1b[2C<one>\x1b8\x1b7\x1b[6C<two>\x1b8\x1b[10C"


def test_a_cut_row_has_the_sixels_that_are_not_cut() -> None:
    strip = over(PictureRow(SIXELS, 2, 0), PictureRow(SIXELS, 6, 1))
    assert isinstance(strip, SixelStrip)
    assert strip.crop(0, 10) is strip
    (whole,) = strip.divide([10])
    assert whole is strip
    left, right = strip.divide([5, 10])
    assert "\x1b8\x1b7\x1b[2C<one>\x1b8\x1b[5C" in left.render(CONSOLE)
    assert "\x1b8\x1b7\x1b[1C<two>\x1b8\x1b[5C" in right.render(CONSOLE)
    assert "<one>" not in right.render(CONSOLE)
    for part in (strip.crop(3, 8), *strip.divide([4, 8, 10])):
        assert "<" not in part.render(CONSOLE)
    assert "<two>" in strip.crop(6).render(CONSOLE)
