from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.color import ColorSystem
from textual import events
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.events import Finished
from chat_tui.message import Attachment, Message, TextPart
from chat_tui.simulator.pictures import landscape
from chat_tui.widgets.prompt.attachment_bar import FileChip
from chat_tui.widgets.prompt.attachment_pictures import AttachmentPictures
from tests.app.desk import Desk, chat, until
from tests.snapshots.compare import Compare
from tests.snapshots.conftest import BEGAN, Talk

LENS = Attachment(
    path="/media/lens.png",
    name="Fresnel lens, first order.png",
    media_type="image/png",
    size_bytes=1_834_221,
    width_px=1536,
    height_px=1024,
)
LOG = Attachment(
    path="/media/log.txt", name="keeper.log", media_type="text/plain", size_bytes=18_112
)


@pytest.fixture
def shown_files() -> Conversation:
    """A turn with a picture and a text, and its answer."""
    talk = Talk()
    talk.you("What is on the picture, and does the log mention it?")
    (turn,) = talk.messages
    parts = (*turn.parts, LENS, LOG)
    talk.messages[0] = Message(id=turn.id, role="user", parts=parts, created=BEGAN)
    talk.reply(
        TextPart("A first-order Fresnel lens. The log mentions its cleaning on three days."),
        outcome=Finished("stop", 4.1, 0.9),
    )
    return talk.conversation()


async def attach(pilot: Pilot[int]) -> None:
    pane = chat(pilot).pane
    bar = pane.prompt.attaching.bar
    for attachment in (LENS, LOG):
        bar.add(FileChip(attachment, attachment.name), pane.session.conversation.id)
    pane.prompt.post_message(events.Paste("a line\n" * 42))
    await until(pilot, lambda: len(bar.chips) == 3)
    pane.prompt.insert("And these?")
    await pilot.press("shift+tab", "right")
    await until(pilot, lambda: bar.has_focus)


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
def test_files_above_the_prompt_and_in_a_turn(
    desk: Desk, compare: Compare, shown_files: Conversation, theme: str
) -> None:
    app = desk.app(app=f'theme = "{theme}"', conversation=shown_files)
    compare(app, size=(100, 20), before=attach)


@pytest.fixture
def reserved() -> Iterator[None]:
    """Pictures are drawn."""
    draw_pictures(True)
    yield
    draw_pictures(False)


@pytest.mark.parametrize("theme", ["dusk", "dawn"])
@pytest.mark.usefixtures("reserved")
def test_pictures_above_their_names(
    desk: Desk, compare: Compare, shown_files: Conversation, tmp_path: Path, theme: str
) -> None:
    async def attach_drawn(pilot: Pilot[int]) -> None:
        pane = chat(pilot).pane
        bar = pane.prompt.attaching.bar
        for number in range(2):
            path = tmp_path / f"{number}.png"
            path.write_bytes(landscape(f"a lens {number}"))
            kept = replace(LENS, path=str(path), name=f"lens {number}.png", height_px=1536)
            bar.add(FileChip(kept, kept.name), pane.session.conversation.id)
        bar.add(FileChip(LOG, LOG.name), pane.session.conversation.id)
        await pilot.pause()
        pictures = chat(pilot).screen.query_one(AttachmentPictures)
        await until(pilot, lambda: len([one for one in pictures.pictures_shown() if one.rows]) == 2)

    app = desk.app(app=f'theme = "{theme}"\nimages = "halfblock"', conversation=shown_files)
    app.console._color_system = ColorSystem.TRUECOLOR
    compare(app, size=(100, 24), before=attach_drawn)


def test_files_above_the_prompt_of_a_narrow_terminal(
    desk: Desk, compare: Compare, shown_files: Conversation
) -> None:
    compare(desk.app(conversation=shown_files), size=(60, 16), before=attach)
