import pytest
from textual.app import App, ComposeResult

from chat_tui.text import clean
from chat_tui.widgets.clean_area import CleanArea
from tests.hostile import texts

HOSTILE = "a\x1b[2Jb\u202ec\r\nd"


class Holder(App[None]):
    def compose(self) -> ComposeResult:
        yield CleanArea(HOSTILE)


@pytest.mark.parametrize("way", ["made", "set", "inserted", "replaced", "loaded"])
async def test_nothing_unclean_gets_in_by_any_way(way: str) -> None:
    app = Holder()
    async with app.run_test():
        area = app.query_one(CleanArea)
        if way != "made":
            area.text = ""
        match way:
            case "set":
                area.text = HOSTILE
            case "inserted":
                area.insert(HOSTILE)
            case "replaced":
                area.replace(HOSTILE, (0, 0), (0, 0))
            case "loaded":
                area.load_text(HOSTILE)
            case _:
                pass
        assert area.text == clean(HOSTILE)


async def test_every_hostile_text_is_held_clean_and_undone_whole() -> None:
    app = Holder()
    async with app.run_test():
        area = app.query_one(CleanArea)
        for text in texts(7):
            area.text = ""
            area.insert(text)
            assert area.text == clean(text)
            area.undo()
            assert area.text == ""
