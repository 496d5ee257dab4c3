"""Pictures that are only named by an address: fetched side by side, saved and told in order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from chat_tui.errors import ChatTuiError, MediaError, ProviderError
from chat_tui.events import ImageResult, Notice, StreamEvent
from chat_tui.media.files import PicturePlace

Fetch: TypeAlias = Callable[[str], Awaitable[bytes]]
"""Gets the file at an http or https address; raises a `ProviderError`."""

MAX_PICTURES: Final = 100
"""Of one reply; the addresses of more are told, and not followed."""
MAX_AT_ONCE: Final = 4
"""Also bounds how many pictures are in memory."""


class Fetching:
    """The pictures of one reply that are on their way, oldest first."""

    def __init__(self, place: PicturePlace, fetch: Fetch | None) -> None:
        """Begin with none; see `fetching`.

        Args:
            place: Where they are saved.
            fetch: How they are got; null takes none.
        """
        self._place = place
        self._fetch = fetch
        self._slots = asyncio.Semaphore(MAX_AT_ONCE)
        self._waiting: deque[tuple[ImageResult, asyncio.Task[Sequence[StreamEvent]]]] = deque()
        self._count = 0

    def takes(self, event: ImageResult) -> bool:
        """Tell whether there is something to fetch."""
        elsewhere = not event.data and event.path is None and is_address(event.url)
        return elsewhere and self._fetch is not None

    def add(self, event: ImageResult) -> bool:
        """Start on a picture.

        Returns:
            False when there have been too many; it is then told with its address in its turn.
        """
        assert self._fetch is not None, "nothing is taken"
        self._count += 1
        wanted = self._count <= MAX_PICTURES
        if wanted:
            before = self._waiting[-1][1] if self._waiting else None
            work = self._bring(event, self._fetch, before)
        else:
            work = _leave(event, remark=self._count == MAX_PICTURES + 1)
        name = f"picture {event.job} {event.index}"
        self._waiting.append((event, asyncio.create_task(work, name=name)))
        return wanted

    @property
    def some_left(self) -> bool:
        """There are pictures that have not been told."""
        return bool(self._waiting)

    @property
    def next_is_done(self) -> bool:
        """`told` does not have to wait."""
        return bool(self._waiting) and self._waiting[0][1].done()

    async def told(self) -> Sequence[StreamEvent]:
        """Wait for the oldest picture, and give what there is to say of it."""
        events = await self._waiting[0][1]
        self._waiting.popleft()
        return events

    def broken_off(self) -> Sequence[StreamEvent]:
        """Give up, and tell what there is: the paths of those saved, the addresses of the rest."""
        events: list[StreamEvent] = []
        for event, task in self._waiting:
            saved = task.done() and not task.cancelled() and task.exception() is None
            events += task.result() if saved else [event]
            task.cancel()
        return events

    async def aclose(self) -> None:
        """Stop what is still under way; its sockets are closed on return."""
        tasks = [task for _, task in self._waiting]
        self._waiting.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _bring(
        self, event: ImageResult, fetch: Fetch, before: asyncio.Task[Sequence[StreamEvent]] | None
    ) -> Sequence[StreamEvent]:
        url = event.url or ""
        async with self._slots:  # taken in the order of the pictures, so that none waits for itself
            try:
                data = await fetch(url)
            except ProviderError as error:
                return event, _not_kept("fetched", url, error)
            if before is not None:
                await asyncio.wait({before})  # names are given out in order
            try:
                return (await saved(event, data, self._place),)
            except MediaError as error:
                return event, _not_kept("saved", url, error)


@asynccontextmanager
async def fetching(place: PicturePlace, fetch: Fetch | None) -> AsyncGenerator[Fetching, None]:
    """Fetch pictures inside the block; leaving it stops what is still under way."""
    pictures = Fetching(place, fetch)
    try:
        yield pictures
    finally:
        await pictures.aclose()


def is_address(url: str | None) -> bool:
    """Tell whether a URL is one that can be fetched."""
    return url is not None and url.lower().startswith(("http://", "https://"))


async def saved(event: ImageResult, data: bytes, place: PicturePlace) -> ImageResult:
    """Save a picture, and tell it with its path, its true type and size, without its bytes.

    Raises:
        MediaError: it is not one that we keep, or cannot be written.
    """
    kept = await asyncio.to_thread(place.save, data)
    return msgspec.structs.replace(
        event,
        path=str(kept.path),
        media_type=kept.media_type,
        width_px=kept.width_px,
        height_px=kept.height_px,
        data=b"",
    )


async def _leave(event: ImageResult, *, remark: bool) -> Sequence[StreamEvent]:
    if not remark:
        return (event,)
    return event, Notice(f"only {MAX_PICTURES} pictures of a reply are fetched")


def _not_kept(what: str, url: str, error: ChatTuiError) -> Notice:
    return Notice(f"the picture at {_host(url)} was not {what}: {error.told}")


def _host(url: str) -> str:
    """What may be said of an address that may be signed."""
    try:
        return urlsplit(url).hostname or "no host"
    except ValueError:
        return "no host"
