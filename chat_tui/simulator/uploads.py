"""Pictures that a client sends along, looked at as closely as the vendors do."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

_BEGINNINGS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
_DATA_URL = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]+={0,2})")


class NoPicture(Exception):
    """What a client sent as a picture is none."""


def picture_at(url: Any) -> bytes:  # as the client wrote it
    """Take the picture out of a `data:` URL; empty for one that is elsewhere.

    Raises:
        NoPicture: it is not what its type says.
    """
    if not isinstance(url, str):
        raise NoPicture("a picture is an address or a data URI")
    if url.startswith(("http://", "https://")):
        return b""
    found = _DATA_URL.fullmatch(url)
    if found is None:
        raise NoPicture("the picture is no valid data URI in base64")
    try:
        data = base64.b64decode(found[2], validate=True)
    except binascii.Error as error:
        raise NoPicture("the picture is not base64") from error
    beginning = _BEGINNINGS.get(found[1])
    if beginning is None or not data.startswith(beginning):
        raise NoPicture(f"the picture is not of the type {found[1]}")
    return data


def count_arguments(body: Mapping[str, Any], *, single: str, several: str) -> int:
    """Count the pictures among the arguments of a model that draws.

    Args:
        body: As the client wrote it.
        single: The argument that takes one picture.
        several: The argument that takes a list.

    Raises:
        NoPicture: what stands there is none.
    """
    count = 0
    if single in body:
        picture_at(body[single])
        count += 1
    if several in body:
        if not isinstance(body[several], list):
            raise NoPicture(f"{several} is a list")
        for url in body[several]:
            picture_at(url)
            count += 1
    return count
