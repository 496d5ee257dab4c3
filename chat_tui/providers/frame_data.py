"""What is in a frame, before its dialect reads it: an object, an error, or nonsense."""

from collections.abc import Callable
from typing import Any

from chat_tui.errors import ProtocolViolation, ProviderError, ProviderFailed
from chat_tui.net.error_text import error_message
from chat_tui.net.frames import Frame
from chat_tui.net.json import decode_json


def failed(said: object) -> ProviderError:
    """Make the error of what a server says in an event called `error`."""
    return ProviderFailed(error_message(said))


def object_in(
    frame: Frame,
    *,
    decode: Callable[[str], object] = decode_json,
    failure: Callable[[object], ProviderError] = failed,
) -> dict[str, Any] | None:
    """Take the JSON object out of a frame; null where there is none.

    Args:
        frame: Any but a keepalive, or a mark of the end.
        decode: Decodes a document.
        failure: Makes the error of an event called `error`, from its document or its text.

    Raises:
        ProviderError: the event is called `error`.
    """
    data = frame.data.strip()
    try:
        document = decode(data)
    except ProtocolViolation:
        document = None
    if frame.event == "error":
        raise failure(data if document is None else document)
    return document if isinstance(document, dict) else None
