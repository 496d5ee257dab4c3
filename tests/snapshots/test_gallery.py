"""All pictures, the menu of one, and what it was made with."""

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.conversation import Conversation
from chat_tui.events import Finished, ImageResult
from chat_tui.message import Lineage
from chat_tui.screens.gallery import GalleryScreen
from chat_tui.screens.picture_info import PictureInfoScreen
from chat_tui.screens.picture_menu import PictureMenu
from tests.app.desk import Desk, chat, until
from tests.snapshots.compare import Compare
from tests.snapshots.conftest import Talk


def picture(index: int, seed: int) -> ImageResult:
    return ImageResult(
        "j", index, path=f"/home/ada/media/0{index}.png", media_type="image/png", width_px=1024,
        height_px=768, seed=seed, revised_prompt="A lighthouse drawn in ink, seen from a boat",
    )  # fmt: skip


@pytest.fixture
def painted() -> Conversation:
    talk = Talk()
    talk.you("a lighthouse in ink, from the sea")
    talk.reply(picture(0, 7), outcome=Finished("stop"))
    talk.you("the same at night, with its beam over the water and a small boat under it")
    first = talk.messages[1]
    lineage = Lineage(message=first.id, picture=1, said=first.created)
    talk.messages[2] = replace(talk.messages[2], parts=(*talk.messages[2].parts, lineage))
    talk.reply(picture(1, 8), outcome=Finished("stop"))
    return talk.conversation()


@pytest.fixture
def app(desk: Desk, painted: Conversation) -> ChatApp:
    return desk.app(conversation=painted)


async def open_gallery(pilot: Pilot[int]) -> None:
    await pilot.press("f8")
    await until(pilot, lambda: isinstance(pilot.app.screen, GalleryScreen))


async def open_menu(pilot: Pilot[int]) -> None:
    chat(pilot).work.pictures.act_on_last("menu")
    await until(pilot, lambda: isinstance(pilot.app.screen, PictureMenu))


async def open_info(pilot: Pilot[int]) -> None:
    chat(pilot).work.pictures.act_on_last("info")
    await until(pilot, lambda: isinstance(pilot.app.screen, PictureInfoScreen))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_all_pictures(app: ChatApp, compare: Compare, size: tuple[int, int]) -> None:
    compare(app, size=size, before=open_gallery)


def test_the_menu_of_a_picture(app: ChatApp, compare: Compare) -> None:
    compare(app, size=(80, 24), before=open_menu)


def test_what_a_picture_was_made_with(app: ChatApp, compare: Compare) -> None:
    compare(app, size=(80, 24), before=open_info)
