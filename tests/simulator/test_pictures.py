"""The pictures that the simulator draws, read back by hand."""

import struct
import zlib

import pytest

from chat_tui.simulator.pictures import COARSE_CELLS, FINE_CELLS, SIZE_PX, landscape, previews


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found: list[tuple[bytes, bytes]] = []
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        name, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(name + content),)
        found.append((name, content))
        at += 12 + length
    return found


def colours(png: bytes) -> set[bytes]:
    rows = zlib.decompress(dict(chunks(png))[b"IDAT"])
    wide = 1 + 3 * SIZE_PX
    assert len(rows) == SIZE_PX * wide
    assert set(rows[::wide]) == {0}
    return {
        rows[row + 1 + 3 * x : row + 4 + 3 * x]
        for row in range(0, len(rows), wide)
        for x in range(0, SIZE_PX, SIZE_PX // FINE_CELLS)
    }


@pytest.mark.parametrize("cells", [FINE_CELLS, *COARSE_CELLS])
def test_a_picture_is_a_whole_png_file(cells: int) -> None:
    found = chunks(landscape("a hill", cells=cells))
    assert [name for name, _ in found] == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", found[0][1]) == (SIZE_PX, SIZE_PX, 8, 2, 0, 0, 0)


def test_previews_grow_sharper_up_to_the_picture() -> None:
    sharpness = [len(colours(png)) for png in (*previews("a hill"), landscape("a hill"))]
    assert sharpness == sorted(set(sharpness))
    assert len(sharpness) == len(COARSE_CELLS) + 1


def test_the_words_choose_the_picture() -> None:
    assert landscape("a hill") == landscape("a hill")
    assert landscape("a hill") != landscape("a lake")
    assert landscape("\ud800")
