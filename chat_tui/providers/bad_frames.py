"""How much nonsense in a stream is skipped before it is given up."""

from typing import Final

from chat_tui.errors import ProtocolViolation
from chat_tui.events import Notice

MAX_BAD_FRAMES: Final = 3


class BadFrames:
    """Counts the frames of one reply that cannot be understood."""

    def __init__(self, hint: str) -> None:
        """Begin with none.

        Args:
            hint: What to do when there are too many: mostly the server is another one.
        """
        self._hint = hint
        self._count = 0

    def skip(self) -> Notice:
        """Count one more.

        Raises:
            ProtocolViolation: it was the third.
        """
        self._count += 1
        if self._count >= MAX_BAD_FRAMES:
            raise ProtocolViolation(
                f"the server sent {self._count} events that cannot be understood",
                hint=self._hint,
            )
        return Notice("skipped an event from the server that cannot be understood")
