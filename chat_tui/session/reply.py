"""A reply: who is asked for it, and what belongs to it while it comes and afterwards."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chat_tui.events import StreamEvent
from chat_tui.folding import Folder
from chat_tui.ids import MessageId
from chat_tui.message import Message
from chat_tui.providers.base import Provider
from chat_tui.streaming.worker import StreamWorker


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
        self.placing: asyncio.Task[None] | None = None
        """Ends when the turn and the empty reply are in the store, or cannot be just now."""
        self.beginning: asyncio.Task[None] | None = None
        """Ends when the request has left."""
        self.recording: asyncio.Task[None] | None = None
        """Ends when the whole reply is in the conversation and in the store."""
        self.whole = asyncio.Event()
        """The whole reply is in the conversation."""
        self.stored = False
        """It has its place in the store."""
        self._listeners: list[Callable[[Sequence[StreamEvent]], None]] = []

    def record(self, recording: asyncio.Task[None]) -> None:
        """Have it read into the conversation, and the store, by a task."""
        self.recording = recording
        recording.add_done_callback(lambda _: self.whole.set())

    def fold(self, batch: Sequence[StreamEvent]) -> None:
        """Add what has come to the message, and tell it to those who listen."""
        for event in batch:
            self.folder.add(event)
        for listener in tuple(self._listeners):
            listener(batch)

    def listen(self, listener: Callable[[Sequence[StreamEvent]], None]) -> None:
        """Have somebody called with what has come, once the message has it."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[Sequence[StreamEvent]], None]) -> None:
        """Undo `listen`."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    @property
    def id(self) -> MessageId:
        return self.blank.id

    @property
    def running(self) -> bool:
        return self.worker.terminal is None
