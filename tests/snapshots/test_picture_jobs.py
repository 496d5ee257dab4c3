"""Jobs on their way and done; the pictures themselves are drawn elsewhere."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from chat_tui.conversation import Conversation
from chat_tui.document.picture_slots import draw_pictures
from chat_tui.events import Finished, ImageProgress, ImageResult, Terminal
from chat_tui.message import Part
from tests.app.desk import Desk, chat, painted
from tests.snapshots.compare import Compare
from tests.snapshots.conftest import Talk
from tests.streaming.clock import Clock

THEMES = pytest.mark.parametrize("theme", ["dusk", "dawn"])
STOP = Finished("stop", 6.2, 2.4)
RUNNING = (
    ImageProgress("j", "running", 0.0, elapsed_s=0.0),
    ImageProgress("j", "running", 0.62, note="sharpening", elapsed_s=5.0),
)


@pytest.fixture
def reserved() -> Iterator[None]:
    """Room is kept for pictures."""
    draw_pictures(True)
    yield
    draw_pictures(False)


def picture(index: int = 0, *, flagged: bool = False) -> ImageResult:
    return ImageResult(
        "j", index, path=f"/pictures/{index}.png", width_px=1024, height_px=768, seed=42 + index,
        elapsed_s=5.24, flagged=flagged,
    )  # fmt: skip


def talk(*parts: Part, outcome: Terminal | None, count: int = 1) -> Conversation:
    made = Talk()
    made.you("a lighthouse in a storm, oil on canvas")
    made.reply(*parts, outcome=outcome, provider="fal", model="fal-ai/flux/dev")
    asked = {"image_size": "landscape_4_3", "num_images": count}
    made.messages[-1] = replace(made.messages[-1], parameters=asked)
    return made.conversation()


async def half_way(pilot: Pilot[int]) -> None:
    """Feed a reply that nobody streams, by a clock that stands still."""
    transcript, clock = chat(pilot).pane.transcript, Clock()
    transcript.rows.clock = clock
    transcript.show(transcript.messages)
    name = transcript.messages[-1].id
    for event in RUNNING:
        clock.now_s = 1000.0 + (event.elapsed_s or 0.0)
        transcript.feed(name, [event])
        await painted(pilot)


@THEMES
@pytest.mark.usefixtures("reserved")
def test_a_picture_on_its_way_has_its_room(desk: Desk, compare: Compare, theme: str) -> None:
    app = desk.app(app=f'theme = "{theme}"', conversation=talk(outcome=None))
    compare(app, size=(100, 30), before=half_way)


@THEMES
def test_a_picture_on_its_way_in_words(desk: Desk, compare: Compare, theme: str) -> None:
    app = desk.app(app=f'theme = "{theme}"', conversation=talk(outcome=None))
    compare(app, size=(80, 12), before=half_way)


@THEMES
def test_pictures_in_words(desk: Desk, compare: Compare, theme: str) -> None:
    conversation = talk(picture(), picture(1, flagged=True), outcome=STOP, count=2)
    app = desk.app(app=f'theme = "{theme}"', conversation=conversation)
    compare(app, size=(80, 14))


@THEMES
@pytest.mark.usefixtures("reserved")
def test_a_marked_picture_and_one_that_did_not_come(
    desk: Desk, compare: Compare, theme: str
) -> None:
    conversation = talk(picture(0, flagged=True), outcome=STOP, count=2)
    app = desk.app(app=f'theme = "{theme}"', conversation=conversation)
    compare(app, size=(100, 26))


@pytest.mark.usefixtures("reserved")
def test_a_job_that_was_stopped(desk: Desk, compare: Compare) -> None:
    conversation = talk(RUNNING[-1], outcome=Finished("cancelled", 7.0))
    compare(desk.app(conversation=conversation), size=(80, 12))


@pytest.mark.usefixtures("reserved", "in_ascii")
def test_a_picture_on_its_way_in_ascii(desk: Desk, compare: Compare) -> None:
    compare(desk.app(conversation=talk(outcome=None)), size=(80, 28), before=half_way)
