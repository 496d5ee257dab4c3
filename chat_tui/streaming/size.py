"""How large a reply may become: an endless one is stopped before it fills the memory."""

from typing import Final

from chat_tui.events import ReasoningDelta, StreamEvent, TextDelta

MAX_CHARS: Final = 8 << 20
"""Of one reply; the longest answers of today's models have a tenth of it."""
DELTA_CHARS: Final = 8
"""What a delta counts besides its text: also many empty ones come to an end."""
EVENT_CHARS: Final = 64
"""What any other event counts."""
TOO_LONG: Final = f"the reply is longer than {MAX_CHARS >> 20} million characters and was stopped"


def weight_chars(event: StreamEvent) -> int:
    """How much of the room for a reply an event takes."""
    if isinstance(event, TextDelta | ReasoningDelta):
        return len(event.text) + DELTA_CHARS
    return EVENT_CHARS
