"""Jobs on their way and done, in words and drawn in half blocks."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.color import ColorSystem
from textual.pilot import Pilot

from chat_tui.app.chat_app import ChatApp
from chat_tui.conversation import Conversation
from chat_tui.document.pictures.picture_slots import draw_pictures
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    StreamEvent,
    Terminal,
)
from chat_tui.message import Part
from chat_tui.simulator.pictures import landscape
from tests.app.desk import Desk, chat, painted, until
from tests.snapshots.compare import Compare
from tests.snapshots.conftest import Talk
from tests.streaming.clock import Clock

THEMES = pytest.mark.parametrize("theme", ["dusk", "dawn"])
LOOKS = pytest.mark.parametrize(("theme", "count"), [("dusk", 1), ("dawn", 1), ("dusk", 3)])
STOP = Finished("stop", 6.2, 2.4)
QUEUED = (
    ImageProgress("j", "queued", queue_position=3, elapsed_s=0.0),
    ImageProgress("j", "queued", queue_position=2, elapsed_s=4.0),
)
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
    await fed(*RUNNING)(pilot)


def fed(*events: StreamEvent) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Feed a reply that nobody streams, by a clock that stands still."""

    async def feed(pilot: Pilot[int]) -> None:
        transcript, clock = chat(pilot).pane.transcript, Clock()
        transcript.rows.clock = clock
        transcript.show(transcript.messages)
        name = transcript.messages[-1].id
        for event in events:
            if isinstance(event, ImageProgress):
                clock.now_s = 1000.0 + (event.elapsed_s or 0.0)
            transcript.feed(name, [event])
            await painted(pilot)

    return feed


def colourful(app: ChatApp) -> ChatApp:
    """Have it believe in a terminal of all colours."""
    app.console._color_system = ColorSystem.TRUECOLOR
    return app


def previews(count: int) -> list[ImagePreview]:
    """Of several pictures, half way."""
    return [
        ImagePreview("j", index, "image/png", data=landscape(f"a lighthouse {index}", cells=16))
        for index in range(count)
    ]


async def drawn(pilot: Pilot[int], count: int) -> None:
    transcript = chat(pilot).pane.transcript

    def all_there() -> bool:
        shown = {id(one) for one in transcript.pictures_shown() if one.rows}
        return len(shown) == count

    await until(pilot, all_there)


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


@LOOKS
@pytest.mark.usefixtures("reserved")
def test_a_picture_in_the_queue(desk: Desk, compare: Compare, theme: str, count: int) -> None:
    app = desk.app(app=f'theme = "{theme}"', conversation=talk(outcome=None, count=count))
    compare(app, size=(100, 30), before=fed(*QUEUED))


@LOOKS
@pytest.mark.usefixtures("reserved")
def test_previews_are_drawn_while_a_picture_is_made(
    desk: Desk, compare: Compare, theme: str, count: int
) -> None:
    async def shown(pilot: Pilot[int]) -> None:
        await fed(*RUNNING, *previews(count))(pilot)
        await drawn(pilot, count)

    app = colourful(
        desk.app(
            app=f'theme = "{theme}"\nimages = "halfblock"',
            conversation=talk(outcome=None, count=count),
        )
    )
    compare(app, size=(100, 30), before=shown)


@LOOKS
@pytest.mark.usefixtures("reserved")
def test_a_finished_picture_is_drawn(
    desk: Desk, compare: Compare, tmp_path: Path, theme: str, count: int
) -> None:
    made: list[ImageResult] = []
    for index in range(count):
        path = tmp_path / f"{index}.png"
        path.write_bytes(landscape(f"a lighthouse {index}"))
        made.append(replace(picture(index), path=str(path)))

    async def shown(pilot: Pilot[int]) -> None:
        await drawn(pilot, count)

    app = colourful(
        desk.app(
            app=f'theme = "{theme}"\nimages = "halfblock"',
            conversation=talk(*made, outcome=STOP, count=count),
        )
    )
    compare(app, size=(100, 30), before=shown)
