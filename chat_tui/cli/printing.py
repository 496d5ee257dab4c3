"""A reply on the standard streams: as text for people, or as JSON for programs."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, assert_never

from chat_tui.cli.output import Out, Remarks
from chat_tui.document.pictures.job_times import JobTimes, RunTimes
from chat_tui.document.pictures.picture_words import progress_words, state_words, stop_words
from chat_tui.events import (
    Approval,
    Finished,
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
    encode_event,
)
from chat_tui.text import Cleaner, clean, clean_line, json_line

LINE_MAX_CHARS = 500
PASSING_MAX_CHARS = 76
"""Of a line that is written over: on a narrower terminal it would leave rows behind."""
TICK_S = 0.5


class Printer(Protocol):
    """A reader of a reply's events."""

    def asked(self, provider: str, model: str) -> None:
        """Say who is asked; comes before the first event."""
        ...

    def tick(self) -> None:
        """Bring up to date what counts seconds, while nothing comes."""
        ...

    def show(self, batch: Sequence[StreamEvent]) -> None:
        """Write the next events.

        Raises:
            ReaderGone: nobody reads the answer any more.
        """
        ...


class JsonPrinter:
    """One line of JSON an event, text as the server sent it."""

    def __init__(self, answer: Out) -> None:
        self._answer = answer

    def asked(self, provider: str, model: str) -> None:
        pass

    def tick(self) -> None:
        pass

    def show(self, batch: Sequence[StreamEvent]) -> None:
        self._answer.write_bytes(
            b"".join(json_line(encode_event(event)) + b"\n" for event in batch)
        )


class TextPrinter:
    """The answer to stdout, all that goes with it to stderr; both cleaned."""

    def __init__(
        self,
        answer: Out,
        remarks: Remarks,
        runs: RunTimes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Write nothing yet.

        Args:
            answer: Where the answer goes.
            remarks: Where the rest goes.
            runs: What earlier picture jobs took.
            clock: Monotonic seconds.
        """
        self._answer = answer
        self._remarks = remarks
        self._runs = runs
        self._clock = clock
        self._asked = "", ""
        self._jobs: dict[str, JobTimes] = {}
        self._passing: ImageProgress | None = None
        """What the line that counts is about; null while there is none."""
        self._text = Cleaner()
        self._reasoning = Cleaner()
        self._steps: dict[str, str] = {}
        self._sources = SourceRefs(())

    def asked(self, provider: str, model: str) -> None:
        self._asked = provider, model

    def tick(self) -> None:
        if self._passing is not None:
            self._pass(self._passing)

    def show(self, batch: Sequence[StreamEvent]) -> None:
        for event in batch:
            if not isinstance(event, ImageProgress | ImagePreview | Usage | Started):
                self._passing = None
            self._show(event)

    def _show(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text=text):
                self._say(self._text.feed(text))
            case ReasoningDelta(text=text):
                self._remarks.more(self._reasoning.feed(text))
            case Step():
                detail = f": {event.detail}" if event.detail else ""
                self._once(f"step {event.id}", f"{event.label} ({event.state}){detail}")
            case ToolCall():
                self._once(f"tool {event.id}", f"tool {event.name} ({event.state})")
            case ImageProgress():
                self._progress(event)
            case ImageResult():
                self._picture(event)
            case SourceRefs():
                self._sources = event
            case Notice(text=text):
                self._remarks.line(clean_line(text, LINE_MAX_CHARS), dim=True)
            case Finished() | StreamError():
                self._end(event)
            case FollowUps(prompts=prompts):
                for prompt in prompts:
                    self._once(f"follow-up {prompt}", f"ask next: {prompt}")
            case Approval():
                words = f"{event.approve} / {event.reject}"
                self._once(f"approval {event.id}", f"waiting for you: {event.prompt} ({words})")
            case Started() | ImagePreview() | Usage():
                pass
            case _:
                assert_never(event)

    def _say(self, text: str) -> None:
        if text:
            if self._answer.is_terminal:
                self._remarks.end_line()
            self._answer.write(text)

    def _once(self, key: str, line: str) -> None:
        """Say a line unless it was the last thing said of the same."""
        if self._steps.get(key) != line:
            self._steps[key] = line
            self._remarks.line(clean_line(line, LINE_MAX_CHARS), dim=True)

    def _picture(self, event: ImageResult) -> None:
        """The path of a saved picture is a line of the answer; of others, their address is told."""
        key = f"picture {event.job} {event.index}"
        if event.path is None:
            self._once(key, event.url or "a picture without an address")
        elif self._steps.get(key) != event.path:
            self._steps[key] = event.path
            self._say(self._text.end())
            self._remarks.end_line()
            self._answer.end_line()
            if self._answer.is_terminal:
                self._answer.write(clean(event.path) + "\n")
            else:
                self._answer.write_bytes(os.fsencode(event.path) + b"\n")

    def _progress(self, event: ImageProgress) -> None:
        """On a terminal one line that counts; else a line for each state, and for each tenth."""
        times = self._jobs.setdefault(event.job, JobTimes(self._clock))
        times.take(event)
        if self._remarks.on_terminal:
            self._passing = event
            self._pass(event)
            return
        words = state_words(event)
        if event.state == "running" and event.fraction is not None:
            tenth = f"generating {int(event.fraction * 10 + 1e-9)}"
        else:
            tenth = f"{words} {event.note}"
        if self._steps.get(f"job {event.job}") != tenth:
            self._steps[f"job {event.job}"] = tenth
            self._remarks.line(
                clean_line(f"picture {self._how_far(event)}", LINE_MAX_CHARS), dim=True
            )

    def _pass(self, progress: ImageProgress) -> None:
        self._remarks.passing(clean_line(f"picture {self._how_far(progress)}", PASSING_MAX_CHARS))

    def _how_far(self, progress: ImageProgress) -> str:
        usual_s = self._runs.usual_s(*self._asked) if self._runs is not None else None
        return progress_words(progress, self._jobs[progress.job], usual_s)

    def _end(self, event: Finished | StreamError) -> None:
        self._say(self._text.end())
        self._remarks.end_line()
        for number, source in enumerate(self._sources.sources, 1):
            place = " ".join(part for part in (source.title, source.url) if part) or "untitled"
            self._remarks.line(clean_line(f"[{number}] {place}", LINE_MAX_CHARS), dim=True)
        self._answer.end_line()
        match event:
            case StreamError(message=message, hint=hint):
                line = f"chat-tui: {message} ({hint})" if hint else f"chat-tui: {message}"
                self._remarks.line(clean_line(line, LINE_MAX_CHARS))
            case Finished(reason=reason) if reason in _SHORT:
                told = event.stop_answer is not None
                more = f"; {stop_words(event.stop_answer)}" if told else ""
                self._remarks.line(f"chat-tui: {_SHORT[reason]}{more}")
            case Finished():
                pass
            case _:
                assert_never(event)


@contextmanager
def ticking(printer: Printer) -> Iterator[None]:
    """Have a printer count seconds inside the block; the event loop must run."""
    loop = asyncio.get_running_loop()
    due: asyncio.TimerHandle

    def tick() -> None:
        nonlocal due
        printer.tick()
        due = loop.call_later(TICK_S, tick)

    due = loop.call_later(TICK_S, tick)
    try:
        yield
    finally:
        due.cancel()


_SHORT = {
    "length": "the reply was cut off at the length limit",
    "filtered": "the provider filtered the reply",
    "incomplete": "the reply is incomplete",
    "cancelled": "stopped",
}
