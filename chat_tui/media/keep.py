"""Pictures on their way from a provider to its readers: checked, saved, and named."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from chat_tui.errors import MediaError
from chat_tui.events import ImagePreview, ImageResult, Notice, StreamEvent
from chat_tui.media.files import MediaFolder, check_picture
from chat_tui.providers.inline_pictures import shown_url

log = logging.getLogger(__name__)


async def keep_pictures(
    events: AsyncGenerator[StreamEvent, None], folder: MediaFolder
) -> AsyncGenerator[StreamEvent, None]:
    """Pass a stream on with its pictures saved; closing this generator closes the other.

    A picture comes out with its path, its true type and size, and without its bytes; one that is
    not kept as a notice that says why. A preview keeps its bytes and is not saved; one that is no
    picture, or too large to be shown, is left out.

    Args:
        events: What a provider yields; this generator owns it.
        folder: Where pictures are kept.
    """
    async with aclosing(events):
        async for event in events:
            match event:
                case ImageResult():
                    yield await _kept(event, folder)
                case ImagePreview():
                    try:
                        form = check_picture(event.data)
                    except MediaError as error:
                        log.warning("a preview is not shown: %s", error)
                        continue
                    yield msgspec.structs.replace(
                        event,
                        media_type=form.media_type,
                        width_px=form.width_px,
                        height_px=form.height_px,
                    )
                case _:
                    yield event


async def _kept(event: ImageResult, folder: MediaFolder) -> ImageResult | Notice:
    url = shown_url(event.url) if event.url is not None else None
    if not event.data:
        return msgspec.structs.replace(event, url=url)
    try:
        saved = await asyncio.to_thread(folder.save, event.data)
    except MediaError as error:
        return Notice(f"{error.message} ({error.hint})" if error.hint else error.message)
    return msgspec.structs.replace(
        event,
        path=str(saved.path),
        url=url,
        media_type=saved.media_type,
        width_px=saved.width_px,
        height_px=saved.height_px,
        data=b"",
    )
