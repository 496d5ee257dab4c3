"""The stored conversations as the application handles them: list, open, fork, rename, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import App

from chat_tui.app.errors import told
from chat_tui.app.sessions import Sessions
from chat_tui.conversation import Conversation
from chat_tui.errors import ChatTuiError
from chat_tui.ids import ConversationId, MessageId
from chat_tui.roster.roster import Roster
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.widgets.pane.pane import Pane

if TYPE_CHECKING:
    from chat_tui.screens.conversation_shelf import Place
    from chat_tui.store.listing import ConversationSummary
    from chat_tui.store.search import SearchHit


class AppConversations:
    """One for the application; what it is a `Shelf` of is the store."""

    def __init__(
        self,
        app: App[int],
        store: Store,
        sessions: Sessions,
        roster: Roster,
        new: Callable[[], Conversation],
        keys: Mapping[str, str],
    ) -> None:
        """Take what is needed.

        Args:
            app: Where the list is shown.
            store: Where the conversations are.
            sessions: Those that are open.
            roster: Who may be asked for a title.
            new: Makes a conversation to be shown in place of one that was deleted.
            keys: The keys of each action, separated by commas.
        """
        self._app = app
        self._store = store
        self._sessions = sessions
        self._roster = roster
        self._new = new
        self._keys = keys
        self._deleted: list[ConversationId] = []

    def show(self, pane: Pane, query: str = "") -> None:
        """Show the list; what is chosen is opened in a pane."""
        from chat_tui.screens.conversations import ConversationsScreen

        async def chosen(place: Place | None) -> None:
            self._leave_deleted()
            if place is not None:
                await self.go(pane, place)

        self._app.push_screen(ConversationsScreen(self, query, self._keys), chosen)

    async def go(self, pane: Pane, place: Place) -> None:
        """Open a conversation in a pane and, where a message is named, go to that and mark it."""
        try:
            session = await self._sessions.open(place.conversation)
            conversation = session.conversation
            message = place.message if place.message in conversation else None
            if message is not None and message not in {one.id for one in conversation.path()}:
                await session.show(conversation.leaf_below(message))
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        self._open(pane, session)
        if message is not None:
            pane.transcript.show_message(message)
            if place.words:
                pane.find_bar.look_for(place.words, message)

    async def fork(self, pane: Pane, fork: Conversation) -> None:
        """Keep a fork, and open it in a pane."""
        try:
            await self._store.create(fork)
        except ChatTuiError as error:
            self._app.notify(told(error), severity="warning")
            return
        self._open(pane, self._sessions.begin(fork))
        self._app.notify("a conversation of its own; the other one stays as it is")

    def show_tree(self, pane: Pane, at: MessageId | None) -> None:
        """Show all branches of what a pane shows; the one that is chosen is shown there."""
        from chat_tui.screens.branches import BranchesScreen

        session = pane.session

        async def chosen(message: MessageId | None) -> None:
            if message is not None and session is pane.session:
                await pane.branching.show(message)

        self._app.push_screen(BranchesScreen(session.snapshot(), at), chosen)

    def _open(self, pane: Pane, session: Session) -> None:
        """Show a session, and go on with whoever answered last in it."""
        pane.open(session)
        known = self._roster.names()
        for message in reversed(session.conversation.path()):
            if message.role == "assistant" and message.provider in known:
                pane.answer_with(message.provider, message.model)
                break
        self._sessions.keep(other.session for other in self._panes)
        pane.prompt.focus()

    def _leave_deleted(self) -> None:
        """Show a new conversation wherever one is shown that is in the bin now."""
        for pane in self._panes:
            if pane.session.conversation.id in self._deleted:
                pane.open(self._sessions.begin(self._new()))
            else:
                pane.show_title()

    @property
    def _panes(self) -> Sequence[Pane]:
        return list(self._app.screen_stack[0].query(Pane))

    async def newest(self, limit: int | None) -> Sequence[ConversationSummary]:
        return await self._store.list(limit, pinned_first=True)

    async def search(self, query: str, limit: int) -> Sequence[SearchHit]:
        return await self._store.search(query, limit, each=1)

    async def searches_all(self) -> bool:
        return await self._store.searches_all()

    async def one(self, conversation: ConversationId) -> ConversationSummary:
        return await self._store.summary(conversation)

    async def rename(self, conversation: ConversationId, title: str) -> None:
        await self._store.rename(conversation, title)
        if (session := self._sessions.get(conversation)) is not None:
            session.conversation.title = title

    async def pin(self, conversation: ConversationId, pinned: bool) -> None:
        await self._store.pin(conversation, pinned)

    def deleted_here(self, conversation: ConversationId) -> bool:
        """Whether somebody threw it away in the list of this instance."""
        return conversation in self._deleted

    async def delete(self, conversation: ConversationId) -> None:
        await self._store.put_into_bin(conversation)
        self._deleted.append(conversation)

    async def undo(self) -> ConversationId | None:
        if not self._deleted:
            return None
        await self._store.restore(self._deleted[-1])
        return self._deleted.pop()

    async def ask_for_title(self, conversation: ConversationId) -> str:
        from chat_tui.titles import ask_for_title

        session = self._sessions.get(conversation)
        found = (
            session.conversation if session is not None else await self._store.load(conversation)
        )
        known = self._roster.names()
        for message in reversed(found.path()):
            if message.role == "assistant" and message.provider in known:
                provider = self._roster.provider(message.provider)
                return await ask_for_title(provider, found, message.model)
        hint = "type a title instead"
        raise ChatTuiError("nobody who answered here is configured any more", hint=hint)
