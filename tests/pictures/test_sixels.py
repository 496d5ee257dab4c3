from chat_tui.pictures.decoding import Decoded, PictureDecoder
from chat_tui.pictures.scaling import Scaling
from tests.pictures.real_pictures import picture
from tests.pictures.sixels import read_sixels

COLUMNS, LINES, CELL = 10, 4, (8, 20)


async def test_the_rows_of_a_picture_are_its_pixels_and_no_more() -> None:
    decoder = PictureDecoder()
    decoded = await decoder.decode(picture(size=(80, 80)), Scaling("sixel", COLUMNS, LINES, CELL))
    await decoder.aclose()
    assert isinstance(decoded, Decoded)
    for line, piece in enumerate(decoded.pieces):
        pixels = read_sixels(piece)
        assert set(pixels) == {(x, y) for x in range(80) for y in range(20)}
        for (x, y), colour in pixels.items():
            blue = x < 40 and line * 20 + y < 40
            assert colour == ((8, 16, 86) if blue else (78, 12, 24))
