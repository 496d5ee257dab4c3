"""Frames of the OpenAI dialect, and what a decoder makes of them."""

import json
from collections.abc import Iterable
from typing import Any

from chat_tui.errors import ProviderError
from chat_tui.events import StreamError, StreamEvent
from chat_tui.net.frames import Frame
from chat_tui.providers.chat.dialect import ChatDecoder
from tests.providers.asking import Heard, heard

STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def delta(**fields: Any) -> dict[str, Any]:
    """A chunk with one delta."""
    return {"choices": [{"index": 0, "delta": fields, "finish_reason": None}]}


def finish(reason: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}


def frame(chunk: Any, event: str = "message") -> Frame:
    return Frame(event, chunk if isinstance(chunk, str) else json.dumps(chunk))


def decoded(*chunks: Any) -> list[StreamEvent]:
    """The events of chunks (JSON, text, or whole frames) and a clean end after them."""
    decoder = ChatDecoder(provider="p", model="asked")
    events: list[StreamEvent] = []
    try:
        for chunk in chunks:
            events += decoder.decode(chunk if isinstance(chunk, Frame) else frame(chunk))
        events += decoder.end()
    except ProviderError as error:
        events += decoder.broken_off()
        events.append(StreamError(error.kind, error.message, error.hint))
    return events


def read(*chunks: Any) -> Heard:
    return heard(decoded(*chunks))


def told(chunks: Iterable[Any]) -> list[StreamEvent]:
    """The events of chunks that a stop follows, without the terminal one."""
    return decoded(*chunks, STOP)[:-1]
