"""Pictures on their way through a stream."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest

from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    StreamEvent,
    TextDelta,
)
from chat_tui.media.files import MediaFolder, SavedPicture
from chat_tui.media.keep import keep_pictures
from chat_tui.simulator.script import Picture, Preview, Script
from chat_tui.simulator.server import Simulator
from chat_tui.streaming.worker import StreamWorker
from tests.media.pictures import jpeg, png
from tests.providers.asking import closing, heard, openai, request


async def stream(*events: StreamEvent) -> AsyncGenerator[StreamEvent, None]:
    for event in events:
        yield event


def content(path: str) -> bytes:
    return Path(path).read_bytes()


async def kept(folder: MediaFolder, *events: StreamEvent) -> list[StreamEvent]:
    async with aclosing(keep_pictures(stream(*events), folder)) as passed:
        return [event async for event in passed]


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


async def test_other_events_pass_unchanged_and_in_order(folder: MediaFolder) -> None:
    events: list[StreamEvent] = [
        TextDelta("a"),
        ImageProgress("j", "running"),
        Notice("n"),
        Finished("stop"),
    ]
    assert await kept(folder, *events) == events
    assert not folder.path.exists()


async def test_a_picture_comes_out_with_its_path_and_without_its_bytes(
    folder: MediaFolder,
) -> None:
    came = ImageResult("j", 2, seed=7, flagged=False, media_type="image/png", data=jpeg(3, 4))
    [event] = await kept(folder, came)
    assert isinstance(event, ImageResult)
    assert event.path is not None
    assert content(event.path) == jpeg(3, 4)
    assert event == ImageResult(
        "j",
        2,
        path=event.path,
        media_type="image/jpeg",
        width_px=3,
        height_px=4,
        seed=7,
        flagged=False,
    )


async def test_a_picture_elsewhere_passes_where_nobody_fetches(folder: MediaFolder) -> None:
    named = ImageResult("j", 0, url="https://x.test/a.png", width_px=5)
    assert await kept(folder, named) == [named]


@pytest.mark.parametrize("data", [b"", png(3, 4)])
async def test_a_data_url_is_cut_to_its_type(folder: MediaFolder, data: bytes) -> None:
    [event] = await kept(folder, ImageResult("j", 0, url="data:image/png;base64,AAAA", data=data))
    assert isinstance(event, ImageResult)
    assert event.url == "data:image/png"


async def test_what_is_no_picture_comes_out_as_a_notice(folder: MediaFolder) -> None:
    assert await kept(folder, ImageResult("j", 0, data=b"<svg/>"), Finished("stop")) == [
        Notice("the picture is not a PNG, JPEG, WebP or GIF file"),
        Finished("stop"),
    ]


async def test_a_picture_that_cannot_be_written_comes_out_as_a_notice(tmp_path: Path) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("mine")
    [event] = await kept(MediaFolder(blocked), ImageResult("j", 0, data=png(3, 4)))
    assert isinstance(event, Notice)
    assert "cannot be saved" in event.text
    assert "--data-dir" in event.text


async def test_a_preview_gets_its_true_type_and_size_and_is_not_saved(
    folder: MediaFolder,
) -> None:
    came = ImagePreview("j", 0, "image/png", data=jpeg(3, 4))
    assert await kept(folder, came) == [ImagePreview("j", 0, "image/jpeg", 3, 4, jpeg(3, 4))]
    assert not folder.path.exists()


@pytest.mark.parametrize("data", [b"", b"nonsense", png(8000, 5001)])
async def test_a_preview_that_cannot_be_shown_is_left_out(folder: MediaFolder, data: bytes) -> None:
    assert await kept(folder, ImagePreview("j", 0, "image/png", data=data)) == []


async def test_the_loop_runs_on_while_a_picture_is_saved(tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    saving, go_on = asyncio.Event(), threading.Event()

    class SlowFolder(MediaFolder):
        def save(self, data: bytes) -> SavedPicture:
            loop.call_soon_threadsafe(saving.set)
            assert go_on.wait(timeout=10)
            return super().save(data)

    task = asyncio.create_task(kept(SlowFolder(tmp_path), ImageResult("j", 0, data=png(3, 4))))
    await saving.wait()
    assert not task.done()
    go_on.set()
    [event] = await task
    assert isinstance(event, ImageResult)


async def test_closing_it_closes_the_stream(folder: MediaFolder) -> None:
    closed: list[bool] = []

    async def endless() -> AsyncGenerator[StreamEvent, None]:
        try:
            while True:
                yield TextDelta("a")
        finally:
            closed.append(True)

    async with aclosing(keep_pictures(endless(), folder)) as passed:
        assert await anext(passed) == TextDelta("a")
    assert closed == [True]


async def test_a_reply_from_a_server_ends_with_pictures_on_the_disk(folder: MediaFolder) -> None:
    events: list[StreamEvent] = []
    async with Simulator() as simulator:
        simulator.enqueue(Script((Preview(png(1, 1)), Picture(png(3, 4)))))
        async with closing(openai(simulator, model="m", endpoint="images")) as provider:
            asked = request()
            worker = StreamWorker(lambda: keep_pictures(provider.stream(asked), folder))
            worker.start()
            await worker.wait()
            async with aclosing(worker.subscribe()) as batches:
                async for batch in batches:
                    events += batch
    [picture] = heard(events).pictures
    assert picture.path is not None
    assert content(picture.path) == png(3, 4)
    assert isinstance(events[-1], Finished)
