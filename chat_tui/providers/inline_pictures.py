"""Pictures inside a reply: as base64, as a `data:` URL, or as an address elsewhere."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from chat_tui.errors import ProtocolViolation
from chat_tui.events import ImageResult, Notice

_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_SPACE: Final = re.compile(r"\s+")


def picture_bytes(encoded: str) -> bytes:
    """Decode base64, also where it is broken into lines.

    Raises:
        ProtocolViolation: it is not base64, or there is nothing in it.
    """
    try:
        # Nearly all are without a space, and some are megabytes, while keys wait.
        data = binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError:
        try:
            data = base64.b64decode(_SPACE.sub("", encoded), validate=True)
        except ValueError:
            data = b""
    if not data:
        raise ProtocolViolation("the server sent a picture that is not base64")
    return data


def picture_at(url: str, *, job: str, index: int) -> Iterator[ImageResult | Notice]:
    """Yield the picture of a URL, and what has to be said about one that is not in it.

    Raises:
        ProtocolViolation: it is a `data:` URL without a picture in it.
    """
    if url[:5].lower() == "data:":
        head, comma, encoded = url.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise ProtocolViolation("the server sent a picture that is not base64")
        yield ImageResult(
            job,
            index,
            url=shown_url(url),
            media_type=head[5:].partition(";")[0].lower() or None,
            data=picture_bytes(encoded),
        )
    elif _ADDRESS.match(url):
        yield ImageResult(job, index, url=url)  # fetched where it is kept, if it is
    else:
        yield Notice("the server sent a picture at an address that is not http or https")


def shown_url(url: str) -> str:
    """Cut a `data:` URL to its type; any other stays as it is."""
    if url[:5].lower() != "data:":
        return url
    return url.partition(",")[0].partition(";")[0]
