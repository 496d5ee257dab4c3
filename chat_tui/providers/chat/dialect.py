"""Replies in the OpenAI chat-completions dialect, shared by every kind that speaks it.

Vendor page: https://platform.openai.com/docs/api-reference/chat (read 2026-11-20). Servers
differ in nearly every field, so all of them are read as optional and unknown ones are ignored.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chat_tui.events import (
    FinishReason,
    ImageResult,
    Notice,
    ReasoningDelta,
    StreamEvent,
    TextDelta,
)
from chat_tui.providers.chat.chunks import (
    content_in,
    decode_usage,
    is_error,
    plain_text,
    thought_in,
)
from chat_tui.providers.chat.think import ThinkSplitter
from chat_tui.providers.inline_pictures import picture_at
from chat_tui.providers.json_fields import count_of
from chat_tui.providers.reply_state import ReplyState
from chat_tui.text import SurrogateJoiner

NOT_OPENAI_HINT = "is base_url really that of an OpenAI-compatible server?"


FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filtered",
    "safety": "filtered",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "aborted": "incomplete",
    "insufficient_system_resource": "incomplete",
}


class ChatDecoder(ReplyState):
    """Reads one reply, frame by frame."""

    def __init__(
        self,
        *,
        provider: str,
        model: str,
        extras: Callable[[dict[str, Any]], Iterator[StreamEvent]] | None = None,
        dialect: str = "the OpenAI dialect",
        hint: str = NOT_OPENAI_HINT,
    ) -> None:
        """Start a reply.

        Args:
            provider: The user's name for the provider.
            model: What was asked for; a server may name what it really used.
            extras: Reads what a vendor tells in a choice beside the dialect; its events come
                before those of the choice.
            dialect: What the server should speak, for messages.
            hint: What to do when it speaks something else.
        """
        super().__init__(provider=provider, model=model, dialect=dialect, hint=hint)
        self._extras = extras
        self._think = ThinkSplitter()
        self._refusal_halves = SurrogateJoiner()
        self._told_alternatives = False

    def tell(self, chunk: dict[str, Any]) -> Iterable[StreamEvent]:
        """Give the events of one chunk; see `ReplyState.tell`."""
        if self._answered and (text := plain_text(chunk)) and self._passes(text):
            return (TextDelta(text),)  # nearly all chunks are such, and soon done with
        return self._chunk(chunk)

    def rest(self) -> Iterator[StreamEvent]:
        """Yield what was held back: halves of characters, and what may be a tag."""
        yield from self._thinking(self._thought_halves.end())
        yield from self._text(self._text_halves.end())
        yield from self._refusal(self._refusal_halves.end())
        yield from self._held_text()

    def broken_off(self) -> Iterator[StreamEvent]:
        """Yield what was held back of a reply that will not be completed."""
        yield from self._held_text()
        yield from self.tools.so_far()

    def _chunk(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        yield from self._begin(chunk)
        match chunk.get("choices"):
            case [*choices]:
                for choice in choices:
                    if isinstance(choice, dict):
                        yield from self._choice(choice)
            case _:
                if is_error(chunk):
                    raise self.failure(chunk)
                self._unknown = True  # a vendor's own event; it matters if nothing else comes
        yield from self.sources.add(chunk.get("search_results") or chunk.get("citations"))
        yield from decode_usage(chunk.get("usage"))
        if chunk.get("error"):
            raise self.failure(chunk)

    def _begin(self, chunk: dict[str, Any]) -> Iterator[StreamEvent]:
        if self._started or "choices" not in chunk or is_error(chunk):
            return
        yield from self.start(chunk.get("id"), chunk.get("model"))

    def _passes(self, text: str) -> bool:
        """Tell whether text goes through as it is: nothing is held back, nothing to hold."""
        return self._extras is None and self._think.passes and self._text_halves.passes(text)

    def _choice(self, choice: dict[str, Any]) -> Iterator[StreamEvent]:
        if choice.get("index") not in (0, None):
            if not self._told_alternatives:
                self._told_alternatives = True
                yield Notice("the server sent several alternatives; the first one is shown")
            return
        if self._extras is not None:
            yield from self._extras(choice)
        # Perplexity repeats the whole message beside each delta: only one of them is new.
        delta = choice.get("delta")
        if not isinstance(delta, dict):
            delta = choice.get("message")
        if isinstance(delta, dict):
            yield from self._delta(delta)
        elif isinstance(text := choice.get("text"), str):
            yield from self._text(text)
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish:
            self.finish = finish

    def _delta(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        texts, thoughts, pictures = content_in(delta.get("content"))
        for thought in (thought_in(delta), *thoughts):
            yield from self._thinking(thought)
        for text in texts:
            yield from self._text(text)
        if isinstance(refusal := delta.get("refusal"), str):
            yield from self._refusal(self._refusal_halves.feed(refusal))
        match delta.get("audio"):
            case {"transcript": str(transcript)}:
                yield from self._text(transcript)
        match delta.get("images"):
            case [*images]:
                pictures += images
        for picture in pictures:
            yield from self._picture(picture)
        yield from self.tools.add(delta)
        yield from self.sources.add(delta.get("annotations"))

    def _text(self, text: str) -> Iterator[StreamEvent]:
        for event in self._think.feed(self._text_halves.feed(text)):
            yield from self._content(event)

    def _thinking(self, text: str) -> Iterator[StreamEvent]:
        if joined := self._thought_halves.feed(text):
            yield from self._content(ReasoningDelta(joined))

    def _refusal(self, text: str) -> Iterator[StreamEvent]:
        if text:
            yield from self._content(TextDelta(text, refusal=True))

    def _picture(self, picture: object) -> Iterator[StreamEvent]:
        """OpenRouter's form; a picture with the index of an earlier one replaces it."""
        match picture:
            case {"image_url": {"url": str(url)} | str(url), **rest}:
                index = count_of(rest.get("index"))
                index = self.pictures if index is None else index
                self.pictures = max(self.pictures, index + 1)
                for event in picture_at(url, job="reply", index=index):
                    self._answered = self._answered or isinstance(event, ImageResult)
                    yield event

    def _content(self, event: TextDelta | ReasoningDelta) -> Iterator[StreamEvent]:
        if isinstance(event, TextDelta):
            self._answered = self._answered or bool(event.text.strip())
        else:
            self._thought = True
        yield event

    def _held_text(self) -> Iterator[StreamEvent]:
        for event in self._think.end():
            yield from self._content(event)

    def closing_notices(self) -> Iterator[StreamEvent]:
        """What a reader should know about the way the reply ended."""
        if self.finish is None:
            yield Notice("the connection ended before the server said that the reply is complete")
        elif self.finish.lower() not in FINISH_REASONS:
            yield Notice(f"the server ended the reply with the reason {self.finish!r}")
        elif FINISH_REASONS[self.finish.lower()] == "incomplete":
            yield Notice(f"the server broke the reply off: {self.finish}")
        elif not self._answered and not self.tools:
            yield Notice("the server sent no answer text")

    def reason(self) -> FinishReason:
        """How the reply ended, in our words."""
        if self.finish is None:
            return "incomplete"
        reason = FINISH_REASONS.get(self.finish.lower(), "unknown")
        return "stop" if reason == "tool_calls" and not self.tools else reason
