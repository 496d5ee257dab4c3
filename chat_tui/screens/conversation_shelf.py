"""What the list of conversations is made from, and where it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chat_tui.errors import ChatTuiError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.store.listing import ConversationSummary
from chat_tui.store.search import SearchHit
from chat_tui.text import clean_line


class Shelf(Protocol):
    """Where the conversations are. Everything may raise a `ChatTuiError`."""

    async def newest(self, limit: int | None) -> Sequence[ConversationSummary]:
        """List conversations: the pinned ones, then the newest."""
        ...

    async def search(self, query: str, limit: int) -> Sequence[SearchHit]:
        """Find what was said: at most one hit in a conversation."""
        ...

    async def searches_all(self) -> bool:
        """Whether everything that is stored can be found by now."""
        ...

    async def rename(self, conversation: ConversationId, title: str) -> None: ...

    async def pin(self, conversation: ConversationId, pinned: bool) -> None: ...

    async def delete(self, conversation: ConversationId) -> None: ...

    async def undo(self) -> ConversationId | None:
        """Have back what was deleted last; null where there is nothing to be had back."""
        ...

    async def one(self, conversation: ConversationId) -> ConversationSummary: ...

    async def ask_for_title(self, conversation: ConversationId) -> str:
        """Ask the conversation's provider; it takes seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go."""

    conversation: ConversationId
    message: MessageId | None = None
    """Null for the end."""
    words: str = ""
    """What to mark there."""


def told(error: ChatTuiError) -> str:
    """Write what went wrong into one line."""
    return clean_line(error.told, 300)
