"""What a status line says of a reply: its state, its speed, its tokens."""

import time
from collections.abc import Callable, Iterable
from typing import assert_never

from chat_tui import glyphs
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

CHARS_PER_TOKEN = 4
"""A rule of thumb: providers count tokens at the end, when nobody asks for the speed any more."""

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

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start watching, as the request leaves.

        Args:
            clock: Monotonic seconds.
        """
        self._clock = clock
        self._began_s = clock()
        self._first_s: float | None = None
        self._ended_s: float | None = None
        self._phase = "waiting"
        self._ending = ""
        self._chars = 0
        self._fraction: float | None = None
        self._usage: Usage | None = None

    @property
    def running(self) -> bool:
        return self._ended_s is None

    def watch(self, events: Iterable[StreamEvent]) -> None:
        """Take in what came."""
        for event in events:
            match event:
                case TextDelta(text=text):
                    self._writing("streaming", text)
                case ReasoningDelta(text=text):
                    self._writing("thinking", text)
                case Step() | ToolCall() if self._phase in ("waiting", "working"):
                    self._phase = "working"
                case ImageProgress(state="queued"):
                    self._phase = "queued"
                case ImageProgress(fraction=fraction):
                    self._phase, self._fraction = "generating", fraction
                case Usage():
                    self._usage = event
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
            return self._ending
        elapsed = _seconds(self._clock() - self._began_s)
        match self._phase:
            case "streaming" if rate := self._tokens_per_s():
                return f"streaming {rate:.0f} tok/s"
            case "generating" if self._fraction is not None:
                dot = f" {glyphs.DOT}" if elapsed else ""
                return f"generating {self._fraction * 100:.0f} %{dot}{elapsed}"
            case phase:
                return f"{phase}{elapsed}"

    @property
    def totals(self) -> str:
        """Tokens and cost, as far as the provider told them."""
        words = []
        if self._usage is not None:
            if self._usage.input_tokens is not None:
                words.append(f"{self._usage.input_tokens:,} in")
            if self._usage.output_tokens is not None:
                words.append(f"{self._usage.output_tokens:,} out")
            if self._usage.cost_usd is not None:
                words.append(f"${self._usage.cost_usd:.4f}".rstrip("0").rstrip("."))
        return f" {glyphs.DOT} ".join(words)

    def _writing(self, phase: str, text: str) -> None:
        if self._first_s is None:
            self._first_s = self._clock()
        self._phase = phase
        self._chars += len(text)

    def _end(self, ending: str) -> None:
        self._ended_s = self._clock()
        self._ending = ending

    def _tokens_per_s(self) -> float | None:
        # The first instants say nothing about speed.
        if self._first_s is None or (writing_s := self._clock() - self._first_s) < 0.5:
            return None
        return self._chars / CHARS_PER_TOKEN / writing_s


def _seconds(elapsed_s: float) -> str:
    return f" {elapsed_s:.0f} s" if elapsed_s >= 1 else ""
