import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from chat_tui import glyphs
from chat_tui.document.pictures.picture_slots import cell_size, draw_pictures, pictures_are_drawn
from chat_tui.events import Finished, ImageResult
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.widgets.picture_desk import PictureDesk
from chat_tui.widgets.transcript.transcript import Transcript
from tests.pictures.real_pictures import picture, saved
from tests.widgets.painting_program import WHEN

ENVIRON = {"TERM": "xterm-256color"}


@pytest.fixture(autouse=True)
def drawing() -> Iterator[None]:
    before, ascii_before = pictures_are_drawn(), glyphs.drawing_ascii()
    draw_pictures(True)
    glyphs.draw_ascii(False)
    yield
    draw_pictures(before)
    glyphs.draw_ascii(ascii_before)


class Seen(Transcript):
    def __init__(self) -> None:
        super().__init__(measure=100)
        self.changed = asyncio.Event()

    def pictures_changed(self) -> None:
        super().pictures_changed()
        self.changed.set()


class Showing(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.desk = PictureDesk(self, "auto", ENVIRON)
        self.transcript = Seen()

    def compose(self) -> ComposeResult:
        yield self.transcript

    def on_mount(self) -> None:
        self.transcript.draw_pictures(self.desk)

    async def on_unmount(self) -> None:
        await self.desk.aclose()


def reply(path: str) -> Message:
    image = ImageResult("j", 0, path=path, media_type="image/png", width_px=40, height_px=40)
    return Message(
        id=MessageId("m"), role="assistant", created=WHEN, provider="p", model="m",
        parts=(image,), outcome=Finished("stop"),
    )  # fmt: skip


def colours(strips: list[Strip]) -> set[str]:
    return {
        segment.style.bgcolor.name
        for strip in strips
        for segment in strip
        if segment.style is not None and segment.style.bgcolor is not None
    }


async def test_where_nobody_can_be_asked_half_blocks_are_drawn(tmp_path: Path) -> None:
    app = Showing()
    async with app.run_test(size=(80, 30)) as pilot:
        app.transcript.show([reply(saved(tmp_path, picture(size=(40, 40))))])
        await pilot.pause()
        await app.transcript.changed.wait()
        await pilot.pause()
        assert app.desk.protocol == "halfblock"
        seen = colours(app.screen._compositor.render_strips())
        assert "#c81e3c" in seen or any(name.startswith("color(") for name in seen)
        assert list(app.transcript.pictures_shown())


async def test_for_another_theme_pictures_are_drawn_anew(tmp_path: Path) -> None:
    app = Showing()
    async with app.run_test(size=(80, 30)) as pilot:
        app.transcript.show([reply(saved(tmp_path, picture(size=(40, 40))))])
        await pilot.pause()
        await app.transcript.changed.wait()
        await pilot.pause()
        before = set(app.transcript.pictures_shown())
        app.transcript.changed.clear()
        app.theme = "textual-light"
        await pilot.pause()
        while not set(app.transcript.pictures_shown()) - before:
            await app.transcript.changed.wait()
            app.transcript.changed.clear()
            await pilot.pause()


async def test_without_a_picture_nothing_is_made() -> None:
    app = Showing()
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.pause()
        assert app.desk._shelf is None
        assert app.desk.protocol is None


def test_a_cell_has_a_size_even_where_nobody_knows_it() -> None:
    width, height = cell_size()
    assert width > 0
    assert height > 0
