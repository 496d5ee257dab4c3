"""Pictures that a provider only gives an address of, fetched from servers on real sockets."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from msgspec.structs import replace

from chat_tui.errors import ConnectionLost
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    StreamEvent,
    TextDelta,
)
from chat_tui.media import fetching
from chat_tui.media.files import MediaFolder
from chat_tui.media.keep import keep_pictures
from chat_tui.media.named import NamedPictures
from chat_tui.net.download import Downloader
from chat_tui.streaming.worker import StreamWorker
from tests.builders import NO_RETRY
from tests.media.pictures import gif, jpeg, png
from tests.net.server import Connection, Server, answer, answering, serve

SAVING = ImageProgress("j", "saving")
DONE = Finished("stop")


async def stream(*events: StreamEvent) -> AsyncGenerator[StreamEvent, None]:
    for event in events:
        yield event


async def fetch(url: str) -> bytes:
    return await Downloader().get(url, max_bytes=1 << 20, allow_private=True)


async def kept(folder: MediaFolder | NamedPictures, *events: StreamEvent) -> list[StreamEvent]:
    async with aclosing(keep_pictures(stream(*events), folder, fetch)) as passed:
        return [event async for event in passed]


def paths(events: list[StreamEvent]) -> list[str | None]:
    return [event.path for event in events if isinstance(event, ImageResult)]


def contents(events: list[StreamEvent]) -> list[bytes]:
    return [Path(path).read_bytes() for path in paths(events) if path is not None]


class Gallery:
    """Gives a picture for each path, when the test says so."""

    def __init__(self, **pictures: bytes) -> None:
        self.pictures = pictures
        self.asked = {name: asyncio.Event() for name in pictures}
        self.open = {name: asyncio.Event() for name in pictures}
        self.left = {name: asyncio.Event() for name in pictures}

    async def script(self, connection: Connection) -> None:
        name = (await connection.request()).target.strip("/")
        self.asked[name].set()
        gone = asyncio.create_task(connection.gone())
        opened = asyncio.create_task(self.open[name].wait())
        await asyncio.wait({gone, opened}, return_when=asyncio.FIRST_COMPLETED)
        if opened.done():
            await connection.send(answer(self.pictures[name]))
        opened.cancel()
        await gone
        self.left[name].set()


def named(server: Server, name: str, index: int) -> ImageResult:
    return ImageResult("j", index, url=f"{server.url}/{name}")


@pytest.fixture
def folder(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


async def test_a_picture_is_fetched_and_told_with_its_path(folder: MediaFolder) -> None:
    async with serve(answering(answer(jpeg(3, 4)))) as server:
        came = ImageResult("j", 0, url=f"{server.url}/a?sig=1", seed=7, media_type="image/png")
        saving, picture, last = await kept(folder, came, DONE)
    assert (saving, last) == (SAVING, DONE)
    assert isinstance(picture, ImageResult)
    assert picture.path is not None
    assert picture == ImageResult(
        "j",
        0,
        path=picture.path,
        url=came.url,
        media_type="image/jpeg",
        width_px=3,
        height_px=4,
        seed=7,
    )
    assert contents([picture]) == [jpeg(3, 4)]


async def test_a_picture_is_told_although_the_stream_names_no_end(folder: MediaFolder) -> None:
    async with serve(answering(answer(png(3, 4)))) as server:
        events = await kept(folder, named(server, "a", 0))
    assert contents(events) == [png(3, 4)]


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (answer(b"no", "404 Not Found"), "not fetched: 127.0.0.1 answered with status 404"),
        (answer(b"<!doctype html>"), "not saved: the picture is not a PNG, JPEG, WebP or GIF file"),
        (answer(b""), "not saved: the picture is not a PNG, JPEG, WebP or GIF file"),
    ],
)
async def test_a_picture_that_cannot_be_had_keeps_its_address(
    folder: MediaFolder, reply: bytes, cause: str
) -> None:
    async with serve(answering(reply)) as server:
        came = named(server, "a?sig=canary", 0)
        events = await kept(folder, came, DONE)
    assert events == [SAVING, came, Notice(f"the picture at 127.0.0.1 was {cause}"), DONE]
    assert not folder.path.exists()


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "media"
    blocked.write_text("mine")
    async with serve(answering(answer(png(3, 4)))) as server:
        came = named(server, "a", 0)
        _, picture, notice, _ = await kept(MediaFolder(blocked), came, DONE)
    assert picture == came
    assert isinstance(notice, Notice)
    assert "cannot be saved" in notice.text
    assert "--data-dir" in notice.text


async def test_several_are_fetched_side_by_side_and_told_in_order(tmp_path: Path) -> None:
    gallery = Gallery(a=png(1, 1), b=png(2, 2), c=png(3, 3))
    async with serve(gallery.script) as server:
        came = [named(server, name, index) for index, name in enumerate("abc")]
        task = asyncio.create_task(kept(NamedPictures(f"{tmp_path}/"), *came, DONE))
        for asked in gallery.asked.values():
            await asked.wait()
        for name in "cba":
            gallery.open[name].set()
            await gallery.left[name].wait()
        events = await task
    assert events[:3] == [SAVING] * 3
    assert contents(events[3:6]) == [png(1, 1), png(2, 2), png(3, 3)]
    assert paths(events) == [str(tmp_path / f"picture-{number}.png") for number in (1, 2, 3)]
    assert events[6:] == [DONE]


async def test_the_stream_goes_on_while_a_picture_is_fetched(folder: MediaFolder) -> None:
    gallery = Gallery(a=png(1, 1))
    async with serve(gallery.script) as server:
        came = stream(named(server, "a", 0), TextDelta("more"), DONE)
        async with aclosing(keep_pictures(came, folder, fetch)) as passed:
            assert await anext(passed) == SAVING
            assert await anext(passed) == TextDelta("more")
            gallery.open["a"].set()
            assert contents([await anext(passed)]) == [png(1, 1)]
            assert await anext(passed) == DONE


async def test_a_picture_that_came_whole_waits_for_those_before_it(folder: MediaFolder) -> None:
    async with serve(answering(answer(png(1, 1)))) as server:
        events = await kept(folder, named(server, "a", 0), ImageResult("j", 1, data=gif(2, 2)))
    assert contents(events) == [png(1, 1), gif(2, 2)]


async def test_pictures_are_told_before_the_stream_fails(folder: MediaFolder) -> None:
    async def broken(url: str) -> AsyncGenerator[StreamEvent, None]:
        yield ImageResult("j", 0, url=url)
        raise ConnectionLost("it broke")

    async with (
        serve(answering(answer(png(1, 1)))) as server,
        aclosing(keep_pictures(broken(server.url), folder, fetch)) as passed,
    ):
        assert await anext(passed) == SAVING
        assert contents([await anext(passed)]) == [png(1, 1)]
        with pytest.raises(ConnectionLost, match="it broke"):
            await anext(passed)


async def test_a_cancelled_reply_closes_the_sockets_and_keeps_the_addresses(
    folder: MediaFolder,
) -> None:
    gallery = Gallery(a=png(1, 1), b=png(2, 2))
    async with serve(gallery.script) as server:
        came = [named(server, "a", 0), named(server, "b", 1)]
        worker = StreamWorker(
            lambda: keep_pictures(stream(*came, DONE), folder, fetch), retry=NO_RETRY
        )
        worker.start()
        for asked in gallery.asked.values():
            await asked.wait()
        worker.cancel()
        await worker.wait()
        for left in gallery.left.values():
            await left.wait()
        events: list[StreamEvent] = []
        async with aclosing(worker.subscribe()) as batches:
            async for batch in batches:
                events += batch
    untimed = [
        replace(event, elapsed_s=None) if isinstance(event, ImageProgress | ImageResult) else event
        for event in events[:-1]
    ]
    assert untimed == [SAVING, SAVING, *came]
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "cancelled"


async def test_a_picture_that_was_saved_before_the_cancellation_keeps_its_path(
    folder: MediaFolder,
) -> None:
    saved = asyncio.Event()
    first_done = asyncio.Event()

    async def came(server: Server) -> AsyncGenerator[StreamEvent, None]:
        yield named(server, "a", 0)
        saved.set()
        await first_done.wait()
        yield DONE

    async with serve(answering(answer(png(1, 1)))) as server:
        worker = StreamWorker(lambda: keep_pictures(came(server), folder, fetch))
        worker.start()
        await saved.wait()
        fetched = [task for task in asyncio.all_tasks() if task.get_name() == "picture j 0"]
        await asyncio.wait(fetched)
        worker.cancel()
        await worker.wait()
        async with aclosing(worker.subscribe()) as batches:
            events = [event async for batch in batches for event in batch]
    assert contents(events) == [png(1, 1)]


async def test_leaving_the_stream_closes_the_sockets(folder: MediaFolder) -> None:
    gallery = Gallery(a=png(1, 1))
    async with serve(gallery.script) as server:
        came = stream(named(server, "a", 0), DONE)
        async with aclosing(keep_pictures(came, folder, fetch)) as passed:
            assert await anext(passed) == SAVING
            await gallery.asked["a"].wait()
        await gallery.left["a"].wait()


async def test_so_many_at_once_and_no_more(folder: MediaFolder) -> None:
    under_way, most = 0, 0
    full = asyncio.Event()

    async def counted(url: str) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == fetching.MAX_AT_ONCE:
            full.set()
        await full.wait()
        try:
            return await fetch(url)
        finally:
            under_way -= 1

    count = fetching.MAX_AT_ONCE * 2
    async with serve(answering(answer(png(1, 1)))) as server:
        came = [named(server, "a", index) for index in range(count)]
        async with aclosing(keep_pictures(stream(*came, DONE), folder, counted)) as passed:
            events = [event async for event in passed]
    assert most == fetching.MAX_AT_ONCE
    assert len(contents(events)) == count


async def test_pictures_beyond_the_limit_are_told_with_their_addresses(
    folder: MediaFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_PICTURES", 1)
    async with serve(answering(answer(png(1, 1)))) as server:
        came = [named(server, "a", index) for index in range(3)]
        saving, first, *rest = await kept(folder, *came, DONE)
    assert saving == SAVING
    assert contents([first]) == [png(1, 1)]
    assert rest == [came[1], Notice("only 1 pictures of a reply are fetched"), came[2], DONE]
