"""What the decoders of the vendors' own dialects tell alike: words, pictures, totals, and the end."""

from collections.abc import Iterator, Mapping

from chat_tui.events import (
    FinishReason,
    ImageResult,
    Notice,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
    Usage,
)
from chat_tui.providers.json_fields import count_of
from chat_tui.providers.reply_state import ReplyState

_FILTERED = "the server held the answer back"


def total(*values: object) -> int | None:
    """Add the counts among values up; null where there are none."""
    counts = [number for value in values if (number := count_of(value)) is not None]
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
