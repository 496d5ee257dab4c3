"""Files that go into a transcript or stand beside it: pictures and attachments."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec

from chat_tui.events import ImageResult
from chat_tui.message import Attachment, Message, Part

ASSETS: Final = "assets"
"""The folder beside a Markdown transcript."""

_SUFFIXES: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that was read."""

    media_type: str
    """Of a picture by its bytes; `text/plain` for everything else."""
    data: bytes = field(repr=False)

    @property
    def is_picture(self) -> bool:
        return self.media_type in _SUFFIXES

    @property
    def data_url(self) -> str:
        """All of it, as an address."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode()}"

    @property
    def name(self) -> str:
        """The name of a copy: the hash of its content."""
        return hashlib.sha256(self.data).hexdigest() + _SUFFIXES.get(self.media_type, ".txt")


Files: TypeAlias = Mapping[str, Enclosed]
"""What was read, by the path that a part names; what is not there could not be read."""


def beside(path: Sequence[Message], files: Files) -> tuple[Message, ...]:
    """Point the parts of messages at the copies in `ASSETS`, as far as their files were read."""
    places = {place: f"{ASSETS}/{file.name}" for place, file in files.items()}
    return tuple(
        msgspec.structs.replace(
            message, parts=tuple(_moved(part, places) for part in message.parts)
        )
        for message in path
    )


def _moved(part: Part, places: Mapping[str, str]) -> Part:
    match part:
        case ImageResult(path=str(path)) | Attachment(path=path) if path in places:
            return msgspec.structs.replace(part, path=places[path])
        case _:
            return part
