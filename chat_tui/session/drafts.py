"""What is written and not sent yet, kept for each conversation and over restarts."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from itertools import count
from typing import Final

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.ids import ConversationId
from chat_tui.store.store import Store

log = logging.getLogger(__name__)

DELAY_S: Final = 0.5
"""A draft is written when nobody has typed for so long, or at the end."""
MOST_NEW: Final = 16
"""So many drafts of new conversations are looked for after a start."""


class Drafts:
    """The store's drafts, written a moment after they change. Whoever made it closes it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._texts: dict[ConversationId, str] = {}
        """As last told or read."""
        self._unwritten: set[ConversationId] = set()
        self._new: dict[ConversationId, ConversationId] = {}
        """The places of drafts of new conversations, whose ids the next start does not know."""
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None

    def place_of(self, new: ConversationId) -> ConversationId | None:
        """Where the draft of a new conversation is kept; null where that is not settled."""
        return self._new.get(new)

    def put(self, new: ConversationId, place: ConversationId) -> None:
        """Have a new conversation go on with what is kept at a place that `place_of` once gave."""
        self._new[new] = place

    def has_place(self, conversation: Conversation) -> bool:
        """Whether it is settled where its draft is kept."""
        return len(conversation) > 0 or conversation.id in self._new

    def note(self, conversation: Conversation, text: str) -> None:
        """Remember what is in the prompt now."""
        if len(conversation) and (before := self._new.pop(conversation.id, None)) is not None:
            self._change(before, "")
        self._change(self._place(conversation), text)

    def note_queue(self, conversation: ConversationId, texts: Sequence[str]) -> None:
        """Remember what waits to be sent; after this run it is a part of the draft."""
        self._change(_queue_place(conversation), "\n\n".join(texts))

    def move(self, before: Conversation, to: Conversation, text: str) -> None:
        """Take what is being written along into a new conversation."""
        if (place := self._new.pop(before.id, None)) is not None:
            self._new[to.id] = place
        else:
            self.note(before, "")
        self.note(to, text)

    async def load(self, conversation: Conversation, shown: Collection[ConversationId]) -> str:
        """Read what was written and not sent; empty where there is nothing, or no way to it.

        Args:
            conversation: A new one takes over what was written in one that nobody sees any more.
            shown: The conversations that somebody sees.
        """
        if not len(conversation) and conversation.id not in self._new:
            await self._take_over(conversation.id, shown)
        place = self._place(conversation)
        if place not in self._texts:
            waiting = _queue_place(conversation.id)
            queued, text = await self._read(waiting), await self._read(place)
            if place not in self._texts:
                self._texts[place] = text
            if queued and waiting not in self._texts:  # from a run before this one
                self._texts[waiting] = queued
                self._change(waiting, "")
                self._change(place, "\n\n".join(filter(None, [queued, self._texts[place]])))
        return self._texts[place]

    async def _take_over(self, new: ConversationId, shown: Collection[ConversationId]) -> None:
        for place in map(_new_place, range(MOST_NEW)):
            if place not in self._texts:
                text = await self._read(place)
                self._texts.setdefault(place, text)
        for gone in self._new.keys() - shown:
            del self._new[gone]
        left = [place for place in map(_new_place, range(MOST_NEW)) if self._texts[place]]
        for place in left:
            if place not in self._new.values():
                self._new[new] = place
                return

    def _place(self, conversation: Conversation) -> ConversationId:
        name = conversation.id
        if len(conversation):
            return name
        if name not in self._new:
            places = map(_new_place, count())
            taken = self._new.values()
            self._new[name] = next(
                place for place in places if place not in taken and not self._texts.get(place)
            )
        return self._new[name]

    async def _read(self, place: ConversationId) -> str:
        if not self._store.may_exist:
            return ""
        try:
            return await self._store.load_draft(place)
        except StoreError as error:
            log.warning("cannot read a draft: %s", error)
            return ""

    async def aclose(self) -> None:
        """Write what is not written yet."""
        if self._timer is not None:
            self._timer.cancel()
        if self._writing is not None:
            await asyncio.wait({self._writing})
        await self._write()

    def _change(self, place: ConversationId, text: str) -> None:
        if self._texts.get(place, "") == text and place not in self._unwritten:
            return
        self._texts[place] = text
        self._unwritten.add(place)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(DELAY_S, self._begin)

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="write the drafts")

    async def _write(self) -> None:
        failed: set[ConversationId] = set()
        while self._unwritten:
            place = self._unwritten.pop()
            text = self._texts[place]
            if not text.strip() and not self._store.may_exist:
                continue  # there is nothing to forget
            try:
                await self._store.save_draft(place, text if text.strip() else "")
            except StoreError as error:  # the talk itself says so when it cannot be saved
                log.warning("cannot keep a draft: %s", error)
                failed.add(place)
        self._unwritten |= failed  # for the next change of any of them, and for the end


def _queue_place(conversation: ConversationId) -> ConversationId:
    return ConversationId(f"{conversation}/queue")


def _new_place(number: int) -> ConversationId:
    return ConversationId(f"new/{number}" if number else "new")
