"""One message as blocks; while it streams, text goes to its end without building anew."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from chat_tui.document.blocks import Block, Span
from chat_tui.events import (
    Finished,
    ImageProgress,
    ImageResult,
    Notice,
    ReasoningDelta,
    SourceRefs,
    Step,
    StreamError,
    StreamEvent,
    TextDelta,
    ToolCall,
)
from chat_tui.folding import Folder
from chat_tui.message import Message, Part, ReasoningPart, TextPart
from chat_tui.text import Cleaner, clean, clean_line

WORK_MARKS = {"running": "◌", "done": "●", "failed": "✕"}
ENDINGS = {
    "length": "cut off: the model reached its length limit",
    "filtered": "the provider filtered the rest",
    "tool_calls": "the model waits for the result of a tool call",
    "incomplete": "incomplete: the reply broke off here",
    "cancelled": "stopped",
}


class MessageView:
    """The rows of one message, whole or still streaming."""

    def __init__(self, message: Message, *, error_hint: str = "") -> None:
        """Show a message; `feed` takes what comes after it.

        Args:
            message: As far as it is known.
            error_hint: Stands below an error.
        """
        self._error_hint = error_hint
        self.id = message.id
        self.provider = message.provider
        self._folder = Folder(message)
        self._message = message
        self._blocks: list[Block] = []
        self._open: TextPart | ReasoningPart | None = None
        """The part that takes more text; `_open_block` is where it stands."""
        self._open_block = Block()
        self._thought = ""
        self._cleaner = Cleaner()
        self._build()

    @property
    def message(self) -> Message:
        """The message as it stands."""
        return self._folder.message()

    def feed(self, events: Iterable[StreamEvent]) -> None:
        """Take in more of the reply."""
        rebuild = False
        for event in events:
            self._folder.add(event)
            match event:
                case TextDelta() if self._takes(event) and not rebuild:
                    self._open_block.extend(self._cleaner.feed(event.text))
                case ReasoningDelta(elapsed_s=elapsed_s) if self._takes(event) and not rebuild:
                    self._open_block.extend(self._cleaner.feed(event.text))
                    rebuild = _thought(elapsed_s) != self._thought
                case _:
                    rebuild = True
        if rebuild:
            self._message = self._folder.message()
            self._build()

    def height(self, width: int) -> int:
        """Rows at this width, in cells."""
        return sum(block.height(width) for block in self._blocks)

    def row(self, index: int, width: int) -> Sequence[Span]:
        """Return one row, from 0 to `height(width)` - 1."""
        for block in self._blocks:
            height = block.height(width)
            if index < height:
                return block.row(index, width)
            index -= height
        return ()

    def _build(self) -> None:
        self._blocks = [_header(self._message)]
        self._open = None
        before: Part | None = None
        for part in self._message.parts:
            self._blocks += self._part(part, _gap(before, part))
            before = part
        if self._message.role == "assistant":
            # A notice says why a reply ended as it did.
            gap = 0 if before is None or isinstance(before, Notice) else 1
            self._blocks += _ending(self._message, self._error_hint, gap)

    def _part(self, part: Part, gap: int) -> Iterator[Block]:
        match part:
            case TextPart(text=text, refusal=refusal):
                if refusal:
                    yield Block("the model refused:", style="warning", gap=gap)
                yield self._growing(part, Block(self._clean(text), gap=0 if refusal else gap))
            case ReasoningPart(text=text):
                self._thought = _thought(part.elapsed_s)
                yield Block(self._thought, style="dim", first="   ▾ ", rest="     ", gap=gap)
                mark = "   │ "
                block = Block(self._clean(text), style="reasoning", first=mark, rest=mark)
                yield self._growing(part, block)
            case Step():
                yield Block(_work_line(part), style="dim", gap=gap)
            case ToolCall():
                self._open = None
                yield Block(_work_line(part), style="dim", gap=gap)
            case SourceRefs(sources=sources):
                for number, source in enumerate(sources, 1):
                    name = clean_line(source.title or source.url or "untitled")
                    link = f"  {clean_line(source.url)}" if source.title and source.url else ""
                    yield Block(f"[{number}] {name}{link}", style="dim", gap=gap)
                    gap = 0
            case ImageProgress():
                self._open = None
                yield Block(_progress_line(part), style="dim", gap=gap)
            case ImageResult(path=path, url=url):
                self._open = None
                words = f"picture: {clean_line(path or url or 'not saved')}"
                yield Block(words, style="accent", gap=gap)
            case Notice(text=text):
                yield Block(clean(text), style="notice", first="   · ", rest="     ", gap=gap)
            case _:
                assert_never(part)

    def _growing(self, part: TextPart | ReasoningPart, block: Block) -> Block:
        """Remember where more text goes: as in the fold, steps and notices do not end a part."""
        self._open = part if self._message.outcome is None else None
        self._open_block = block
        return block

    def _takes(self, event: TextDelta | ReasoningDelta) -> bool:
        match self._open, event:
            case TextPart(refusal=refusal), TextDelta():
                return event.refusal is refusal
            case ReasoningPart(), ReasoningDelta():
                return True
            case _:
                return False

    def _clean(self, text: str) -> str:
        """Clean the text of a part that may go on, or all of one that has ended."""
        self._cleaner = Cleaner()
        cleaned = self._cleaner.feed(text)
        return cleaned if self._message.outcome is None else cleaned + self._cleaner.end()


def provider_number(name: str, count: int) -> int:
    """Choose a provider's place in a palette: stable over runs and machines.

    Args:
        name: The user's name for the provider.
        count: How many places there are.
    """
    return zlib.crc32(name.encode("utf-8", "replace")) % count


def _header(message: Message) -> Block:
    clock = message.created.astimezone().strftime("%H:%M")
    if message.role == "user":
        return Block("you", style="you", first=" ▌ ", rest="   ", mark_style="you", right=clock)
    name = " · ".join(clean_line(word) for word in (message.provider, message.model) if word)
    return Block(
        name or "reply", style="reply", first=" ▌ ", rest="   ", mark_style="reply", right=clock
    )


def _gap(before: Part | None, part: Part) -> int:
    """An empty row between parts, but not after the header, nor between lines of one sort."""
    match before, part:
        case (None, _) | (Notice(), Notice()) | (Step() | ToolCall(), Step() | ToolCall()):
            return 0
        case (ImageProgress() | ImageResult(), ImageProgress() | ImageResult()):
            return 0
        case _:
            return 1


def _thought(elapsed_s: float | None) -> str:
    return f"thought for {elapsed_s:.0f} s" if elapsed_s and elapsed_s >= 1 else "thought"


def _work_line(work: Step | ToolCall) -> str:
    mark = WORK_MARKS[work.state]
    if isinstance(work, Step):
        took = f"  {work.elapsed_s:.1f} s" if work.elapsed_s else ""
        detail = f"  {clean_line(work.detail)}" if work.detail else ""
        return f"{mark} {clean_line(work.label)}{took}{detail}"
    output = f" → {clean_line(work.output)}" if work.output else ""
    return f"{mark} tool  {clean_line(work.name)}({clean_line(work.arguments)}){output}"


def _progress_line(progress: ImageProgress) -> str:
    if progress.queue_position is not None and progress.state == "queued":
        return f"◌ queued: position {progress.queue_position}"
    percent = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
    note = f"  {clean_line(progress.note)}" if progress.note else ""
    return f"◌ {progress.state}{percent}{note}"


def _ending(message: Message, error_hint: str, gap: int) -> Iterator[Block]:
    match message.outcome:
        case StreamError() as error:
            yield Block(
                clean(error.message),
                style="error",
                first="   ✕ ",
                rest="     ",
                mark_style="error",
                gap=gap,
            )
            for hint in filter(None, (error.hint, error_hint)):
                yield Block(clean(hint), style="dim", first="     ", rest="     ")
        case Finished(reason=reason) as finished:
            totals = _totals(message, finished)
            if ending := ENDINGS.get(reason):
                yield Block(
                    ending,
                    style="warning",
                    first="   ■ ",
                    rest="     ",
                    mark_style="warning",
                    right=totals,
                    gap=gap,
                )
            elif totals:
                yield Block("", right=totals)
        case None:
            pass


def _totals(message: Message, finished: Finished) -> str:
    usage = message.usage
    if usage is None:
        return ""
    words: list[str] = []
    if usage.output_tokens:
        words.append(f"{usage.output_tokens:,} tokens")
        writing_s = finished.elapsed_s - (finished.first_s or 0.0)
        if writing_s > 0:
            words.append(f"{usage.output_tokens / writing_s:.0f} tok/s")
    if finished.first_s is not None:
        words.append(f"first {finished.first_s:.1f} s")
    if usage.cost_usd is not None:
        words.append(f"${usage.cost_usd:.4f}".rstrip("0").rstrip("."))
    return " · ".join(words)
