"""What a status line says of a reply: its state, its speed, its tokens."""

import time
from collections.abc import Callable, Iterable
from math import ceil
from typing import assert_never

from chat_tui import glyphs
from chat_tui.document.pictures.job_times import percent_words
from chat_tui.events import (
    Approval,
    Finished,
    FinishReason,
    FollowUps,
    ImagePreview,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Started,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
    Usage,
)
from chat_tui.usage import dollars

CHARS_PER_TOKEN = 4
"""A rule of thumb: providers count tokens at the end, when nobody asks for the speed any more."""

SILENCE_S = 10.0
"""So long without anything, and the reader is told that it is not the screen that stands still."""

ENDINGS: dict[FinishReason, str] = {
    "stop": "done",
    "unknown": "done",
    "length": "cut off",
    "filtered": "filtered",
    "incomplete": "cut off",
    "cancelled": "stopped",
    "tool_calls": "waiting for you",
}


class ReplyMeter:
    """Watches the events of one reply."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        brief: bool = False,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start watching, as the request leaves.

        Args:
            clock: Monotonic seconds.
            brief: Say the time with the state and only the sum of the tokens, for one of several
                replies that are compared.
            stopping: Whether the reply was told to stop.
        """
        self._stopping = stopping
        self._brief = brief
        self._clock = clock
        self._began_s = self._came_s = clock()
        self._first_s: float | None = None
        self._ended_s: float | None = None
        self._phase = "waiting"
        self._again_s = 0.0
        """When the request is sent again."""
        self._ending = ""
        self._chars = 0
        self._fraction: float | None = None
        self._usage: Usage | None = None

    @property
    def running(self) -> bool:
        return self._ended_s is None

    def watch(self, events: Iterable[StreamEvent]) -> None:
        """Take in what came."""
        self._came_s = self._clock()
        for event in events:
            match event:
                case TextDelta(text=text):
                    self._writing("streaming", text)
                case ReasoningDelta(text=text):
                    self._writing("thinking", text)
                case Step() | ToolCall() if self._phase in ("waiting", "working"):
                    self._phase = "working"
                case ImageProgress():
                    self._making(event)
                case Usage():
                    self._usage = event
                case Notice(wait_s=float(wait_s)):
                    self._again_s = self._clock() + wait_s
                case Finished(reason=reason):
                    self._end(ENDINGS[reason])
                case StreamError():
                    self._end("error")
                case (
                    Started()
                    | Step()
                    | ToolCall()
                    | SourceRefs()
                    | ImagePreview()
                    | ImageResult()
                    | Notice()
                    | FollowUps()
                    | Approval()
                ):
                    pass
                case _:
                    assert_never(event)

    @property
    def state(self) -> str:
        """The state in a few words, such as `streaming 84 tok/s`."""
        if self._ending:
            return f"{self._ending} {glyphs.DOT} {self._took()}" if self._brief else self._ending
        if self._stopping():
            return "stopping"
        elapsed = _seconds(self._clock() - self._began_s)
        silent_s = self._clock() - self._came_s
        match self._phase:
            case "streaming" | "thinking" if silent_s >= SILENCE_S:
                return f"no data for {silent_s:.0f} s"
            case "waiting" if (left_s := self._again_s - self._clock()) > 0:
                return f"trying again in {ceil(left_s)} s"
            case "streaming" if rate := self._tokens_per_s():
                return f"streaming {rate:.0f} tok/s"
            case "generating" if percent := self.percent:
                dot = f" {glyphs.DOT}" if elapsed else ""
                return f"generating {percent}{dot}{elapsed}"
            case phase:
                return f"{phase}{elapsed}"

    @property
    def percent(self) -> str:
        """How much of a picture is done, in the words of `state`; empty where that is not said."""
        if self._phase != "generating" or self._fraction is None:
            return ""
        return percent_words(self._fraction)

    @property
    def totals(self) -> str:
        """Tokens and cost, as far as the provider told them."""
        words = []
        if self._usage is not None and self._brief:
            tokens = (self._usage.input_tokens or 0) + (self._usage.output_tokens or 0)
            words.append(f"{tokens:,} tok")
        elif self._usage is not None:
            if self._usage.input_tokens is not None:
                words.append(f"{self._usage.input_tokens:,} in")
            if self._usage.output_tokens is not None:
                words.append(f"{self._usage.output_tokens:,} out")
        if self._usage is not None and self._usage.cost_usd is not None:
            words.append(dollars(self._usage.cost_usd))
        return f" {glyphs.DOT} ".join(words)

    @property
    def context_tokens(self) -> int:
        """How much of the model's window is taken, as far as the provider told it; else 0."""
        usage = self._usage
        if usage is None or usage.input_tokens is None:
            return 0
        return usage.input_tokens + (usage.output_tokens or 0)

    def _writing(self, phase: str, text: str) -> None:
        if self._first_s is None:
            self._first_s = self._clock()
        self._phase = phase
        self._chars += len(text)

    def _making(self, progress: ImageProgress) -> None:
        if progress.elapsed_s is not None:  # whoever comes late reads what happened long ago
            self._began_s = min(self._began_s, self._clock() - progress.elapsed_s)
        if progress.state == "queued":
            self._phase = "queued"
        else:
            self._phase, self._fraction = "generating", progress.fraction

    def _end(self, ending: str) -> None:
        self._ended_s = self._clock()
        self._ending = ending

    def _took(self) -> str:
        return f"{(self._ended_s or self._clock()) - self._began_s:.1f} s"

    def _tokens_per_s(self) -> float | None:
        # The first instants say nothing about speed.
        if self._first_s is None or (writing_s := self._clock() - self._first_s) < 0.5:
            return None
        return self._chars / CHARS_PER_TOKEN / writing_s


def _seconds(elapsed_s: float) -> str:
    return f" {elapsed_s:.0f} s" if elapsed_s >= 1 else ""
