"""However soon after its beginning work is cancelled, it leaves nothing behind."""

import asyncio
import gc
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from chat_tui.clipboard import copy
from chat_tui.colouring.colouring import Colouring
from chat_tui.conversation import Conversation
from chat_tui.document.code.highlight import WholeFence
from chat_tui.events import ImageResult
from chat_tui.keys.command import key_from_command
from chat_tui.keys.secrets import PlainKey, Secret
from chat_tui.media.fetching import fetching
from chat_tui.media.files import MediaFolder
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import user_message
from chat_tui.net.download import Downloader
from chat_tui.pictures.decoding import PictureDecoder
from chat_tui.pictures.scaling import Scaling
from chat_tui.providers.base import Provider
from chat_tui.roster.probing import PLACES, find_servers
from chat_tui.session.drafts import Drafts
from chat_tui.session.reading_along import ReadingAlong
from chat_tui.session.session import Session
from chat_tui.simulator.script import Script
from chat_tui.simulator.server import Simulator
from chat_tui.store.store import Store
from tests.app.desk import held
from tests.builders import chat_provider, loop_turn
from tests.net.server import answer, answering, serve
from tests.pictures.real_pictures import picture, saved
from tests.pictures.test_shelf import of, shelf
from tests.providers.asking import request, services
from tests.providers.test_contract import KEY, KINDS, Subject

Work: TypeAlias = Callable[[], Coroutine[Any, Any, object]]
Opened: TypeAlias = Callable[[Path], AbstractAsyncContextManager[Work]]
"""Opens what is needed in a folder, gives the work, and closes all that afterwards."""

TURNS: Final = (*range(12), 15, 20, 30, 50, 80)
"""How often the event loop goes round before the cancellation."""


async def begin_and_end(opened: Opened, folder: Path, turns: int, found: list[str]) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, told: found.append(str(told)))
    async with opened(folder) as work:
        task = loop.create_task(work())
        for _ in range(turns):
            await loop_turn()
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
    await loop_turn()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    found += [f"still running: {task.get_name()}" for task in left]


def left_behind(opened: Opened, folder: Path, turns: int) -> list[str]:
    """What is left of work that was cancelled: warnings, errors that nobody took, and tasks."""
    found: list[str] = []
    gc.freeze()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        asyncio.run(begin_and_end(opened, folder, turns, found))
        gc.collect()
    return [*found, *(str(warning.message) for warning in warned)]


def replying(subject: Subject) -> Opened:
    @asynccontextmanager
    async def opened(_folder: Path) -> AsyncGenerator[Work]:
        async with Simulator() as simulator:
            given = services(PlainKey(Secret(KEY)))
            provider, really = subject.build(simulator, given)
            really.enqueue(Script((*subject.content, *subject.ending)))
            try:
                yield partial(reply_of, provider)
            finally:
                await provider.aclose()

    return opened


async def reply_of(provider: Provider) -> None:
    async with aclosing(provider.stream(request())) as events:
        async for _ in events:
            pass


@asynccontextmanager
async def listing(_folder: Path) -> AsyncGenerator[Work]:
    async with Simulator() as simulator, chat_provider(simulator) as provider:
        yield provider.models


@asynccontextmanager
async def talking(folder: Path) -> AsyncGenerator[Work]:
    async with Simulator() as simulator, chat_provider(simulator) as provider:
        store = Store(folder / "c.db")
        session = Session(Conversation(), store, runs=PastRuns(folder / "runs.json"))

        async def talk() -> None:
            await session.send("hello", provider)
            await session.wait()

        try:
            yield talk
        finally:
            await session.aclose()
            await store.close()


@asynccontextmanager
async def drafting(folder: Path) -> AsyncGenerator[Work]:
    store = Store(folder / "c.db")
    drafts = Drafts(store)
    conversation = Conversation(messages=[user_message("said", parent=None)])

    async def draft() -> None:
        await store.create(conversation)
        drafts.note(conversation, "half a thought")
        drafts._begin()
        await drafts.load(conversation, ())

    try:
        yield draft
    finally:
        await drafts.aclose()
        await store.close()


