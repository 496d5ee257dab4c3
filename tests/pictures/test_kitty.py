from base64 import standard_b64decode

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from textual.strip import Strip

from chat_tui.pictures import kitty

PNG = bytes(range(256)) * 40


def test_the_signs_are_those_of_the_protocol() -> None:
    assert len(kitty.SIGNS) == len(set(kitty.SIGNS)) == 297
    assert (kitty.SIGNS[0], kitty.SIGNS[1], kitty.SIGNS[-1]) == (
        chr(0x305), chr(0x30D), chr(0x1D244),
    )  # fmt: skip


def test_a_number_is_a_colour_and_a_sign() -> None:
    for _ in range(200):
        number = kitty.new_id()
        assert 16 <= number & 0xFF <= 255
        assert number & 0xFFFF00 == 0
        assert 1 <= number >> 24 <= 255


def test_each_cell_says_where_it_is() -> None:
    number = 7 << 24 | 200
    rows = kitty.placeholders(number, 5, 3)
    assert len(rows) == 3
    for y, (segment,) in enumerate(rows):
        assert cell_len(segment.text) == 5
        cells = segment.text.split(kitty.PLACEHOLDER)[1:]
        assert cells == [kitty.SIGNS[y] + kitty.SIGNS[x] + kitty.SIGNS[7] for x in range(5)]


@pytest.mark.parametrize("system", ["standard", "256", "truecolor"])
def test_the_number_of_a_picture_is_no_other_colour_anywhere(system: str) -> None:
    console = Console(color_system=system, force_terminal=True)  # type: ignore[arg-type]
    ((segment,),) = kitty.placeholders(7 << 24 | 200, 1, 1)
    assert segment.style is not None
    for style in (segment.style, Style.parse("white on black") + segment.style):
        written = Strip([segment._replace(style=style)]).render(console)
        assert "38;5;200" in written
        assert segment.text in written


def test_a_cut_row_keeps_whole_cells() -> None:
    ((segment,),) = kitty.placeholders(7 << 24 | 200, 5, 1)
    strip = Strip([segment])
    assert strip.crop(1, 3).text + strip.crop(3, 5).text == segment.text[4:]


def test_a_picture_is_sent_in_messages_that_are_not_too_long() -> None:
    messages = list(kitty.transmission(99, PNG, 5, 3))
    assert len(messages) == 4
    data = b""
    for number, message in enumerate(messages):
        head, _, payload = message.removeprefix("\x1b_G").removesuffix("\x1b\\").partition(";")
        assert len(payload) <= 4096
        keys = dict(pair.split("=") for pair in head.split(","))
        assert keys["q"] == "2"
        assert keys["m"] == ("0" if number == 3 else "1")
        if number == 0:
            assert keys == {"a": "T", "U": "1", "i": "99", "c": "5", "r": "3", "f": "100",
                            "q": "2", "m": "1"}  # fmt: skip
        data += standard_b64decode(payload)
    assert data == PNG


def test_a_picture_is_dropped_with_its_data() -> None:
    assert kitty.deletion(99) == "\x1b_Ga=d,d=I,i=99,q=2\x1b\\"
