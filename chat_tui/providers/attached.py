"""What the files of a turn become in a request: text in fences, pictures as `data:` URLs."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from chat_tui.errors import Rejected
from chat_tui.fenced import fenced
from chat_tui.message import Message
from chat_tui.providers.base import Request
from chat_tui.text import clean, clean_line


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture that goes along."""

    name: str
    media_type: str
    data: bytes = field(repr=False)

    @property
    def data_url(self) -> str:
        """All of it, as an address."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode()}"


def said(message: Message, files: Mapping[str, bytes]) -> str:
    """What a turn says, clean, with the text files that go along below it.

    Args:
        message: The turn.
        files: What is in its files, by path; those that are missing are left out.
    """
    pieces = [clean(message.text)]
    for attachment in message.attachments:
        data = files.get(attachment.path)
        if data is not None and not attachment.is_picture:
            text = clean(data.decode("utf-8-sig", "replace")).rstrip("\n")
            pieces.append(f"{clean_line(attachment.name)}:\n\n{fenced(text)}")
    return "\n\n".join(filter(None, pieces))


def pictures(message: Message, files: Mapping[str, bytes]) -> list[SentPicture]:
    """The pictures that go along with a turn, as far as they were read."""
    return [
        SentPicture(clean_line(attachment.name), attachment.media_type, files[attachment.path])
        for attachment in message.attachments
        if attachment.is_picture and attachment.path in files
    ]


def last_said(request: Request) -> str:
    """The turn to be answered, for servers that take nothing else."""
    turn = last_turn(request)
    return said(turn, request.files) if turn is not None else ""


def last_pictures(request: Request) -> list[SentPicture]:
    """The pictures of the turn to be answered."""
    turn = last_turn(request)
    return pictures(turn, request.files) if turn is not None else []


def last_turn(request: Request) -> Message | None:
    """The turn to be answered."""
    return next((one for one in reversed(request.messages) if one.role == "user"), None)


def refuse_pictures(request: Request, who: str, *, hint: str) -> None:
    """Make sure that no picture is sent to where nobody would look at it.

    Args:
        request: The turn to be answered; pictures of earlier ones do not count.
        who: What does not take them.
        hint: What does.

    Raises:
        Rejected: the turn has pictures.
    """
    if last_pictures(request):
        raise Rejected(f"{who} takes no pictures", hint=hint)


def without_pictures(request: Request) -> Request:
    """Leave the pictures of all turns out of a request."""
    seen = {
        attachment.path
        for message in request.messages
        for attachment in message.attachments
        if attachment.is_picture
    }
    left = {path: data for path, data in request.files.items() if path not in seen}
    return msgspec.structs.replace(request, files=left)


def picture_argument(
    request: Request,
    *,
    model: str,
    name: str,
    single: str,
    several: str,
    list_endings: tuple[str, ...],
) -> dict[str, object]:
    """Put the pictures of a turn into the body of a request for a model that draws.

    Args:
        request: The turn to be answered.
        model: Its name tells whether it takes a list.
        name: The user's choice of the argument; one that ends in `s` is a list.
        single: What the argument is usually called, where it is one picture.
        several: What it is called where it is a list.
        list_endings: How the names of models end that take a list.

    Raises:
        Rejected: the argument takes one picture, and there are several.
    """
    found = [picture.data_url for picture in last_pictures(request)]
    if not found:
        return {}
    wants_list = len(found) > 1 or model.rstrip("/").endswith(list_endings)
    name = name or (several if wants_list else single)
    if name.endswith("s"):
        return {name: found}
    if len(found) > 1:
        raise Rejected(
            f"{name} takes one picture, and {len(found)} are attached",
            hint=f"attach one, or set image_parameter to {several!r}",
        )
    return {name: found[0]}
