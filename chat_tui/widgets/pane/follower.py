"""Keeps a transcript at what its session says, and reads running replies onto it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing

import msgspec

from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.session.reply import Reply
from chat_tui.session.session import Session
from chat_tui.streaming.joining import joined
from chat_tui.streaming.meter import ReplyMeter
from chat_tui.widgets.pane.attention import Attention
from chat_tui.widgets.pane.conversation_view import ConversationView
from chat_tui.widgets.pane.status_line import StatusLine


class Told(msgspec.Struct, frozen=True):
    """Whom a follower tells; called with no more than what has changed."""

    start: Callable[[Coroutine[None, None, None], str], asyncio.Task[None]]
    """Starts a task whose mistakes come to light."""
    moved: Callable[[], None]
    """Other messages are shown."""
    ended: Callable[[Reply], None]
    """A reply is on the screen to its end."""


class Follower:
    """Of one pane. Several may follow the same session, also different branches of it."""

    def __init__(
        self, transcript: ConversationView, status: StatusLine, attention: Attention, told: Told
    ) -> None:
        """Follow nothing yet.

        Args:
            transcript: Nobody else puts messages into it.
            status: Says how the reply goes.
            attention: How often the stream is looked at.
            told: Who is told.
        """
        self._transcript = transcript
        self._status = status
        self._attention = attention
        self._told = told
        self._session: Session | None = None
        self.branch: MessageId | None = None
        """The end of the path that is shown; null is that of the session's own."""
        self._shown: list[MessageId] = []
        self._reply: Reply | None = None
        """The one that is, or was, read onto the screen."""
        self._reading: asyncio.Task[None] | None = None

    def follow(self, session: Session, branch: MessageId | None) -> None:
        """Show a session from now on; the one before goes on without being seen.

        Args:
            session: Whose messages are shown.
            branch: The end of the path; that of the session's own when left out.
        """
        if self._session is not None:
            self._session.unlisten(self._catch_up)
        self._session, self.branch = session, branch
        self._transcript.rows.runs = session.runs
        session.listen(self._catch_up)
        self._show_all(session, session.conversation.path(branch))

    async def close(self) -> None:
        """Follow nothing any more."""
        if self._session is not None:
            self._session.unlisten(self._catch_up)
            self._session = None
        if self._reading is not None and not self._reading.done():
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _catch_up(self) -> None:
        session = self._session
        if session is None or not self._transcript.is_attached:
            return
        path = session.conversation.path(self.branch)
        ids = [message.id for message in path]
        if ids[: len(self._shown)] != self._shown:
            self._show_all(session, path)
            return
        if new := path[len(self._shown) :]:
            for message in new:
                self._transcript.add(message)
            self._shown = ids
            self._read_last(session, path)
            self._told.moved()

    def _show_all(self, session: Session, path: tuple[Message, ...]) -> None:
        self._stop_reading()
        last = path[-1:]
        known = [
            # Of thousands, hardly any is still being written.
            message
            if message.outcome is not None or message.role == "user"
            else _so_far(session, message)
            for message in path[:-1]
        ]
        self._transcript.show([*known, *last])
        self._shown = [message.id for message in path]
        self._status.watch_reply(None)
        self._read_last(session, path)
        self._told.moved()

    def _read_last(self, session: Session, path: tuple[Message, ...]) -> None:
        reply = session.reply_of(path[-1].id) if path else None
        if reply is not None and path[-1].outcome is None and reply is not self._reply:
            self._stop_reading()
            self._reply = reply
            worker = reply.worker
            meter = ReplyMeter(brief=self.branch is not None, stopping=lambda: worker.stopping)
            self._status.watch_reply(meter)
            self._reading = self._told.start(self._read(reply, meter), f"watch {reply.id}")

    def _stop_reading(self) -> None:
        self._reply = None
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self, reply: Reply, meter: ReplyMeter) -> None:
        """Read the reply's log onto the screen, from its beginning to its end."""
        transcript, status = self._transcript, self._status
        if reply.worker.terminal is None:
            reply.worker.at_end(self._attention.wake)
        async with aclosing(reply.worker.subscribe()) as batches:
            async for batch in batches:
                news = joined(batch)
                meter.watch(news)
                transcript.feed(reply.id, news)
                status.reply_changed()
                if not transcript.following:
                    status.new_below(True)
                if reply.worker.terminal is None:
                    await self._attention.rest()
        self._told.ended(reply)


def _so_far(session: Session, message: Message) -> Message:
    """A reply with what has come of it, where it is still being saved."""
    reply = session.reply_of(message.id)
    return message if reply is None else reply.folder.message()
