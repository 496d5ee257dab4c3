"""Files that go along with a turn: what is taken, where it is kept, and what a request gets of it."""

import asyncio
import contextlib
import os
import stat
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from chat_tui.errors import MediaError, Rejected
from chat_tui.events import Notice, StreamEvent
from chat_tui.media.files import MediaFolder, check_picture
from chat_tui.media.sniff import sniff
from chat_tui.message import Attachment, Message
from chat_tui.providers.base import Provider, Request

MAX_PICTURE_BYTES: Final = 20 << 20
MAX_TEXT_BYTES: Final = 1 << 20
MAX_REQUEST_BYTES: Final = 20 << 20
"""All files of one request."""
TEXT_TYPE: Final = "text/plain"

_PICTURE_BEGINNINGS: Final = (b"\x89PNG", b"GIF8", b"RIFF", b"\xff\xd8\xff")
"""Of files that a reader would call a picture, whatever is wrong with them."""


class TakesNoPictures(MediaError):
    """The provider has no place for pictures."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The files of one request."""

    files: dict[str, bytes] = field(repr=False)
    """By path."""
    notices: tuple[str, ...] = ()
    """What does not go along, and why."""


def attach(path: Path, folder: MediaFolder) -> Attachment:
    """Keep a copy of a file, so that it can be sent now and later. It blocks.

    Args:
        path: The user's own file; `~` is the home folder.
        folder: Where the copy is kept.

    Raises:
        MediaError: it is not there, cannot be read, or is neither a picture nor a text that we
            send; the message names it.
    """
    path = _expanded(path)
    data = _read(path, MAX_PICTURE_BYTES)
    if not data:
        raise _refused(path, "it is empty")
    if sniff(data) is None and _is_text(data):
        return _kept_text(path, data, folder)
    try:
        check_picture(data)
    except MediaError as error:
        if data.startswith(_PICTURE_BEGINNINGS):
            raise _refused(path, error.message) from error
        raise _refused(
            path, "it is neither a picture (PNG, JPEG, WebP, GIF) nor a text in UTF-8"
        ) from error
    saved = folder.save(data)
    return Attachment(
        path=str(saved.path),
        name=path.name,
        media_type=saved.media_type,
        size_bytes=len(data),
        width_px=saved.width_px,
        height_px=saved.height_px,
    )


def check_taken(attachments: Sequence[Attachment], provider: Provider) -> None:
    """Make sure, before anything is said, that a provider takes what goes along.

    Raises:
        MediaError: it does not, or it is too much for one request.
    """
    if not provider.capabilities.images_in:
        named = [attachment.name for attachment in attachments if attachment.is_picture]
        if named:
            raise TakesNoPictures(
                f"provider {provider.name!r} takes no pictures: {named[0]!r} cannot be sent",
                hint="take it away, or choose another provider",
            )
    if sum(one.size_bytes for one in attachments) > MAX_REQUEST_BYTES:
        raise MediaError(
            f"up to {MAX_REQUEST_BYTES >> 20} MiB of files go into one turn",
            hint="take one away, or make the pictures smaller",
        )


def load(messages: Sequence[Message], provider: Provider) -> Loaded:
    """Read what a request needs, the newest first, as much as fits. It blocks.

    Args:
        messages: The shown path, root first.
        provider: Says whether pictures and earlier turns go along.

    Raises:
        MediaError: a file of the turn to be answered cannot be read.
    """
    turns = [message for message in messages if message.role == "user"]
    if not turns:
        return Loaded({})
    files: dict[str, bytes] = {}
    for attachment in turns[-1].attachments:
        files[attachment.path] = _read_kept(attachment)
    can = provider.capabilities
    if not can.history or can.remote_history:
        return Loaded(files)
    left = MAX_REQUEST_BYTES - sum(map(len, files.values()))
    not_taken, too_much, gone = 0, 0, 0
    for attachment in _newest_first(turns[:-1]):
        if attachment.path in files:
            continue
        if attachment.is_picture and not can.images_in:
            not_taken += 1
        elif too_much or attachment.size_bytes > left:
            too_much += 1  # what is older than something that is left out is left out, too
        else:
            try:
                files[attachment.path] = _read_kept(attachment)
            except MediaError:
                gone += 1
            else:
                left -= len(files[attachment.path])
    return Loaded(files, tuple(_left_out(not_taken, too_much, gone, provider.name)))


async def with_files(request: Request, provider: Provider) -> AsyncGenerator[StreamEvent, None]:
    """Ask with the files that go along, read in a thread; closing this closes the other.

    Raises:
        Rejected: a file of the turn cannot be sent.
        ProviderError: as for `Provider.stream`.
    """
    turn = next((one for one in reversed(request.messages) if one.role == "user"), None)
    try:
        check_taken(turn.attachments if turn is not None else (), provider)
        loaded = await asyncio.to_thread(load, request.messages, provider)
    except MediaError as error:
        raise Rejected(error.message, hint=error.hint) from error
    request = msgspec.structs.replace(request, files=loaded.files)
    notices = loaded.notices
    async with aclosing(provider.stream(request)) as events:
        async for event in events:
            # Told when something came: a request that is sent again would tell it again.
            for words in notices:
                yield Notice(words)
            notices = ()
            yield event


def _kept_text(path: Path, data: bytes, folder: MediaFolder) -> Attachment:
    if len(data) > MAX_TEXT_BYTES:
        raise _refused(path, f"of a text, up to {MAX_TEXT_BYTES >> 20} MiB are sent")
    kept = folder.save_text(data)
    return Attachment(path=str(kept), name=path.name, media_type=TEXT_TYPE, size_bytes=len(data))


def _newest_first(turns: Sequence[Message]) -> Iterable[Attachment]:
    for turn in reversed(turns):
        yield from reversed(turn.attachments)


def _left_out(not_taken: int, too_much: int, gone: int, provider: str) -> Iterable[str]:
    if not_taken:
        yield f"{_files(not_taken)} of earlier turns not sent: {provider} takes no pictures"
    if too_much:
        most = MAX_REQUEST_BYTES >> 20
        yield f"{_files(too_much)} of earlier turns not sent: a request takes up to {most} MiB"
    if gone:
        yield f"{_files(gone)} of earlier turns not sent: the kept copy cannot be read"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _read_kept(attachment: Attachment) -> bytes:
    try:
        return _read(Path(attachment.path), MAX_PICTURE_BYTES)
    except MediaError as error:
        raise MediaError(
            f"the kept copy of {attachment.name!r} cannot be read: {error.message}",
            hint="attach the file again",
        ) from error


def _read(path: Path, max_bytes: int) -> bytes:
    """Read a regular file; a pipe or a device is not even waited for."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= max_bytes:
            # It may have changed since: a pipe in its place must not be waited for.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(max_bytes + 1) or b""
        else:
            data = b""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise _refused(path, (reason or "no file can have that name").lower()) from error
    if stat.S_ISDIR(found.st_mode):
        raise _refused(path, "it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "it is not a file")
    if max(len(data), found.st_size) > max_bytes:
        raise _refused(path, f"up to {max_bytes >> 20} MiB are sent")
    return data


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _expanded(path: Path) -> Path:
    with contextlib.suppress(RuntimeError):  # ~somebody who is not there
        path = path.expanduser()
    return path.absolute()


def _refused(path: Path, why: str) -> MediaError:
    return MediaError(f"{str(path)!r} is not attached: {why}")
