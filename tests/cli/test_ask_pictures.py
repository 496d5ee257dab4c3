"""`chat-tui ask` for pictures, as a process, against servers on real sockets."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chat_tui.events import Finished, ImageProgress, ImageResult, Notice
from chat_tui.message import Message
from chat_tui.simulator.script import Picture, Preview, Script
from chat_tui.simulator.server import Simulator
from tests.cli.conftest import Ran, User, ended
from tests.media.pictures import jpeg, png
from tests.net.server import Connection, answer, answering, serve

KEY = "canary-0123456789"
DRAWN = Script((Preview(png(1, 1)), Picture(png(3, 4))))


@pytest.fixture
async def painter(user: User) -> AsyncIterator[Simulator]:
    """A server of pictures that the user has configured, with a key and a header."""
    user.environ["PAINTER_KEY"] = KEY
    async with Simulator() as simulator:
        user.configure(
            '[providers.painter]\nkind = "openai"\nmodel = "m"\nendpoint = "images"\n'
            f'base_url = "{simulator.url}/v1"\napi_key = {{ env = "PAINTER_KEY" }}\n'
            f'headers = {{ x-team = "{KEY}" }}\n'
        )
        yield simulator


def elsewhere(*urls: str) -> Script:
    body = json.dumps({"data": [{"url": url} for url in urls]}).encode()
    return Script(body=body, content_type="application/json")


def printed(ran: Ran) -> list[Path]:
    return [Path(line) for line in ran.out.splitlines()]


async def last_reply(user: User) -> Message:
    (conversation,) = await user.stored()
    return conversation.path()[-1]


async def test_without_a_place_a_picture_goes_to_the_media_folder(
    user: User, painter: Simulator
) -> None:
    painter.enqueue(DRAWN)
    ran = await user.run("ask", "a cat")
    assert ran.code == 0
    (path,) = printed(ran)
    assert path.is_relative_to(user.data_dir / "media")
    assert path.read_bytes() == png(3, 4)


async def test_a_picture_is_kept_although_the_conversation_is_not(
    user: User, painter: Simulator
) -> None:
    painter.enqueue(DRAWN)
    ran = await user.run("ask", "--no-save", "a cat")
    (path,) = printed(ran)
    assert path.read_bytes() == png(3, 4)
    assert await user.stored() == []


@pytest.mark.parametrize("more", [(), ("--no-save",)])
async def test_a_picture_goes_to_the_file_that_was_asked_for(
    user: User, painter: Simulator, more: tuple[str, ...]
) -> None:
    painter.enqueue(DRAWN)
    ran = await user.run("ask", *more, "-o", "new/cat.png", "a cat")
    assert (ran.code, ran.out) == (0, f"{user.home}/new/cat.png\n")
    assert (user.home / "new" / "cat.png").read_bytes() == png(3, 4)
    assert not (user.data_dir / "media").exists()


async def test_several_pictures_go_to_a_folder(user: User, painter: Simulator) -> None:
    async with serve(answering(answer(jpeg(5, 6)))) as gallery:
        painter.enqueue(elsewhere(f"{gallery.url}/a", f"{gallery.url}/b"))
        ran = await user.run("ask", "-o", "pictures/", "two cats")
    folder = user.home / "pictures"
    assert ran.code == 0
    assert printed(ran) == [folder / "picture-1.jpg", folder / "picture-2.jpg"]
    whole = jpeg(5, 6)[2:]
    assert all(path.read_bytes().endswith(whole) for path in printed(ran))


async def test_a_file_that_exists_is_not_replaced(user: User, painter: Simulator) -> None:
    (user.home / "cat.png").write_text("mine")
    painter.enqueue(DRAWN)
    ran = await user.run("ask", "-o", "cat.png", "a cat")
    assert (ran.code, ran.out) == (0, f"{user.home}/cat-2.png\n")
    assert (user.home / "cat.png").read_text() == "mine"


async def test_json_and_the_conversation_name_the_file(user: User, painter: Simulator) -> None:
    async with serve(answering(answer(png(5, 6)))) as gallery:
        painter.enqueue(elsewhere(f"{gallery.url}/a?sig=1"))
        ran = await user.run("ask", "--json", "-o", "cat.png", "a cat")
    assert ran.code == 0
    (picture,) = [event for event in ran.events if isinstance(event, ImageResult)]
    assert picture.path == str(user.home / "cat.png")
    assert picture.url == f"{gallery.url}/a?sig=1"
    assert (picture.media_type, picture.width_px, picture.height_px) == ("image/png", 5, 6)
    before = ran.events[ran.events.index(picture) - 1]
    assert isinstance(before, ImageProgress)
    assert before.state == "saving"
    assert isinstance(ran.events[-1], Finished)
    assert picture in (await last_reply(user)).parts


async def test_neither_key_nor_headers_go_to_the_host_of_a_picture(
    user: User, painter: Simulator
) -> None:
    async with serve(answering(answer(png(5, 6)))) as gallery:
        painter.enqueue(elsewhere(f"{gallery.url}/a"))
        ran = await user.run("ask", "a cat")
    assert ran.code == 0
    assert painter.calls[0].headers["x-team"] == KEY
    [request] = gallery.requests
    assert request.headers.keys() == {"host", "user-agent", "accept", "accept-encoding"}
    assert KEY not in str(gallery.requests)


async def test_a_picture_that_cannot_be_had_is_told_with_its_address(
    user: User, painter: Simulator
) -> None:
    async with serve(answering(answer(b"<html>"))) as gallery:
        painter.enqueue(elsewhere(f"{gallery.url}/a?sig=1"))
        ran = await user.run("ask", "-o", "cat.png", "a cat")
    assert (ran.code, ran.out) == (0, "")
    assert f"{gallery.url}/a?sig=1\n" in ran.err
    assert "the picture at 127.0.0.1 was not saved: the picture is not a PNG" in ran.err
    assert not (user.home / "cat.png").exists()
    notices = [part for part in (await last_reply(user)).parts if isinstance(part, Notice)]
    assert "sig" not in str(notices)


async def test_a_signal_stops_a_download_and_the_address_is_saved(
    user: User, painter: Simulator
) -> None:
    asked = asyncio.Event()

    async def script(connection: Connection) -> None:
        await connection.request()
        asked.set()
        await connection.gone()

    async with serve(script) as gallery:
        painter.enqueue(elsewhere(f"{gallery.url}/a"))
        process = await user.start("ask", "a cat")
        await asked.wait()
        process.send_signal(signal.SIGINT)
        ran = await ended(process)
    assert ran.code == 130
    assert f"{gallery.url}/a\n" in ran.err
    pictures = [part for part in (await last_reply(user)).parts if isinstance(part, ImageResult)]
    assert [(one.url, one.path) for one in pictures] == [(f"{gallery.url}/a", None)]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("-", "-o takes a file or a folder"), ("", "-o takes"), ("file/cat.png", "is not a folder")],
)
async def test_a_place_that_cannot_be_is_refused_before_anything_is_asked(
    user: User, painter: Simulator, asked: str, told: str
) -> None:
    (user.home / "file").write_text("mine")
    ran = await user.run("ask", "-o", asked, "a cat")
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert ran.err.count("\n") == 1
    assert painter.calls == []
