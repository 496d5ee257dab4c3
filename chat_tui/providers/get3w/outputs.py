"""What a get3w task made: pictures by address or inline, other files, or plain text.

Naked base64, without `data:` before it, is https://wavespeed.ai/docs/base64-output (read
2026-11-20), the same dialect.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import msgspec

from chat_tui.events import ImagePreview, ImageResult, Notice, StreamEvent, TextDelta
from chat_tui.net.json import encode_json
from chat_tui.providers.get3w.prediction import Prediction
from chat_tui.providers.inline_pictures import picture_at, picture_bytes

_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4}){32,}(?:[A-Za-z0-9+/]{2,3}={1,2})?")
_DATA_PICTURE: Final = re.compile(r"data:(image/[-+.\w]+)[^,]*;base64,", re.IGNORECASE)
_HEAD_CHARS: Final = 16
"""Of base64: 12 bytes, in which each of the forms shows itself."""
_START_CHARS: Final = 4096
_OTHER_FILES: Final = frozenset(
    {
        ".mp4", ".webm", ".mov", ".mkv", ".avi", ".mp3", ".wav", ".flac", ".ogg", ".m4a", ".aac",
        ".glb", ".gltf", ".obj", ".ply", ".stl", ".zip", ".safetensors", ".srt", ".json", ".txt",
    }
)  # fmt: skip
"""Addresses that end so are no pictures: models make films, voices and shapes, too."""


def results(prediction: Prediction, *, job: str) -> Iterator[StreamEvent]:
    """Yield what a completed task made, in the server's order.

    Raises:
        ProtocolViolation: an inline picture is broken.
    """
    written = False
    pictures = 0
    for place, output in enumerate(prediction.outputs):
        found = _text_of(output)
        if not found.strip():
            continue
        flagged = prediction.flagged[place] if place < len(prediction.flagged) else None
        for event in _result(found, job=job, index=pictures):
            match event:
                case ImageResult():
                    pictures += 1
                    yield msgspec.structs.replace(
                        event,
                        flagged=flagged if isinstance(flagged, bool) else None,
                        seed=prediction.seed,
                    )
                case TextDelta(text=text):
                    yield TextDelta(f"\n\n{text}" if written else text)
                    written = True
                case _:
                    yield event


def previews(prediction: Prediction, *, job: str) -> Iterator[ImagePreview]:
    """Yield the pictures that a task under way has inline; those elsewhere are not fetched.

    Raises:
        ProtocolViolation: one of them is broken.
    """
    for index, output in enumerate(prediction.outputs):
        found = _text_of(output)
        if head := _DATA_PICTURE.match(found):
            data = picture_bytes(found[head.end() :])
            yield ImagePreview(job, index, head[1].lower(), data=data)
        elif media_type := _naked_picture(found):
            yield ImagePreview(job, index, media_type, data=picture_bytes(found))


def _result(found: str, *, job: str, index: int) -> Iterator[ImageResult | Notice | TextDelta]:
    address = found.strip()
    if _DATA_PICTURE.match(address):
        yield from picture_at(address, job=job, index=index)
    elif address[:5].lower() == "data:":
        yield _no_picture(address.partition(",")[2])
    elif _ADDRESS.fullmatch(address):
        if _is_other_file(address):
            yield TextDelta(address)
        else:
            yield from picture_at(address, job=job, index=index)
    elif media_type := _naked_picture(address):
        yield ImageResult(job, index, media_type=media_type, data=picture_bytes(address))
    elif _is_other_base64(address):
        yield _no_picture(address)
    else:
        yield TextDelta(found)


def _text_of(output: object) -> str:
    match output:
        case str():
            return output
        case {"url": str(url)}:
            return url
        case {"text": str(text)}:
            return text
        case None:
            return ""
        case _:
            return encode_json(output).decode()


def _naked_picture(found: str) -> str:
    """Name the media type of base64 that is a picture by its first bytes; empty otherwise."""
    try:
        head = base64.b64decode(found[:_HEAD_CHARS], validate=True)
    except (binascii.Error, ValueError):
        return ""
    if len(found) < _HEAD_CHARS:
        return ""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        media_type = "image/png"
    elif head.startswith((b"GIF87a", b"GIF89a")):
        media_type = "image/gif"
    elif head.startswith(b"\xff\xd8\xff"):
        media_type = "image/jpeg"
    elif head[:4] == b"RIFF" and head[8:] == b"WEBP":
        media_type = "image/webp"
    else:
        return ""
    # A text may begin like one.
    return media_type if re.fullmatch(r"[A-Za-z0-9+/\s]+={0,2}\s*", found) else ""


def _is_other_base64(found: str) -> bool:
    if not _BASE64.fullmatch(found):
        return False
    start = base64.b64decode(found[:_START_CHARS])
    try:
        return "\0" in start.decode()
    except UnicodeDecodeError as error:
        return error.start < len(start) - 3  # not in a letter that is only cut off


def _is_other_file(address: str) -> bool:
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return path[path.rfind(".") :].lower() in _OTHER_FILES


def _no_picture(encoded: str) -> Notice:
    size = len(encoded) * 3 // 4
    return Notice(f"the server sent a file of {size} bytes that is not a picture; it is not kept")
