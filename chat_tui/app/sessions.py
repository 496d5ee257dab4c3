"""The conversations that are open; they belong to the application, whichever panes show them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.ids import ConversationId
from chat_tui.media.fetching import Fetch
from chat_tui.media.files import PicturePlace
from chat_tui.media.past_runs import PastRuns
from chat_tui.providers.base import Provider
from chat_tui.session.session import Session
from chat_tui.store.store import Store

if TYPE_CHECKING:
    from chat_tui.config.prices import Price


class Sessions:
    """One session for each open conversation, however many panes show it."""

    def __init__(
        self,
        store: Store,
        media: PicturePlace,
        on_trouble: Callable[[StoreError | None], None],
        *,
        fetch_for: Callable[[Provider], Fetch] | None = None,
        runs: PastRuns | None = None,
        prices: "Mapping[str, Price] | None" = None,
    ) -> None:
        """Open nothing yet.

        Args:
            store: Where conversations are kept; whoever made it closes it, after these.
            media: Where pictures are kept.
            on_trouble: Called when saving fails, and with null when it works again.
            fetch_for: How pictures are got that a provider only gives an address of.
            runs: Where it is kept what picture jobs took.
            prices: What models cost whose providers do not say so, by their ids.
        """
        self._store = store
        self._media = media
        self._on_trouble = on_trouble
        self._fetch_for = fetch_for
        self._runs = runs
        self._prices = prices
        self._open: dict[ConversationId, Session] = {}

    def begin(self, conversation: Conversation) -> Session:
        """Open a conversation that was read or made; the session of it, where there is one."""
        if conversation.id not in self._open:
            self._open[conversation.id] = Session(
                conversation,
                self._store,
                media=self._media,
                fetch_for=self._fetch_for,
                on_trouble=self._on_trouble,
                runs=self._runs,
                prices=self._prices,
            )
        return self._open[conversation.id]

    @property
    def all(self) -> Sequence[Session]:
        """Those that are open."""
        return tuple(self._open.values())

    def get(self, conversation_id: ConversationId) -> Session | None:
        """The session of a conversation that is open; null where it is not."""
        return self._open.get(conversation_id)

    async def open(self, conversation_id: ConversationId) -> Session:
        """Open a stored conversation, or give the session that it has already.

        Raises:
            StoreError: it is not there, or cannot be read.
        """
        if conversation_id in self._open:
            return self._open[conversation_id]
        return self.begin(await self._store.load(conversation_id))

    def keep(self, shown: Iterable[Session]) -> None:
        """Forget what nobody sees and where nothing is left to be done or saved.

        Args:
            shown: What somebody sees.
        """
        kept = {session.conversation.id for session in shown}
        self._open = {
            name: session
            for name, session in self._open.items()
            if name in kept or not session.at_rest
        }

    def stop_replies(self) -> bool:
        """Stop every reply that is running; false where none is."""
        running = [session for session in self._open.values() if session.running]
        for session in running:
            session.cancel()
        return bool(running)

    async def aclose(self) -> None:
        """Nothing is lost: what still streams is stopped and saved, what opens meanwhile too."""
        closed: set[ConversationId] = set()
        while left := [one for one in self.all if one.conversation.id not in closed]:
            for session in left:
                session.cancel()
            for session in left:
                await session.aclose()
                closed.add(session.conversation.id)
