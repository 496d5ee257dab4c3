"""A reply of any chat dialect: its frames are read, and it is begun, said, and ended once."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

from chat_tui.errors import ProtocolViolation, ProviderError
from chat_tui.events import Finished, FinishReason, Started, StreamEvent
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.net.sse import DONE
from chat_tui.providers.bad_frames import BadFrames
from chat_tui.providers.chat.citations import Citations
from chat_tui.providers.chat.tool_fragments import ToolFragments
from chat_tui.providers.frame_data import failed, object_in
from chat_tui.providers.halves import decode_delta
from chat_tui.text import SurrogateJoiner


class ReplyState(ABC):
    """What the decoders of chats have in common."""

    def __init__(self, *, provider: str, model: str, dialect: str, hint: str) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: What was asked for; a server may name what it really used.
            dialect: What the server should speak, for messages.
            hint: What to do when it speaks something else.
        """
        self.tools = ToolFragments()
        self.sources = Citations()
        self.finish: str | None = None
        """The server's own word for how the reply ends."""
        self.pictures = 0
        self._provider = provider
        self._model = model
        self._dialect = dialect
        self._hint = hint
        self._started = False
        self._ended = False
        self._unknown = False
        self._answered = False
        self._thought = False
        self._bad_frames = BadFrames(hint)
        self._text_halves = SurrogateJoiner()
        self._thought_halves = SurrogateJoiner()

    @property
    def finish_seen(self) -> bool:
        """The provider said how the reply ends; only usage may still come."""
        return self.finish is not None

    @property
    def said_anything(self) -> bool:
        """Something of an answer came: text, reasoning, a picture or a call."""
        return self._answered or self._thought or bool(self.tools)

    @property
    def ended(self) -> bool:
        """The terminal event has been yielded."""
        return self._ended

    @abstractmethod
    def tell(self, chunk: dict[str, Any]) -> Iterable[StreamEvent]:
        """Give the events of one object of the stream.

        Raises:
            ProviderError: it is an error object.
        """

    def tell_whole(self, body: dict[str, Any]) -> Iterable[StreamEvent]:
        """Give the events of a reply that is one object, where that has a form of its own."""
        return self.tell(body)

    def failure(self, error: object) -> ProviderError:
        """Make the error of an error object, or of what stands in its place."""
        return failed(error)

    def decode(self, frame: Frame) -> Iterable[StreamEvent]:
        """Give the events of one frame.

        Raises:
            ProviderError: the frame is an error object.
            ProtocolViolation: too many frames are not what the dialect promises.
        """
        data = frame.data.strip()
        if self._ended or not data or is_keepalive(frame):
            return ()
        if data == DONE:  # of OpenAI's dialect, but gateways add it to others, too
            return self.end()
        chunk = object_in(frame, decode=decode_delta, failure=self.failure)
        return (self._bad_frames.skip(),) if chunk is None else self.tell(chunk)

    def whole(self, body: object) -> Iterator[StreamEvent]:
        """Yield the events of a reply that came as one JSON document: an object, or a list of some.

        Raises:
            ProviderError: it is an error object.
            ProtocolViolation: it is not a reply.
        """
        for part in body if body and isinstance(body, list) else [body]:
            if not isinstance(part, dict):
                raise self.not_understood()
            yield from self.tell_whole(part)
        yield from self.end()

    def start(self, remote_id: object = None, model: object = None) -> Iterator[StreamEvent]:
        """Say once that the reply began, with what the server tells about it."""
        if self._started:
            return
        self._started = True
        yield Started(
            self._provider,
            model if isinstance(model, str) and model else self._model,
            remote_id if isinstance(remote_id, str) and remote_id else None,
        )

    def end(self) -> Iterator[StreamEvent]:
        """Yield how the reply ended: at the provider's sign, or at a clean end of stream.

        Raises:
            ProtocolViolation: nothing came at all.
        """
        if self._ended:
            return
        yield from self.rest()
        yield from self.tools.finished()
        if not (self.finish_seen or self.said_anything):
            raise self._nothing_came()
        self._ended = True
        yield from self.closing_notices()
        yield Finished(self.reason())

    @abstractmethod
    def rest(self) -> Iterator[StreamEvent]:
        """Yield what was held back, now that no more comes."""

    @abstractmethod
    def closing_notices(self) -> Iterator[StreamEvent]:
        """What a reader should know about the way the reply ended."""

    @abstractmethod
    def reason(self) -> FinishReason:
        """How the reply ended, in our words."""

    def not_understood(self) -> ProtocolViolation:
        """Make the error of what is no reply of the dialect."""
        return ProtocolViolation(
            f"the server's answer is not a reply of {self._dialect}", hint=self._hint
        )

    def _nothing_came(self) -> ProtocolViolation:
        if self._unknown:
            return self.not_understood()
        return ProtocolViolation(
            "the server sent an empty reply",
            hint="the prompt may be longer than the model's context, or the model is gone",
        )
