"""A conversation being talked in: send, regenerate, cancel, record.

The stream belongs to the session and the look to the pane: closing a pane stops nothing, and a
pane that is opened late reads the reply's log from its start.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from chat_tui.conversation import Conversation
from chat_tui.errors import ChatTuiError, StoreError
from chat_tui.events import Approval, StreamEvent, Terminal
from chat_tui.folding import Folder
from chat_tui.ids import MessageId
from chat_tui.media.fetching import Fetch
from chat_tui.media.files import PicturePlace
from chat_tui.media.keep import keep_pictures
from chat_tui.message import Message, blank_reply, decision_message, user_message
from chat_tui.providers.base import Provider, Request
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker

log = logging.getLogger(__name__)

RECORD_S = 0.02
"""How often what came is handed to the recorder, which has its own time for the disk."""


class ReplyRunning(ChatTuiError):
    """A conversation answers one turn at a time."""


class AlreadyDecided(ChatTuiError):
    """A decision is made once, and only about the last reply."""


class Reply:
    """One reply under way, and after its end."""

    def __init__(self, blank: Message, worker: StreamWorker) -> None:
        """Join what belongs together.

        Args:
            blank: The message that the events are folded into.
            worker: Runs the stream.
        """
        self.blank = blank
        self.worker = worker
        self.folder = Folder(blank)
        """What has come so far, as a message."""

    @property
    def id(self) -> MessageId:
        return self.blank.id

    @property
    def running(self) -> bool:
        return self.worker.terminal is None


class Session:
    """Owns a conversation, its running reply, and the way of both to the store."""

    def __init__(
        self,
        conversation: Conversation,
        store: Store | None,
        *,
        media: PicturePlace | None = None,
        fetch_for: Callable[[Provider], Fetch] | None = None,
        retry: RetryPolicy | None = None,
        on_trouble: Callable[[StoreError | None], None] | None = None,
    ) -> None:
        """Open a session.

        Args:
            conversation: New, or loaded from the store.
            store: Where everything is kept; null keeps nothing.
            media: Where pictures are kept; null keeps none.
            fetch_for: How pictures are got that a provider only gives an address of; null leaves
                them where they are.
            retry: When a request is sent again without asking.
            on_trouble: Called when saving fails, and with null when it works again.
        """
        self.conversation = conversation
        self.reply: Reply | None = None
        """The running reply, or the last one."""
        self._store = store
        self._media = media
        self._fetch_for = fetch_for
        self._retry = retry
        self._on_trouble = on_trouble
        self._saved = len(conversation) > 0
        self._unsaved: set[MessageId] = set()
        """Turns and ended replies that are in memory only."""
        self._trouble: StoreError | None = None
        self._recording: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """A reply is under way."""
        return self.reply is not None and self.reply.running

    def say(self, text: str) -> Message:
        """Add the user's turn below the shown path; `answer` saves it and asks the provider.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        return self._add_turn(user_message(text, parent=self.conversation.leaf))

    def decide(
        self, reply: MessageId, approval: Approval, *, approved: bool, feedback: str = ""
    ) -> Message:
        """Add the user's turn that answers what a reply waits for; `answer` passes it on.

        Args:
            reply: The last message of the shown path.
            approval: What it waits for.
            approved: What the user decided.
            feedback: The user's words about it.

        Raises:
            ReplyRunning: the reply has not ended.
            AlreadyDecided: something has been said since.
        """
        self._refuse_if_running()
        if self.conversation.leaf != reply:
            raise AlreadyDecided("this does not wait for a decision any more")
        return self._add_turn(
            decision_message(approval, approved=approved, feedback=feedback, parent=reply)
        )

    async def answer(
        self,
        turn: Message,
        provider: Provider,
        *,
        model: str = "",
        parameters: Mapping[str, object] | None = None,
    ) -> Reply:
        """Start the reply to a turn of this conversation.

        The turn is on disk before the request leaves; when it cannot be saved, that is reported
        to `on_trouble` and the talk goes on in memory.

        Args:
            turn: What is to be answered.
            provider: Who answers.
            model: Empty means the provider's own default.
            parameters: For the request body, beside those that the provider is configured with.

        Returns:
            The reply, already started.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        blank = blank_reply(
            parent=turn.id,
            provider=provider.name,
            model=model or provider.model,
            parameters={**provider.parameters, **(parameters or {})},
        )
        self.conversation.add(blank)
        worker = StreamWorker(
            lambda: self._stream(provider, blank),
            retry=self._retry,
            name=f"reply {blank.id}",
        )
        self.reply = reply = Reply(blank, worker)
        # Tasks of the session's own: whoever asked may leave at any time, also while this saves.
        beginning = asyncio.create_task(
            self._begin(reply, after=self._recording), name=f"begin {blank.id}"
        )
        self._recording = asyncio.create_task(
            self._record(reply, beginning), name=f"record {blank.id}"
        )
        await asyncio.shield(beginning)
        return reply

    async def send(
        self,
        text: str,
        provider: Provider,
        *,
        model: str = "",
        parameters: Mapping[str, object] | None = None,
    ) -> Reply:
        """Say something and start the reply: `say`, then `answer`."""
        turn = self.say(text)
        return await self.answer(turn, provider, model=model, parameters=parameters)

    async def regenerate(
        self,
        provider: Provider,
        *,
        model: str = "",
        parameters: Mapping[str, object] | None = None,
    ) -> Reply | None:
        """Answer the last turn of the shown path again, as a sibling of its reply.

        Returns:
            The new reply, or null when nothing has been said yet.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        turns = [message for message in self.conversation.path() if message.role == "user"]
        if not turns:
            return None
        return await self.answer(turns[-1], provider, model=model, parameters=parameters)

    def snapshot(self) -> Conversation:
        """The conversation as it stands now, with what has come of a running reply."""
        snapshot = self.conversation.without_messages()
        for message in self.conversation:
            running = self.reply is not None and message.id == self.reply.id
            snapshot.add(self.reply.folder.message() if running and self.reply else message)
        snapshot.show(self.conversation.leaf)
        return snapshot

    def cancel(self) -> None:
        """Stop the running reply, if there is one. What came so far is kept."""
        if self.reply is not None:
            self.reply.worker.cancel()

    async def wait(self) -> Terminal | None:
        """Wait until the last reply has ended and is saved.

        Returns:
            How it ended, or null when there was none.
        """
        if self._recording is not None:
            await asyncio.shield(self._recording)
        return self.reply.worker.terminal if self.reply is not None else None

    async def aclose(self) -> None:
        """Stop what runs and save what came."""
        self.cancel()
        await self.wait()
        if self.reply is not None:
            await self.reply.worker.wait()
        if self._unsaved:
            await self._try_to_save(self._save_messages)

    def _add_turn(self, turn: Message) -> Message:
        self.conversation.add(turn)
        self._unsaved.add(turn.id)
        return turn

    def _refuse_if_running(self) -> None:
        if self.running:
            raise ReplyRunning("a reply is still running", hint="Esc stops it")

    def _stream(self, provider: Provider, blank: Message) -> AsyncGenerator[StreamEvent, None]:
        request = Request(
            conversation=self.conversation.id,
            messages=self.conversation.path(blank.parent),
            model=blank.model,
            system_prompt=self.conversation.system_prompt,
            parameters=blank.parameters,
        )
        events = provider.stream(request)
        if self._media is None:
            return events
        fetch = self._fetch_for(provider) if self._fetch_for is not None else None
        return keep_pictures(events, self._media, fetch)

    async def _begin(self, reply: Reply, *, after: asyncio.Task[None] | None) -> bool:
        """Save what was said, then let the request leave.

        Args:
            reply: What is to be started.
            after: The recording before: until it is done, the conversation lacks its text.

        Returns:
            The reply has its place in the store.
        """
        if after is not None:
            await asyncio.wait({after})
        begun = await self._try_to_save(self._save_messages) and await self._try_to_save(
            lambda store: store.begin_reply(self.conversation.id, reply.blank)
        )
        reply.worker.start()
        return begun

    async def _record(self, reply: Reply, beginning: asyncio.Task[bool]) -> None:
        """Read the reply's log into the store, and its end into the conversation."""
        recorder: Recorder | None = None
        if await beginning and self._store is not None:
            recorder = Recorder(self._store, reply.blank, on_trouble=self._tell)
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                for event in batch:
                    reply.folder.add(event)
                if recorder is not None:
                    recorder.add(batch)
        message = reply.folder.message()
        self.conversation.update(message)
        if recorder is not None:
            await recorder.finish(message)
        else:
            self._unsaved.add(message.id)
            await self._try_to_save(self._save_messages)

    async def _save_messages(self, store: Store) -> None:
        unsaved = [message for message in self.conversation if message.id in self._unsaved]
        if not self._saved:
            # With its first turn, so that no empty conversation is ever left behind.
            first = self.conversation.without_messages()
            for message in unsaved:
                first.add(message)
            await store.create(first)
            self._saved = True
            self._unsaved.difference_update(message.id for message in unsaved)
            return
        for message in unsaved:
            await store.add_message(self.conversation.id, message)
            self._unsaved.discard(message.id)

    async def _try_to_save(self, save: Callable[[Store], Awaitable[None]]) -> bool:
        """A store in trouble does not stop a talk: it goes on in memory, and says so."""
        if self._store is None:
            return False
        try:
            await save(self._store)
        except StoreError as error:
            log.warning("cannot save: %s", error)
            self._tell(error)
            return False
        self._tell(None)
        return True

    def _tell(self, error: StoreError | None) -> None:
        before, self._trouble = self._trouble, error
        if str(before) != str(error) and self._on_trouble is not None:
            self._on_trouble(error)
