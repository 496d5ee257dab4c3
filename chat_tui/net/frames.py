"""One wire unit of an event stream, and what a keepalive looks like."""

from collections.abc import Sequence

import msgspec

_KEEPALIVE_EVENTS = frozenset({"ping", "heartbeat"})
_LONGEST_PING = 64


class Frame(msgspec.Struct, frozen=True):
    """One server-sent event, as decoders read it."""

    event: str
    """`message` where the server named none."""
    data: str
    id: str = ""
    """The last id that the stream named, also when an earlier frame named it."""


def is_keepalive(frame: Frame) -> bool:
    """Tell whether a frame only says that the connection is open.

    That is an event called `ping` or `heartbeat`, the data `{"type": "ping"}`, or an unnamed event
    with blank data.
    """
    if frame.event in _KEEPALIVE_EVENTS:
        return True
    if len(frame.data) > _LONGEST_PING:
        return False
    if frame.event == "message" and not frame.data.strip():
        return True
    if '"ping"' not in frame.data:
        return False
    try:
        return bool(msgspec.json.decode(frame.data) == {"type": "ping"})
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False


def all_keepalives(frames: Sequence[Frame]) -> bool:
    """Tell whether nothing but keepalives is among frames."""
    return all(map(is_keepalive, frames))
