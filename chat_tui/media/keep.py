"""Pictures on their way from a provider to its readers: checked, saved, and named."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from chat_tui.errors import MediaError, ProviderError
from chat_tui.events import (
    Finished,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    StreamError,
    StreamEvent,
    TextDelta,
)
from chat_tui.media.fetching import Fetch, fetching, saved
from chat_tui.media.files import PicturePlace, check_picture
from chat_tui.providers.inline_pictures import shown_url

log = logging.getLogger(__name__)


async def keep_pictures(
    events: AsyncGenerator[StreamEvent, None], place: PicturePlace, fetch: Fetch | None = None
) -> AsyncGenerator[StreamEvent, None]:
    """Pass a stream on with its pictures saved; closing this generator closes the other.

    A picture comes out with its path, its true type and size, and without its bytes; one that is
    not kept as a notice that says why. A preview keeps its bytes and is not saved; one that is no
    picture, or too large to be shown, is left out.

    A picture that is only named by an address is fetched while the stream goes on: it is said
    that it is being saved, and it is told after one of the next events, before the terminal one
    at the latest, and in its turn among the pictures. One that cannot be had is told with its
    address and a notice. When the stream is cancelled, the addresses of those under way are told.

    Args:
        events: What a provider yields; this generator owns it.
        place: Where pictures are kept.
        fetch: How those are got that are elsewhere; null leaves them there.
    """
    async with aclosing(events), fetching(place, fetch) as pictures:
        try:
            while True:
                event: StreamEvent | None = None
                trouble: ProviderError | None = None
                try:
                    event = await anext(events, None)
                except ProviderError as error:
                    trouble = error
                if type(event) is TextDelta and not pictures.next_is_done:
                    yield event  # nearly all events are such
                    continue
                last = event is None or isinstance(event, Finished | StreamError)
                fetched = isinstance(event, ImageResult) and pictures.takes(event)
                # A picture that is here already waits for those before it.
                wait = last or (isinstance(event, ImageResult) and not fetched)
                while pictures.next_is_done or (wait and pictures.some_left):
                    for told in await pictures.told():
                        yield told
                if trouble is not None:
                    raise trouble
                if event is None:
                    return
                if isinstance(event, ImageResult) and fetched:
                    if pictures.add(event):
                        yield ImageProgress(event.job, "saving")
                elif (kept := await _kept(event, place)) is not None:
                    yield kept
        except asyncio.CancelledError:
            for told in pictures.broken_off():
                yield told
            raise


async def _kept(event: StreamEvent, place: PicturePlace) -> StreamEvent | None:
    """What comes out for one event as it is; null when it is left out."""
    match event:
        case ImageResult():
            shown = shown_url(event.url) if event.url is not None else None
            event = msgspec.structs.replace(event, url=shown)
            try:
                return await saved(event, event.data, place) if event.data else event
            except MediaError as error:
                return Notice(error.told)
        case ImagePreview():
            try:
                form = check_picture(event.data)
            except MediaError as error:
                log.warning("a preview is not shown: %s", error)
                return None
            return msgspec.structs.replace(
                event,
                media_type=form.media_type,
                width_px=form.width_px,
                height_px=form.height_px,
            )
        case _:
            return event
