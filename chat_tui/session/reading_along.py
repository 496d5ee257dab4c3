"""Reading along: what another instance of the program says in a conversation, as it says it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from chat_tui.conversation import Conversation
from chat_tui.errors import StoreError
from chat_tui.events import Finished, StreamError, StreamEvent, TextDelta
from chat_tui.folding import Folder, blanked, replay
from chat_tui.ids import ConversationId
from chat_tui.message import Message, TextPart
from chat_tui.session.reply import Reply
from chat_tui.session.saving import RECORD_S
from chat_tui.session.session import Session
from chat_tui.store.store import Store
from chat_tui.streaming.worker import StreamWorker

POLL_S: Final = 0.15
"""How often the log of a reply is looked at that somebody else writes."""


class ReadingAlong:
    """Keeps a session at what is in the store. Nothing is written."""

    def __init__(self, session: Session, store: Store) -> None:
        """Read nothing yet.

        Args:
            session: Of the conversation; nobody says anything in it meanwhile.
            store: Where another instance writes.
        """
        self._session = session
        self._store = store
        self._seen: int | None = None

    async def look(self) -> bool:
        """Take over what is new; cheap where nothing is.

        Returns:
            Whether somebody has written since the last time.

        Raises:
            NotFound: it is not stored any more.
            StoreError: it cannot be read.
        """
        seen = await self._store.generation()
        if seen == self._seen:
            return False
        self._take_over(await self._store.load(self._session.conversation.id))
        self._seen = seen  # not before: what could not be read is looked at again
        return True

    def _take_over(self, there: Conversation) -> None:
        here = self._session.conversation
        shown = [message.id for message in here.path()]
        streaming: Message | None = None
        for message in there:
            running = message.role == "assistant" and message.outcome is None
            if message.id not in here:
                here.add(blanked(message) if running else message)
            elif here[message.id].outcome is None and not running and not self._follows(message):
                here.update(message)
            if running and message.id == there.leaf:
                streaming = message
        if there.named:
            here.title = there.title
        here.show(there.leaf)
        if streaming is not None and not self._follows(streaming):
            here.show(streaming.parent)  # what is shown of it begins anew
            self._session.tell_change()
            here.update(blanked(streaming))
            here.show(streaming.id)
            self._follow(self._reply(here.id, blanked(streaming)))
            self._session.tell_change()
        elif [message.id for message in here.path()] != shown:
            self._session.tell_change()

    def _follows(self, message: Message) -> bool:
        reply = self._session.reply_of(message.id)
        return reply is not None and reply.running

    def _follow(self, reply: Reply) -> None:
        self._session.follow(reply)
        reply.record(asyncio.create_task(self._watch(reply), name=f"follow {reply.id}"))
        reply.worker.start()

    async def _watch(self, reply: Reply) -> None:
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                reply.fold(batch)
        self._session.conversation.update(reply.folder.message())

    def _reply(self, conversation: ConversationId, blank: Message) -> Reply:
        worker = StreamWorker(
            lambda: _events_of(self._store, conversation, blank), name=f"read along {blank.id}"
        )
        return Reply(blank, worker)


async def _events_of(
    store: Store, conversation: ConversationId, blank: Message
) -> AsyncGenerator[StreamEvent, None]:
    """Read the log of a reply while another process writes it, and then how it ended."""
    folder = Folder(blank)
    at, streams = 0, True
    try:
        while streams:
            events, at, streams = await store.news_of(blank.id, at)
            for event in events:
                if not isinstance(event, Finished | StreamError):
                    folder.add(event)
                    yield event
            if streams:
                await asyncio.sleep(POLL_S)
        ended = (await store.load(conversation))[blank.id]
    except (StoreError, KeyError):
        yield Finished("incomplete")
        return
    for event in _rest(folder.message(), ended):
        yield event


def _rest(read: Message, ended: Message) -> list[StreamEvent]:
    """What a reply has as it ended, and what was read of it had not."""
    rest: list[StreamEvent] = []
    if ended.text.startswith(read.text) and len(ended.text) > len(read.text):
        rest.append(TextDelta(ended.text[len(read.text) :]))
    known = [part for part in read.parts if not isinstance(part, TextPart)]
    rest += [
        event for event in replay(ended) if not isinstance(event, TextDelta) and event not in known
    ]
    if ended.outcome is None:  # whoever wrote it is gone, and nobody has ended it yet
        rest.append(Finished("incomplete"))
    return rest
