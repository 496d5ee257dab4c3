"""Copies of pictures that leave the program: each says what it was made with."""

import logging
from pathlib import Path

from chat_tui.errors import MediaError
from chat_tui.events import ImageResult
from chat_tui.files import write_atomically
from chat_tui.media.metadata import picture_bytes, with_recipe
from chat_tui.media.recipe import recipe_of
from chat_tui.message import Message

log = logging.getLogger(__name__)


def described_copy(path: Path, turn: Message | None, reply: Message, picture: ImageResult) -> bytes:
    """Read a kept picture, and return its bytes with the recipe in them. It blocks.

    Args:
        path: Of the kept original, which stays as it is.
        turn: What the reply answers.
        reply: With keys masked in its parameters.
        picture: Of the reply.

    Raises:
        MediaError: it is not there, or is no picture.
    """
    try:
        data = picture_bytes(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise MediaError(
            f"{str(path)!r} cannot be read: {(reason or 'not a name of a file').lower()}"
        ) from error
    return with_recipe(data, recipe_of(turn, reply, picture))


def describe_saved(turn: Message, reply: Message) -> None:
    """Write into the pictures of a reply that were saved for the user what made them. It blocks.

    One that cannot be written stays as it came.

    Args:
        turn: What the reply answers.
        reply: With keys masked in its parameters, and with pictures outside of the media folder.
    """
    for picture in reply.parts:
        if not isinstance(picture, ImageResult) or not picture.path:
            continue
        path = Path(picture.path)
        try:
            described = described_copy(path, turn, reply, picture)
            write_atomically(path, described, overwrite=True)
        except (OSError, MediaError) as error:
            log.warning("nothing was written into %s: %s", path, error)
