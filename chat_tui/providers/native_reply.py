"""What the decoders of the vendors' own dialects have in common: begin, tell, skip, and end."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

from chat_tui.errors import ProtocolViolation, ProviderError, Rejected
from chat_tui.events import (
    FinishReason,
    ImageResult,
    Notice,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.net.frames import Frame, is_keepalive
from chat_tui.providers.base import Request
from chat_tui.providers.chat.chunks import count
from chat_tui.providers.halves import decode_delta
from chat_tui.providers.reply_state import ReplyState

_FILTERED = "the server held the answer back"


def names_model(request: Request, model: str) -> bool:
    """Tell whether a request names its model, or else the configuration does."""
    return bool(request.parameters.get("model") or request.model or model)


def chosen_model(request: Request, model: str) -> str:
    """Name the model of a request.

    Args:
        request: It may name one.
        model: The configured one.

    Raises:
        Rejected: there is none.
    """
    named = request.parameters.get("model") or request.model or model
    if not isinstance(named, str) or not named:
        raise Rejected("no model is chosen", hint="set model for this provider, or press F2")
    return named


def total(*values: object) -> int | None:
    """Add the counts among values up; null where there are none."""
    counts = [number for value in values if (number := count(value)) is not None]
    return sum(counts) if counts else None


class NativeDecoder(ReplyState):
    """Reads one reply, frame by frame; a dialect adds what an object means."""

    def __init__(
        self,
        *,
        provider: str,
        model: str,
        dialect: str,
        hint: str,
        reasons: Mapping[str, FinishReason],
    ) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: What was asked for; a server may name what it really used.
            dialect: What the server should speak, for messages.
            hint: What to do when it speaks something else.
            reasons: What the server's words for the end of a reply mean.
        """
        super().__init__(provider=provider, model=model, dialect=dialect, hint=hint)
        self.calls_for_us = False
        """The reply ends because the model wants a tool that is not the server's own."""
        self._reasons = reasons
        self._usage = Usage()

    @abstractmethod
    def tell(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of one object.

        Raises:
            ProviderError: it is an error object.
        """

    @abstractmethod
    def tell_whole(self, body: dict[str, Any]) -> Iterator[StreamEvent]:
        """Give the events of a reply that is one object."""

    @abstractmethod
    def failure(self, error: object) -> ProviderError:
        """Make the error of an error object, or of what stands in its place."""

    def decode(self, frame: Frame) -> Iterator[StreamEvent]:
        """Give the events of one frame.

        Raises:
            ProviderError: the frame is an error object.
            ProtocolViolation: too many frames are not what the dialect promises.
        """
        data = frame.data.strip()
        if self._ended or not data or is_keepalive(frame):
            return
        try:
            chunk = decode_delta(data)
        except ProtocolViolation:
            chunk = None
        if frame.event == "error":
            raise self.failure(chunk if chunk is not None else data)
        if isinstance(chunk, dict):
            yield from self.tell(chunk)
        else:
            yield self._bad_frames.skip()

    def whole(self, body: object) -> Iterator[StreamEvent]:
        """Yield the events of a reply that came as one JSON document.

        Raises:
            ProviderError: it is an error object.
            ProtocolViolation: it is not a reply.
        """
        for part in body if isinstance(body, list) else [body]:
            if not isinstance(part, dict):
                raise self.not_understood()
            yield from self.tell_whole(part)
        yield from self.end()

    def rest(self) -> Iterator[StreamEvent]:
        """Yield what was held back: halves of characters."""
        yield from self.think(self._thought_halves.end())
        yield from self.say(self._text_halves.end())

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what was held back of a reply that will not be completed."""
        yield from self.tools.so_far()

    def say(self, text: object) -> Iterator[StreamEvent]:
        """More of the answer."""
        if isinstance(text, str) and (joined := self._text_halves.feed(text) if text else ""):
            yield from self.start()
            self._answered = self._answered or bool(joined.strip())
            yield TextDelta(joined)

    def think(self, text: object) -> Iterator[StreamEvent]:
        """More of the reasoning."""
        if isinstance(text, str) and (joined := self._thought_halves.feed(text) if text else ""):
            yield from self.start()
            self._thought = True
            yield ReasoningDelta(joined)

    def draw(self, data: bytes, media_type: str | None) -> Iterator[StreamEvent]:
        """A finished picture."""
        yield from self.start()
        self._answered = True
        yield ImageResult("reply", self.pictures, media_type=media_type, data=data)
        self.pictures += 1

    def spend(self, *, read: int | None, written: int | None) -> Iterator[StreamEvent]:
        """Totals so far; what is null stays as it was."""
        known = self._usage
        self._usage = Usage(
            known.input_tokens if read is None else read,
            known.output_tokens if written is None else written,
        )
        if self._usage != known:
            yield self._usage

    def not_known(self) -> None:
        """Note an event of a vendor's that we do not know; it matters if nothing else comes."""
        self._unknown = True

    def closing_notices(self) -> Iterator[StreamEvent]:
        """What a reader should know about the way the reply ended."""
        if self.finish is None:
            yield Notice("the connection ended before the server said that the reply is complete")
            return
        match self._reasons.get(self.finish):
            case None:
                yield Notice(f"the server ended the reply with the reason {self.finish!r}")
            case "filtered":
                yield Notice(f"{_FILTERED}: {self.finish}")
            case "incomplete":
                yield Notice(f"the server broke the reply off: {self.finish}")
            case _ if not self._answered and not self.tools:
                yield Notice("the server sent no answer text")
            case _:
                pass

    def reason(self) -> FinishReason:
        """How the reply ended, in our words."""
        if self.finish is None:
            return "incomplete"
        reason = self._reasons.get(self.finish, "unknown")
        return "tool_calls" if reason == "stop" and self.calls_for_us else reason
