"""A conversation being talked in: say, answer, compare, cancel, record.

The stream belongs to the session and the look to the pane: closing a pane stops nothing, and a
pane that is opened late reads the reply's log from its start.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.attachments import attach
from chat_tui.continuing import settled
from chat_tui.conversation import Conversation
from chat_tui.errors import MediaError, NotFound, StoreError
from chat_tui.events import Approval, Terminal
from chat_tui.ids import MessageId
from chat_tui.media.fetching import Fetch
from chat_tui.media.files import MediaFolder, PicturePlace
from chat_tui.media.past_runs import PastRuns
from chat_tui.message import Attachment, Lineage, Message, decision_message, user_message
from chat_tui.providers.base import Provider
from chat_tui.session.preparing import Preparing
from chat_tui.session.refusals import AlreadyDecided, OpenElsewhere, ReplyRunning
from chat_tui.session.reply import Contender, Reply
from chat_tui.session.saving import Saving
from chat_tui.store.store import Store
from chat_tui.streaming.retry import RetryPolicy

if TYPE_CHECKING:
    from chat_tui.config.prices import Price


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
        self._media = media
        self._preparing = Preparing(
            conversation, media=media, fetch_for=fetch_for, retry=retry, prices=prices or {}
        )
        self._saving = Saving(conversation, store, on_trouble=on_trouble, runs=runs)
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
        return self._saving.stored

    @property
    def at_rest(self) -> bool:
        """Nothing is under way, and everything is in the store."""
        return not self.running and self._saving.done

    @property
    def last_turn(self) -> Message | None:
        """What was said last on the shown path; null when nothing has been said yet."""
        turns = (
            message for message in reversed(self.conversation.path()) if message.role == "user"
        )
        return next(turns, None)

    def reply_of(self, message: MessageId) -> Reply | None:
        """Give the reply that a message is being made of, or of the last turn, was made of."""
        known = {reply.id: reply for reply in self.replies}
        return self._saving.unrecorded.get(message) or known.get(message)

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

        The turn is on disk before the request leaves, unless that takes longer than
        `saving.PATIENCE_S`; when it cannot be saved, that is reported to `on_trouble` and the talk
        goes on in memory.

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
        return await self._begin(turn, Contender(provider, model, parameters or {}))

    async def _begin(self, turn: Message, contender: Contender) -> Reply:
        reply = self.compare(turn, [contender])[0]
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
            Their replies in the same order; the requests leave as those of `answer`.

        Raises:
            ReplyRunning: the last reply has not ended.
        """
        self._refuse_if_running()
        before = self.replies
        replies = [self._preparing.prepare(turn, contender) for contender in contenders]
        self.conversation.show(replies[0].id)
        self.reply, self.replies = replies[0], replies
        self._saving.unrecorded |= {reply.id: reply for reply in replies}
        # Tasks of the session's own: whoever asked may leave at any time, also while this saves.
        name = replies[0].id
        placing = asyncio.create_task(
            self._saving.place(replies, after=before), name=f"place {name}"
        )
        beginning = asyncio.create_task(
            self._saving.begin(replies, after=before, placing=placing), name=f"begin {name}"
        )
        for reply in replies:
            reply.placing, reply.beginning = placing, beginning
            reply.record(asyncio.create_task(self._saving.record(reply), name=f"record {reply.id}"))
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
        parent = self.conversation[reply].parent
        assert parent is not None
        turn = self.conversation[parent]
        new = await self._begin(turn, Contender(provider, model, goes_on_from=reply))
        await self.settle(reply)
        return new

    async def settle(self, reply: MessageId) -> None:
        """Remember that somebody has said what becomes of a reply that broke off."""
        message = settled(self.conversation[reply])
        self.conversation.update(message)

        async def remember(store: Store) -> None:
            with contextlib.suppress(NotFound):
                await store.finish(message)

        if self._saving.has(reply):
            await self._saving.attempt(remember)

    def follow(self, reply: Reply) -> None:
        """Show a reply that another instance writes; nothing of it is saved here."""
        self.reply, self.replies = reply, (reply,)

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

        if self._saving.has(leaf) and not self.elsewhere:
            await self._saving.attempt(remember)

    def snapshot(self) -> Conversation:
        """The conversation as it stands now, with what has come of a running reply."""
        snapshot = self.conversation.without_messages()
        for message in self.conversation:
            reply = self._saving.unrecorded.get(message.id)
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
        await self._saving.stop_trying()
        left = {**self._saving.unrecorded, **{reply.id: reply for reply in self.replies}}.values()
        for reply in left:
            reply.worker.cancel()
        await self.wait()
        for reply in left:
            if reply.recording is not None:
                await asyncio.shield(reply.recording)
            if reply.placing is not None:
                await asyncio.wait({reply.placing})
            await reply.worker.wait()
        await self._saving.finish()
        with contextlib.suppress(StoreError):  # then nothing can be written either
            await self.look_after()

    async def look_after(self) -> None:
        """Write again what was stored, and was deleted elsewhere since; tell the user.

        Raises:
            StoreError: the store cannot be read.
        """
        if not self.elsewhere:
            await self._saving.look_after()

    def _add_turn(self, turn: Message) -> Message:
        self.conversation.add(turn)
        self._saving.add(turn.id)
        self.tell_change()
        return turn

    def _refuse_if_running(self) -> None:
        if self.elsewhere:
            raise OpenElsewhere(
                f"this conversation is open in {self.elsewhere}",
                hint="fork it, or go on when the other one has left it",
            )
        if self.running:
            raise ReplyRunning("a reply is still running", hint="Esc stops it")