@asynccontextmanager
async def colouring(_folder: Path) -> AsyncGenerator[Work]:
    colours = Colouring()

    async def colour() -> None:
        done = asyncio.Event()
        colours.hand_out(WholeFence("yaml", ("a: 1",)), lambda _: done.set())
        await done.wait()

    try:
        yield colour
    finally:
        await colours.aclose()


@asynccontextmanager
async def decoding(_folder: Path) -> AsyncGenerator[Work]:
    decoder = PictureDecoder()
    try:
        yield partial(decoder.decode, picture(), Scaling("pixels", 20, 8, (8, 16), (1, 2, 3)))
    finally:
        await decoder.aclose()


@asynccontextmanager
async def drawing(folder: Path) -> AsyncGenerator[Work]:
    path = saved(folder, picture())
    async with shelf("kitty") as setup:
        yield partial(setup.ready, of(path))


@asynccontextmanager
async def reading_along(folder: Path) -> AsyncGenerator[Work]:
    async with Simulator() as simulator, chat_provider(simulator) as provider:
        gate, script = held("Hel", "lo")
        simulator.enqueue(script)
        here, elsewhere = Store(folder / "c.db"), Store(folder / "c.db")
        writing = Session(Conversation(), elsewhere)
        await writing.send("hi", provider)
        await gate.reached.wait()
        session = Session(await here.load(writing.conversation.id), here)

        async def read() -> None:
            await ReadingAlong(session, here).look()
            gate.open()
            await session.wait()

        try:
            yield read
        finally:
            await session.aclose()
            await writing.aclose()
            await here.close()
            await elsewhere.close()


@asynccontextmanager
async def looking_after_the_store(folder: Path) -> AsyncGenerator[Work]:
    store = Store(folder / "c.db")
    await store.create(Conversation(messages=[user_message("said", parent=None)]))

    async def look() -> None:
        await store.check()
        await store.back_up(always=True)
        await store.index_all()

    try:
        yield look
    finally:
        await store.close()


@asynccontextmanager
async def probing(_folder: Path) -> AsyncGenerator[Work]:
    async with Simulator() as simulator:
        port = int(simulator.url.rpartition(":")[2])
        places = [replace(place, port=port) for place in PLACES]
        yield partial(find_servers, places, limit_s=30)


@asynccontextmanager
async def downloading(folder: Path) -> AsyncGenerator[Work]:
    async with serve(answering(answer(picture()))) as server:

        async def fetch(url: str) -> bytes:
            return await Downloader(public=lambda _: True).get(url, max_bytes=1 << 20)

        async def bring() -> None:
            async with fetching(MediaFolder(folder / "media"), fetch) as pictures:
                for number in range(3):
                    pictures.add(ImageResult("j", number, url=f"{server.url}/a.png"))
                while pictures.some_left:
                    await pictures.told()

        yield bring


@asynccontextmanager
async def copying(folder: Path) -> AsyncGenerator[Work]:
    program = folder / "xclip"
    program.write_text("#!/bin/sh\n/bin/cat > /dev/null\n", "utf-8")
    program.chmod(0o755)
    environ = {"PATH": str(folder), "DISPLAY": ":0"}
    yield partial(copy, "words " * 50_000, environ=environ, write=lambda _: None)


@asynccontextmanager
async def asking_for_a_key(_folder: Path) -> AsyncGenerator[Work]:
    argv = (sys.executable, "-I", "-S", "-c", "print('sk-1')")
    yield partial(key_from_command, argv, {}, "cloud")


OTHERS: Final[Sequence[Opened]] = (
    listing,
    talking,
    drafting,
    colouring,
    decoding,
    drawing,
    reading_along,
    looking_after_the_store,
    probing,
    downloading,
    copying,
    asking_for_a_key,
)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("opened", OTHERS, ids=lambda one: one.__name__)
def test_work_of_the_program(opened: Opened, turns: int, tmp_path: Path) -> None:
    assert left_behind(opened, tmp_path, turns) == []


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("subject", KINDS, ids=lambda one: one.name)
def test_a_reply_of_each_kind(subject: Subject, turns: int, tmp_path: Path) -> None:
    assert left_behind(replying(subject), tmp_path, turns) == []
