"""The files of imported messages, kept in the media folder like all others.

A path from outside is never followed: what a conversation names is either brought along, or one of
our own kept copies by the hash of its content; anything else is forgotten.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from chat_tui.errors import MediaError
from chat_tui.events import ImageResult
from chat_tui.importing.found import Fetch
from chat_tui.media.files import SUFFIXES, TEXT_SUFFIX, MediaFolder
from chat_tui.media.sniff import sniff
from chat_tui.message import Attachment, Message, Part

GONE: Final = "picture or file that is not there"
ELSEWHERE: Final = "picture or file that lies elsewhere on a disk"
_HASH_CHARS: Final = 64
_ENDINGS: Final = frozenset({*SUFFIXES.values(), TEXT_SUFFIX})


def keep_files(
    messages: list[Message], files: Mapping[str, Fetch], folder: MediaFolder, left_out: Counter[str]
) -> tuple[list[Message], int]:
    """Keep what messages bring along. It blocks.

    Args:
        messages: Only those that will be stored.
        files: What was brought along, by path.
        folder: Where it is kept.
        left_out: Counts what could not be.

    Returns:
        The messages with the paths of the copies, and how many copies that were.
    """
    kept: dict[str, str | None] = {}

    def place(path: str) -> str | None:
        if path not in kept:
            kept[path] = _kept(path, files.get(path), folder)
            if kept[path] is None:
                left_out[GONE if path in files else ELSEWHERE] += 1
        return kept[path]

    changed = [_changed(message, place) for message in messages]
    return changed, sum(path in files and copy is not None for path, copy in kept.items())


def _changed(message: Message, place: Callable[[str], str | None]) -> Message:
    if not any(isinstance(part, ImageResult | Attachment) for part in message.parts):
        return message
    return msgspec.structs.replace(
        message, parts=tuple(_moved(part, place) for part in message.parts)
    )


def _moved(part: Part, place: Callable[[str], str | None]) -> Part:
    match part:
        case ImageResult(path=str(path)) if path:
            copy = place(path)
            shows = copy is not None and not copy.endswith(TEXT_SUFFIX)
            return (
                _measured(part, copy)
                if copy and shows
                else msgspec.structs.replace(part, path=None)
            )
        case Attachment(path=path) if path:
            copy = place(path)
            return _described(part, copy) if copy else msgspec.structs.replace(part, path="")
        case _:
            return part


def _measured(part: ImageResult, copy: str) -> ImageResult:
    """Say what the picture is, where its source did not."""
    if part.media_type is not None or part.path == copy:
        return msgspec.structs.replace(part, path=copy)
    form = sniff(Path(copy).read_bytes())
    assert form is not None
    return msgspec.structs.replace(
        part,
        path=copy,
        media_type=form.media_type,
        width_px=form.width_px,
        height_px=form.height_px,
    )


def _described(part: Attachment, copy: str) -> Attachment:
    """Say of an attachment what is true of its copy: it decides how it is sent."""
    if part.path == copy:
        return part
    data = Path(copy).read_bytes()
    form = sniff(data)
    return msgspec.structs.replace(
        part,
        path=copy,
        media_type=form.media_type if form is not None else "text/plain",
        size_bytes=len(data),
        width_px=form.width_px if form is not None else None,
        height_px=form.height_px if form is not None else None,
    )


def _kept(path: str, fetch: Fetch | None, folder: MediaFolder) -> str | None:
    if fetch is None:
        return path if _is_ours(path, folder) else None
    data = fetch()
    if not data:
        return None
    try:
        if sniff(data) is not None:
            return str(folder.save(data).path)
        return str(folder.save_text(data)) if _is_text(data) else None
    except MediaError:
        return None


def _is_ours(path: str, folder: MediaFolder) -> bool:
    """Whether it is exactly where we keep a file of that content, if we have it."""
    file = Path(path)
    hashed = file.stem
    if len(hashed) != _HASH_CHARS or not set(hashed) <= set("0123456789abcdef"):
        return False
    if path != str(folder.path / hashed[:2] / file.name) or file.suffix not in _ENDINGS:
        return False
    if not file.is_symlink() and file.is_file():
        return hashlib.sha256(file.read_bytes()).hexdigest() == hashed
    return not file.is_symlink() and not file.exists()


def _is_text(data: bytes) -> bool:
    try:
        return b"\0" not in data and bool(data.decode())
    except UnicodeDecodeError:
        return False
