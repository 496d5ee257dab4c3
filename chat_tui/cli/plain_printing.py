"""A reply as lines that follow each other: for screen readers, logs, and terminals that only print."""

from collections.abc import Sequence

from chat_tui.cli.output import Out, Remarks
from chat_tui.cli.printing import TextPrinter
from chat_tui.document.pictures.job_times import RunTimes
from chat_tui.events import Finished, ReasoningDelta, StreamEvent, Usage
from chat_tui.text import clean_line

LINE_MAX_CHARS = 500


class PlainOut(Out):
    """A stream that is only ever added to: nothing is written over, nothing is styled."""

    @property
    def is_terminal(self) -> bool:
        return False

    @property
    def takes_style(self) -> bool:
        return False


class PlainPrinter:
    """Names who speaks, then what is said, then how it ended; thoughts are only mentioned."""

    def __init__(self, out: PlainOut, runs: RunTimes | None = None) -> None:
        """Write nothing yet.

        Args:
            out: Where everything goes, in the order in which it comes.
            runs: What earlier picture jobs took.
        """
        self._remarks = Remarks(out, out)
        self._printer = TextPrinter(out, self._remarks, runs)
        self._thinking = False
        self._usage: Usage | None = None

    def asked(self, provider: str, model: str) -> None:
        who = ", ".join(dict.fromkeys(part for part in (provider, model) if part))
        self._remarks.line(clean_line(f"{who}:", LINE_MAX_CHARS))
        self._printer.asked(provider, model)

    def tick(self) -> None:
        self._printer.tick()

    def show(self, batch: Sequence[StreamEvent]) -> None:
        for event in batch:
            if isinstance(event, ReasoningDelta):
                if not self._thinking:
                    self._remarks.line("(thinking)")
                self._thinking = True
                continue
            self._thinking = False
            self._printer.show([event])
            if isinstance(event, Usage):
                self._usage = event
            elif isinstance(event, Finished) and event.reason in {"stop", "unknown", "tool_calls"}:
                self._remarks.line(f"({'; '.join(self._end_words(event))})")

    def _end_words(self, event: Finished) -> list[str]:
        words = [f"done in {event.elapsed_s:.1f} s"]
        if self._usage is not None and self._usage.output_tokens:
            words.append(f"{self._usage.output_tokens} tokens")
        return words
