"""A conversation being talked in: send, regenerate, cancel, record.

The stream belongs to the session and the look to the pane: closing a pane stops nothing, and a
pane that is opened late reads the reply's log from its start.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.attachments import attach, with_files
from chat_tui.continuing import asked_to_go_on, begun, settled
from chat_tui.conversation import Conversation
from chat_tui.errors import ChatTuiError, MediaError, NotFound, StoreError
from chat_tui.events import Approval, StreamEvent, Terminal
from chat_tui.folding import Folder
from chat_tui.ids import MessageId
from chat_tui.media.fetching import Fetch
from chat_tui.media.files import MediaFolder, PicturePlace
from chat_tui.media.keep import keep_pictures
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import (
    Attachment,
    Lineage,
    Message,
    blank_reply,
    decision_message,
    user_message,
)
from chat_tui.providers.base import Provider, Request
from chat_tui.store.recorder import Recorder
from chat_tui.store.store import Store
from chat_tui.streaming.retry import RetryPolicy
from chat_tui.streaming.worker import StreamWorker

if TYPE_CHECKING:
    from chat_tui.config.prices import Price

log = logging.getLogger(__name__)

RETRY_S = 2.0
"""How long after a failure everything is saved that was not."""
RECORD_S = 0.05
"""How often what came is handed to the recorder, which has its own time for the disk."""


class ReplyRunning(ChatTuiError):
    """A conversation answers one turn at a time."""


class OpenElsewhere(ChatTuiError):
    """Another instance of the program has the conversation open."""


class AlreadyDecided(ChatTuiError):
    """A decision is made once, and only about the last reply."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Who is asked, and how."""

    provider: Provider
    model: str = ""
    """Empty means the provider's own default."""
    parameters: Mapping[str, object] = field(default_factory=dict)
    """For the request body, beside those that the provider is configured with."""
    goes_on_from: MessageId | None = None
    """A reply that broke off: the new one begins with what came of it."""


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
        self.beginning: asyncio.Task[set[MessageId]] | None = None
        """Ends when the request has left."""
        self.recording: asyncio.Task[None] | None = None
        """Ends when the whole reply is in the conversation and in the store."""
        self.stored = False
        """It has its place in the store."""

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
        runs: PastRuns | None = None,
        prices: "Mapping[str, Price] | None" = None,
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
            runs: Where it is kept what picture jobs took.
            prices: What models cost whose providers do not say so, by their ids.
        """
        self.conversation = conversation
        self.runs = runs
        self.reply: Reply | None = None
        """The running reply, or the last one; the first of those that are compared."""
        self.replies: Sequence[Reply] = ()
        """All replies to the last turn that was asked: several where they are compared."""
        self._store = store
        self._media = media
        self._fetch_for = fetch_for
        self._prices = prices or {}
        self._retry = retry
        self._on_trouble = on_trouble
        self._saved = len(conversation) > 0
        self._unsaved: set[MessageId] = set()
        """Turns and ended replies that are in memory only."""
        self._trouble: StoreError | None = None
        self._unrecorded: dict[MessageId, Reply] = {}
        """What still streams or is being saved, also where another one was chosen."""
        self._saving = asyncio.Lock()
        self._saving_again: asyncio.Task[None] | None = None
        self._closing = False
        self.elsewhere = ""
        """Who else has the conversation open, in words; then nothing is said here."""
        self._listeners: list[Callable[[], None]] = []

    @property
    def running(self) -> bool:
        """A reply is under way, and the next turn has to wait for it."""
        return any(reply.running for reply in self.replies)

    @property
    def stored(self) -> bool:
        """The conversation is in the store."""
        return self._saved

    @property
    def at_rest(self) -> bool:
        """Nothing is under way, and everything is in the store."""
        return not self.running and not self._unrecorded and not self._unsaved

    def reply_of(self, message: MessageId) -> Reply | None:
        """Give the reply that a message is being made of, or of the last turn, was made of."""
        known = {reply.id: reply for reply in self.replies}
        return self._unrecorded.get(message) or known.get(message)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have somebody called whenever messages were added, or another path is shown."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Undo `listen`."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def tell_change(self) -> None:
        """Call those who listen; also for whoever changes the conversation itself."""
        for listener in tuple(self._listeners):
            listener()

    def attach(self, path: Path) -> Attachment:
        """Keep a copy of a file that is to go along with a turn. It blocks: not for the event loop.

        Raises:
            MediaError: it cannot be sent, or there is no place for it; the message names it.
        """
        if not isinstance(self._media, MediaFolder):
            raise MediaError(f"{str(path)!r} is not attached: there is no place for files")
        return attach(path, self._media)

    def say(
        self,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        made_from: Lineage | None = None,
    ) -> Message:
        """Add the user's turn below the shown path; `answer` saves it and asks the provider.

        Args:
            text: What is said.
            attachments: The files that go along; `check_taken` tells whether a provider takes them.
            made_from: The picture or the words that this turn goes on from.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        leaf = self.conversation.leaf
        return self._add_turn(
            user_message(text, parent=leaf, attachments=attachments, made_from=made_from)
        )

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
        reply = self.compare(turn, [Contender(provider, model, parameters or {})])[0]
        assert reply.beginning is not None
        await asyncio.shield(reply.beginning)
        return reply

    def compare(self, turn: Message, contenders: Sequence[Contender]) -> Sequence[Reply]:
        """Start several replies to a turn, all at the same time: siblings of each other.

        The first one is on the shown path, until another one is chosen. Needs a running event loop.

        Args:
            turn: What is to be answered; see `answer`.
            contenders: Who answers, at least one.

        Returns:
            Their replies in the same order; the requests leave when the turn is saved.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        before = [reply.recording for reply in self.replies if reply.recording is not None]
        replies = [self._prepare(turn, contender) for contender in contenders]
        self.conversation.show(replies[0].id)
        self.reply, self.replies = replies[0], replies
        self._unrecorded |= {reply.id: reply for reply in replies}
        # Tasks of the session's own: whoever asked may leave at any time, also while this saves.
        beginning = asyncio.create_task(
            self._begin(replies, after=before), name=f"begin {replies[0].id}"
        )
        for reply in replies:
            reply.beginning = beginning
            reply.recording = asyncio.create_task(
                self._record(reply, beginning), name=f"record {reply.id}"
            )
        self.tell_change()
        return replies

    async def choose(self, reply: MessageId) -> None:
        """Go on with one of the replies that were compared; the others stay as branches.

        What of them still streams goes on and is saved, and the talk does not wait for it.

        Raises:
            KeyError: no such message.
        """
        chosen = self.reply_of(reply)
        self.replies = () if chosen is None else (chosen,)
        self.reply = chosen
        await self.show(reply)

    async def send(
        self,
        text: str,
        provider: Provider,
        *,
        model: str = "",
        parameters: Mapping[str, object] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Reply:
        """Say something and start the reply: `say`, then `answer`."""
        turn = self.say(text, attachments)
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

    async def go_on(self, reply: MessageId, provider: Provider, *, model: str = "") -> Reply:
        """Have a reply that broke off continued, as a sibling that begins with what came of it.

        Args:
            reply: Which one.
            provider: Who goes on.
            model: Empty means the provider's own default.

        Returns:
            The new reply, already started.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        unfinished = self.conversation[reply]
        assert unfinished.parent is not None
        turn = self.conversation[unfinished.parent]
        contender = Contender(provider, model, goes_on_from=reply)
        new = self.compare(turn, [contender])[0]
        assert new.beginning is not None
        await asyncio.shield(new.beginning)
        await self.settle(reply)
        return new

    async def settle(self, reply: MessageId) -> None:
        """Remember that somebody has said what becomes of a reply that broke off."""
        message = settled(self.conversation[reply])
        self.conversation.update(message)

        async def remember(store: Store) -> None:
            with contextlib.suppress(NotFound):
                await store.finish(message)

        if self._saved and reply not in self._unsaved:
            await self._try_to_save(remember)

    def follow(self, reply: Reply) -> None:
        """Show a reply that another instance writes; nothing of it is saved here."""
        self.reply, self.replies = reply, (reply,)
        reply.recording = asyncio.create_task(self._watch(reply), name=f"follow {reply.id}")
        reply.worker.start()

    async def _watch(self, reply: Reply) -> None:
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                for event in batch:
                    reply.folder.add(event)
        self.conversation.update(reply.folder.message())

    async def show(self, leaf: MessageId | None) -> None:
        """Choose the path that is shown, here and when the conversation is opened again.

        Raises:
            KeyError: no such message.
        """
        self.conversation.show(leaf)
        self.tell_change()

        async def remember(store: Store) -> None:
            with contextlib.suppress(NotFound):  # it is not stored yet, or not any more
                await store.set_leaf(self.conversation.id, leaf)

        if self._saved and leaf not in self._unsaved and not self.elsewhere:
            await self._try_to_save(remember)

    def snapshot(self) -> Conversation:
        """The conversation as it stands now, with what has come of a running reply."""
        snapshot = self.conversation.without_messages()
        for message in self.conversation:
            reply = self._unrecorded.get(message.id)
            snapshot.add(message if reply is None else reply.folder.message())
        snapshot.show(self.conversation.leaf)
        return snapshot

    def cancel(self, reply: MessageId | None = None) -> None:
        """Stop a running reply. What came so far is kept.

        Args:
            reply: Which one; all that the next turn waits for when left out.
        """
        for one in self.replies:
            if reply is None or one.id == reply:
                one.worker.cancel()

    async def wait(self) -> Terminal | None:
        """Wait until the replies to the last turn have ended and are saved.

        Returns:
            How the one on the shown path ended, or null when there was none.
        """
        for reply in self.replies:
            if reply.recording is not None:
                await asyncio.shield(reply.recording)
        return self.reply.worker.terminal if self.reply is not None else None

    async def aclose(self) -> None:
        """Stop what runs and save what came."""
        self._closing = True
        if self._saving_again is not None:
            self._saving_again.cancel()
            await asyncio.wait({self._saving_again})
        left = {**self._unrecorded, **{reply.id: reply for reply in self.replies}}.values()
        for reply in left:
            reply.worker.cancel()
        await self.wait()
        for reply in left:
            if reply.recording is not None:
                await asyncio.shield(reply.recording)
            await reply.worker.wait()
        if self._unsaved:
            await self._try_to_save(self._save_messages)

    def _add_turn(self, turn: Message) -> Message:
        self.conversation.add(turn)
        self._unsaved.add(turn.id)
        self.tell_change()
        return turn

    def _prepare(self, turn: Message, contender: Contender) -> Reply:
        provider = contender.provider
        blank = blank_reply(
            parent=turn.id,
            provider=provider.name,
            model=contender.model or provider.model,
            parameters={
                **provider.parameters,
                **self.conversation.parameters,
                **contender.parameters,
            },
        )
        if contender.goes_on_from is not None:
            blank = begun(blank, self.conversation[contender.goes_on_from])
        self.conversation.add(blank)
        worker = StreamWorker(
            lambda: self._stream(provider, blank),
            retry=self._retry,
            name=f"reply {blank.id}",
        )
        return Reply(blank, worker)

    def _refuse_if_running(self) -> None:
        if self.elsewhere:
            raise OpenElsewhere(
                f"this conversation is open in {self.elsewhere}",
                hint="fork it, or go on when the other one has left it",
            )
        if self.running:
            raise ReplyRunning("a reply is still running", hint="Esc stops it")

    def _stream(self, provider: Provider, blank: Message) -> AsyncGenerator[StreamEvent, None]:
        request = Request(
            conversation=self.conversation.id,
            messages=(
                asked_to_go_on(self.conversation.path(blank.parent), blank)
                if blank.parts
                else self.conversation.path(blank.parent)
            ),
            model=blank.model,
            system_prompt=self.conversation.system_prompt,
            parameters=blank.parameters,
        )
        if any(message.attachments for message in request.messages):
            events = with_files(request, provider)
        else:
            events = provider.stream(request)
        if (price := self._prices.get(blank.model)) is not None:
            from chat_tui.streaming.pricing import priced

            events = priced(events, price)
        if self._media is None:
            return events
        fetch = self._fetch_for(provider) if self._fetch_for is not None else None
        return keep_pictures(events, self._media, fetch)

    async def _begin(
        self, replies: Sequence[Reply], *, after: Sequence[asyncio.Task[None]]
    ) -> set[MessageId]:
        """Save what was said, then let the requests leave.

        Args:
            replies: What is to be started.
            after: The recordings before: until they are done, the conversation lacks their text.

        Returns:
            The replies that have their place in the store.
        """
        if after:
            await asyncio.wait(after)
        stored: set[MessageId] = set()
        saved = await self._try_to_save(self._save_messages)
        for reply in replies:
            if saved and await self._try_to_save(partial(self._begin_in_store, blank=reply.blank)):
                stored.add(reply.id)
            reply.worker.start()
        if len(stored) > 1:
            await self._try_to_save(self._save_leaf)
        return stored

    async def _begin_in_store(self, store: Store, *, blank: Message) -> None:
        await store.begin_reply(self.conversation.id, blank)

    async def _save_leaf(self, store: Store) -> None:
        await store.set_leaf(self.conversation.id, self.conversation.leaf)

    async def _record(self, reply: Reply, beginning: asyncio.Task[set[MessageId]]) -> None:
        """Read the reply's log into the store, and its end into the conversation."""
        recorder: Recorder | None = None
        run = None
        if self.runs is not None:
            await self.runs.load()
            run = self.runs.watch(reply.blank.provider, reply.blank.model)
        reply.stored = reply.id in await beginning
        waiting: list[StreamEvent] = []  # for a place in the store
        async with aclosing(reply.worker.subscribe(pace_s=RECORD_S)) as batches:
            async for batch in batches:
                for event in batch:
                    reply.folder.add(event)
                if run is not None:
                    run.add(batch)
                if recorder is None and reply.stored and self._store is not None:
                    recorder = Recorder(self._store, reply.blank, on_trouble=self._tell)
                    recorder.add(waiting)
                if recorder is not None:
                    recorder.add(batch)
                else:
                    waiting.extend(batch)
        message = reply.folder.message()
        self.conversation.update(message)
        async with self._saving:  # it may be given its place just now
            if not reply.stored:
                self._unsaved.add(message.id)
        if recorder is None and reply.stored and self._store is not None:
            recorder = Recorder(self._store, reply.blank, on_trouble=self._tell)
        if recorder is not None:
            await recorder.finish(message)
        else:
            await self._try_to_save(self._save_messages)
        if run is not None:
            await run.finish()
        del self._unrecorded[reply.id]

    async def _save_messages(self, store: Store) -> None:
        async with self._saving:  # replies that are compared may end at the same time
            await self._save_unsaved(store)

    async def _save_unsaved(self, store: Store) -> None:
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
            idle = self._saving_again is None or self._saving_again.done()
            if idle and not self._closing:
                self._saving_again = asyncio.create_task(self._save_again(), name="save again")
            return False
        self._tell(None)
        return True

    async def _save_again(self) -> None:
        """After a failure, save everything that is in memory only, as soon as that can be done."""
        while self._store is not None:
            await asyncio.sleep(RETRY_S)
            try:
                await self._save_messages(self._store)
                async with self._saving:
                    for reply in tuple(self._unrecorded.values()):
                        if not reply.stored and reply.id not in self._unsaved and self._saved:
                            await self._begin_in_store(self._store, blank=reply.blank)
                            reply.stored = True
            except StoreError as error:
                self._tell(error)
            else:
                self._tell(None)
                return

    def _tell(self, error: StoreError | None) -> None:
        before, self._trouble = self._trouble, error
        if str(before) != str(error) and self._on_trouble is not None:
            self._on_trouble(error)
