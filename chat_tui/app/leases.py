"""Conversations that are open in several instances: one talks, the others read along."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from chat_tui import glyphs
from chat_tui.config.key_labels import first_key_label
from chat_tui.errors import ChatTuiError, NewerStore, NotFound, StoreError
from chat_tui.session.reading_along import ReadingAlong
from chat_tui.store.leases import BEAT_S
from chat_tui.titles import quoted_title
from chat_tui.widgets.banner import Banner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chat_tui.app.chat_app import ChatApp
    from chat_tui.app.wiring import Wiring
    from chat_tui.ids import ConversationId
    from chat_tui.session.session import Session
    from chat_tui.store.leases import Holder

LOOK_S: Final = 0.3
"""How often a conversation is looked at that somebody else has."""
IDLE_S: Final = 2.0
"""How often it is looked at what is open here; this alone touches no file."""


class AppLeases:
    """Takes, renews and gives back leases; one for the application."""

    def __init__(self, app: ChatApp, wiring: Wiring) -> None:
        """Hold nothing yet.

        Args:
            app: Where is told who else is there.
            wiring: Knows the store, and what is open.
        """
        self._app = app
        self._wiring = wiring
        self._reading: dict[ConversationId, ReadingAlong] = {}
        self._held: set[ConversationId] = set()
        self._told_deleted: set[ConversationId] = set()
        self._beat_at = 0.0
        self._wake = asyncio.Event()

    def look_now(self) -> None:
        """Another conversation is shown."""
        self._wake.set()

    async def run(self) -> None:
        """Go on until the application ends."""
        self._beat_at = asyncio.get_running_loop().time()  # what is open now has just been read
        while True:
            with suppress(StoreError):  # whoever saves says so
                await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if self._reading else IDLE_S):
                    await self._wake.wait()
            self._wake.clear()

    async def _look(self) -> None:
        sessions = {
            session.conversation.id: session
            for session in self._wiring.sessions.all
            if session.stored
        }
        now = asyncio.get_running_loop().time()
        due = now - self._beat_at >= BEAT_S
        if due or set(sessions) != self._held or await self._something_free():
            try:
                others = await self._wiring.store.hold(sessions)
            except NewerStore:  # nobody writes there, so nobody has to be kept away
                others = {}
            self._beat_at = now
            self._held = set(sessions)
            await self._settle(sessions, others)
        if due:
            await self._look_after(sessions)
        for reading in tuple(self._reading.values()):
            with suppress(NotFound):  # whoever has it keeps it
                await reading.look()

    async def _look_after(self, sessions: Mapping[ConversationId, Session]) -> None:
        """Keep what is open here and was deleted elsewhere; say what was put into the bin."""
        for session in sessions.values():
            await session.look_after()
        deleted = await self._wiring.store.in_bin(sessions)
        for name in deleted - self._told_deleted:
            if not self._app.work.conversations.deleted_here(name):
                title = quoted_title(sessions[name].conversation.title)
                self._app.notify(
                    f"{title} was deleted elsewhere; say something in it to have it back",
                    severity="warning",
                    timeout=30,
                )
        self._told_deleted = deleted

    async def _something_free(self) -> bool:
        """Whether nobody has a conversation any more that is read along here; nothing is written."""
        if not self._reading:
            return False
        return self._reading.keys() != (await self._wiring.store.holders(self._reading)).keys()

    async def _settle(
        self, sessions: Mapping[ConversationId, Session], others: Mapping[ConversationId, Holder]
    ) -> None:
        for name, session in sessions.items():
            if name in others and session.running and name not in self._reading:
                continue  # it was ours when that was asked; it is settled when the reply is there
            if name in others and name not in self._reading:
                self._reading[name] = ReadingAlong(session, self._wiring.store)
                session.elsewhere = others[name].words
                self._offer_choices(session)
            elif name not in others and name in self._reading:
                await self._wiring.store.recover()
                with suppress(NotFound):  # it is kept as it was read
                    await self._reading[name].look()
                del self._reading[name]
                session.elsewhere = ""
                await session.look_after()
                self._offer_choices(session)
                self._app.notify("the other chat-tui has left this conversation: it is yours now")
        for name in [name for name in self._reading if name not in sessions]:
            del self._reading[name]
        self._tell()

    def _offer_choices(self, session: Session) -> None:
        for pane in self._app.panes.widget.all:
            if pane.session is session:
                pane.offer_choices()

    def _tell(self) -> None:
        elsewhere = self._app.pane.session.elsewhere
        key = first_key_label(self._wiring.config.keys.get("conversation.fork", ""))
        fork = f" {glyphs.DOT} {key} forks it" if key else ""
        words = f"reading along: open in {elsewhere}{fork}"
        for screen in self._app.screen_stack[:1]:  # none once the application is ending
            for banner in screen.query(Banner):
                banner.tell("lease", words if elsewhere else "")

    def fork(self) -> None:
        """Make a conversation of its own of what the pane shows, up to the last whole message."""
        pane = self._app.pane
        session = pane.session
        at = session.conversation.leaf
        if at is not None and session.running:
            at = session.conversation[at].parent
        try:
            pane.branching.fork(at)
        except ChatTuiError as error:
            pane.refuse(error)
